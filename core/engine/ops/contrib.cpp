// SPDX-License-Identifier: GPL-3.0-or-later
// Operators of com.microsoft that ONNX Runtime's own optimizer leaves in models, in their plain fp32 form.
#include "core/engine/ops/op.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace octet::engine {

namespace {

void requireFloats(const OpContext& c, std::initializer_list<std::size_t> inputs)
{
    for (const std::size_t i : inputs)
        if (c.has(i) && c.in(i).type != DType::F32)
            c.refuse("element type " + toString(c.in(i).type) + " is not supported here");
}

std::int64_t lastDim(const OpContext& c)
{
    if (c.in(0).shape.empty())
        c.malformed("its input is a scalar");
    return c.in(0).shape.back();
}

void requireLength(const OpContext& c, std::size_t input, std::int64_t n)
{
    if (c.has(input) && elementCount(c.in(input).shape) != n)
        c.malformed(fmt::format("its input {} does not have {} elements", input + 1, n));
}

/// Gelu of x + bias (FastGelu: the tanh form, its bias may be missing).
OpDef biasGeluOp(bool tanhForm)
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        requireLength(c, 1, lastDim(c));
        return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}};
    };
    def.make = [tanhForm](const OpContext& c) {
        requireFloats(c, {0, 1});
        return kernelOf([=, n = lastDim(c), bias = c.has(1), count = elementCount(c.in(0).shape)](
                            const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t i = 0; i < count; ++i) {
                const float x = as<float>(in[0])[i] + (bias ? as<float>(in[1])[i % n] : 0);
                const float inner = static_cast<float>(std::sqrt(2 / std::numbers::pi)) * (x + 0.044715f * x * x * x);
                as<float>(out[0])[i] = 0.5f * x
                    * (1 + (tanhForm ? std::tanh(inner) : std::erf(x * static_cast<float>(std::numbers::sqrt2 / 2))));
            }
        });
    };
    return def;
}

/// A normalisation of x (+ skip + bias) over the last dimension. `simple`: by the root mean square, without mean and
/// beta.
struct SkipNorm
{
    bool skips = true, simple = false;
    std::size_t skip = 1, gamma = 2, beta = 3, bias = 4;
};

OpDef skipNormOp(SkipNorm form)
{
    OpDef def;
    def.infer = [form](const OpContext& c) {
        const std::int64_t n = lastDim(c);
        for (const std::size_t i : {form.gamma, form.beta, form.bias})
            requireLength(c, i, n);
        if (form.skips && c.in(form.skip).shape != c.in(0).shape)
            c.refuse("a skip input of another shape is not supported");
        std::vector<OpOutput> outputs{{c.in(0).type, c.in(0).shape}};
        for (std::size_t i = 1; i < c.node->outputs.size(); ++i) // mean and deviation are training's; 4 is the sum
            outputs.push_back({DType::F32, c.in(0).shape});
        for (std::size_t i = 1; i < c.node->outputs.size() && i < 3; ++i)
            if (!c.node->outputs[i].empty())
                c.refuse("its statistics outputs are for training");
        return outputs;
    };
    def.make = [form](const OpContext& c) {
        requireFloats(c, {0, 1, 2, 3, 4});
        const std::int64_t n = lastDim(c), rows = n ? elementCount(c.in(0).shape) / n : 0;
        const float epsilon = c.node->floatAttribute("epsilon", form.simple ? 1e-5f : 1e-12f);
        const bool sums = c.outputs.size() > 3, beta = c.has(form.beta) && !form.simple, bias = c.has(form.bias);
        return kernelOf([=](const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t r = 0; r < rows; ++r) {
                float* to = as<float>(out[0]) + r * n;
                double sum = 0, squares = 0;
                for (std::int64_t i = 0; i < n; ++i) {
                    to[i] = as<float>(in[0])[r * n + i] + (form.skips ? as<float>(in[form.skip])[r * n + i] : 0)
                        + (bias ? as<float>(in[form.bias])[i] : 0);
                    sum += to[i];
                }
                if (sums && out[3])
                    std::copy(to, to + n, as<float>(out[3]) + r * n);
                const double mean = form.simple ? 0 : sum / static_cast<double>(n);
                for (std::int64_t i = 0; i < n; ++i)
                    squares += (to[i] - mean) * (to[i] - mean);
                const double inverse = 1 / std::sqrt(squares / static_cast<double>(n) + epsilon);
                for (std::int64_t i = 0; i < n; ++i)
                    to[i] = static_cast<float>((to[i] - mean) * inverse) * as<float>(in[form.gamma])[i]
                        + (beta ? as<float>(in[form.beta])[i] : 0);
            }
        });
    };
    return def;
}

/// alpha * A B of the last two dimensions, either transposed; equal leading dimensions or one matrix B for all.
OpDef fusedMatMulOp()
{
    struct Sizes
    {
        std::int64_t batch = 1, m = 1, k = 1, n = 1;
        bool ta = false, tb = false, shared = false;
        Shape output;
    };
    const auto sizesOf = [](const OpContext& c) {
        const Shape &a = c.in(0).shape, &b = c.in(1).shape;
        Sizes s;
        s.ta = c.node->intAttribute("transA", 0) != 0, s.tb = c.node->intAttribute("transB", 0) != 0;
        if (c.node->intAttribute("transBatchA", 0) != 0 || c.node->intAttribute("transBatchB", 0) != 0)
            c.refuse("transposed batches are not supported");
        if (a.size() < 2 || b.size() < 2)
            c.refuse("vectors are not supported");
        s.m = a[a.size() - (s.ta ? 1 : 2)], s.k = a[a.size() - (s.ta ? 2 : 1)], s.n = b[b.size() - (s.tb ? 2 : 1)];
        s.shared = b.size() == 2;
        const bool fits = b[b.size() - (s.tb ? 1 : 2)] == s.k
            && (s.shared || (a.size() == b.size() && std::equal(a.begin(), a.end() - 2, b.begin())));
        if (!fits)
            c.malformed(fmt::format("shapes {} and {} do not fit together", toString(a), toString(b)));
        for (std::size_t d = 0; d + 2 < a.size(); ++d)
            s.batch *= a[d];
        s.output = a;
        s.output[a.size() - 2] = s.m, s.output.back() = s.n;
        return s;
    };
    OpDef def;
    def.infer = [=](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, sizesOf(c).output}}; };
    def.make = [=](const OpContext& c) {
        requireFloats(c, {0, 1});
        return kernelOf([s = sizesOf(c), alpha = c.node->floatAttribute("alpha", 1)](
                            const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t p = 0; p < s.batch; ++p) {
                const float* a = as<float>(in[0]) + p * s.m * s.k;
                const float* b = as<float>(in[1]) + (s.shared ? 0 : p * s.k * s.n);
                float* to = as<float>(out[0]) + p * s.m * s.n;
                for (std::int64_t i = 0; i < s.m; ++i)
                    for (std::int64_t j = 0; j < s.n; ++j) {
                        float sum = 0;
                        for (std::int64_t q = 0; q < s.k; ++q)
                            sum += (s.ta ? a[q * s.m + i] : a[i * s.k + q]) * (s.tb ? b[j * s.k + q] : b[q * s.n + j]);
                        to[i * s.n + j] = alpha * sum;
                    }
            }
        });
    };
    return def;
}

} // namespace

void addContribOps(OpTable& table)
{
    table["com.microsoft.BiasGelu"] = biasGeluOp(false);
    table["com.microsoft.FastGelu"] = biasGeluOp(true);
    table["com.microsoft.SkipLayerNormalization"] = skipNormOp({});
    table["com.microsoft.SkipSimplifiedLayerNormalization"] =
        skipNormOp({.skips = true, .simple = true, .skip = 1, .gamma = 2, .beta = 9, .bias = 3});
    table["SimplifiedLayerNormalization"] =
        skipNormOp({.skips = false, .simple = true, .skip = 9, .gamma = 1, .beta = 9, .bias = 9});
    table["com.microsoft.LayerNormalization"] = table.at("LayerNormalization");
    table["com.microsoft.FusedMatMul"] = fusedMatMulOp();
}

} // namespace octet::engine
