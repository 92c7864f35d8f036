// SPDX-License-Identifier: GPL-3.0-or-later
// The general forms of what the fused groups do faster: products, softmax, normalisation.
#include "core/engine/ops/matmul_shape.h"
#include "core/engine/ops/op.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace octet::engine {

namespace {

void requireFloat(const OpContext& c, std::size_t input = 0)
{
    if (c.in(input).type != DType::F32)
        c.refuse("element type " + toString(c.in(input).type) + " is not supported here");
}

// ---- MatMul and Gemm ------------------------------------------------------------------------------------------------

template <typename T>
void multiply(const T* a, const T* b, T* c, std::int64_t m, std::int64_t k, std::int64_t n)
{
    std::fill(c, c + m * n, T(0));
    for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t p = 0; p < k; ++p) {
            const T x = a[i * k + p];
            for (std::int64_t j = 0; j < n; ++j)
                c[i * n + j] += x * b[p * n + j];
        }
}

OpDef matMulOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput> {{c.in(0).type, matMulShape(c).output}}; };
    def.make = [](const OpContext& c) {
        const MatMulShape s = matMulShape(c);
        const auto kernel = [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([s](const std::byte* const* in, std::byte* const* out) {
                s.forEach([&](std::int64_t a, std::int64_t b, std::int64_t i) {
                    multiply(as<T>(in[0]) + a * s.m * s.k, as<T>(in[1]) + b * s.k * s.n, as<T>(out[0]) + i * s.m * s.n,
                             s.m, s.k, s.n);
                });
            });
        };
        return dispatchType(c, c.in(0).type, kernel);
    };
    return def;
}

OpDef gemmOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const bool ta = c.node->intAttribute("transA", 0) != 0, tb = c.node->intAttribute("transB", 0) != 0;
        const Shape &a = c.in(0).shape, &b = c.in(1).shape;
        if (a.size() != 2 || b.size() != 2 || a[ta ? 0 : 1] != b[tb ? 1 : 0])
            c.malformed(fmt::format("shapes {} and {} do not fit together", toString(a), toString(b)));
        return std::vector<OpOutput> {{c.in(0).type, {a[ta ? 1 : 0], b[tb ? 0 : 1]}}};
    };
    def.make = [](const OpContext& c) {
        requireFloat(c);
        const bool ta = c.node->intAttribute("transA", 0) != 0, tb = c.node->intAttribute("transB", 0) != 0;
        const float alpha = c.node->floatAttribute("alpha", 1), beta = c.node->floatAttribute("beta", 1);
        const std::int64_t m = c.outputs[0].shape[0], n = c.outputs[0].shape[1], k = c.in(0).shape[ta ? 0 : 1];
        const Shape bias = c.has(2) ? broadcastStrides(c.in(2).shape, denseStrides(c.in(2).shape), {m, n}) : Shape {0, 0};
        return kernelOf([=, hasBias = c.has(2)](const std::byte* const* in, std::byte* const* out) {
            const float *a = as<float>(in[0]), *b = as<float>(in[1]);
            float* to = as<float>(out[0]);
            for (std::int64_t i = 0; i < m; ++i)
                for (std::int64_t j = 0; j < n; ++j) {
                    float sum = 0;
                    for (std::int64_t p = 0; p < k; ++p)
                        sum += (ta ? a[p * m + i] : a[i * k + p]) * (tb ? b[j * k + p] : b[p * n + j]);
                    to[i * n + j] = alpha * sum + (hasBias ? beta * as<float>(in[2])[i * bias[0] + j * bias[1]] : 0);
                }
        });
    };
    return def;
}

// ---- Softmax and LayerNormalization ---------------------------------------------------------------------------------

OpDef softmaxOp(bool logarithm)
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput> {{c.in(0).type, c.in(0).shape}}; };
    def.make = [logarithm](const OpContext& c) {
        requireFloat(c);
        return kernelOf([a = distributions(c), logarithm](const std::byte* const* in, std::byte* const* out) {
            const auto [outer, dim, inner] = a;
            for (std::int64_t o = 0; o < outer; ++o) {
                for (std::int64_t i = 0; i < inner; ++i) {
                    const float* from = as<float>(in[0]) + o * dim * inner + i;
                    float* to = as<float>(out[0]) + o * dim * inner + i;
                    float highest = -INFINITY, sum = 0;
                    for (std::int64_t d = 0; d < dim; ++d)
                        highest = std::max(highest, from[d * inner]);
                    for (std::int64_t d = 0; d < dim; ++d)
                        sum += to[d * inner] = std::exp(from[d * inner] - highest);
                    for (std::int64_t d = 0; d < dim; ++d)
                        to[d * inner] = logarithm ? from[d * inner] - highest - std::log(sum) : to[d * inner] / sum;
                }
            }
        });
    };
    return def;
}

OpDef layerNormalizationOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const Shape& shape = c.in(0).shape;
        const std::int64_t axis = normalizedAxis(c, c.node->intAttribute("axis", -1), shape.size());
        Shape statistics = shape;
        std::fill(statistics.begin() + axis, statistics.end(), 1);
        std::vector<OpOutput> outputs {{c.in(0).type, shape}};
        for (std::size_t i = 1; i < c.node->outputs.size(); ++i)
            outputs.push_back({DType::F32, statistics});
        return outputs;
    };
    def.make = [](const OpContext& c) {
        requireFloat(c);
        const Shape& shape = c.in(0).shape;
        const std::int64_t axis = normalizedAxis(c, c.node->intAttribute("axis", -1), shape.size());
        const Shape normalized(shape.begin() + axis, shape.end());
        const std::int64_t n = elementCount(normalized), rows = n ? elementCount(shape) / n : 0;
        for (std::size_t i = 1; i < 3; ++i)
            if (c.has(i) && elementCount(c.in(i).shape) != n)
                c.refuse("its scale or bias does not cover the normalised dimensions");
        const float epsilon = c.node->floatAttribute("epsilon", 1e-5f);
        const std::size_t outputs = c.outputs.size();
        return kernelOf([=, bias = c.has(2)](const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t r = 0; r < rows; ++r) {
                const float* from = as<float>(in[0]) + r * n;
                float* to = as<float>(out[0]) + r * n;
                double sum = 0, squares = 0;
                for (std::int64_t i = 0; i < n; ++i)
                    sum += from[i];
                const double mean = sum / static_cast<double>(n);
                for (std::int64_t i = 0; i < n; ++i)
                    squares += (from[i] - mean) * (from[i] - mean);
                const double inverse = 1 / std::sqrt(squares / static_cast<double>(n) + epsilon);
                for (std::int64_t i = 0; i < n; ++i)
                    to[i] = static_cast<float>((from[i] - mean) * inverse) * as<float>(in[1])[i]
                        + (bias ? as<float>(in[2])[i] : 0);
                if (outputs > 1 && out[1])
                    as<float>(out[1])[r] = static_cast<float>(mean);
                if (outputs > 2 && out[2])
                    as<float>(out[2])[r] = static_cast<float>(inverse);
            }
        });
    };
    return def;
}

} // namespace

MatMulShape matMulShape(const OpContext& c, std::size_t first, std::size_t second)
{
    Shape a = c.in(first).shape, b = c.in(second).shape;
    if (a.empty() || b.empty())
        c.malformed("an operand is a scalar");
    const bool vectorA = a.size() == 1, vectorB = b.size() == 1;
    if (vectorA)
        a.insert(a.begin(), 1);
    if (vectorB)
        b.push_back(1);
    MatMulShape s;
    s.m = a[a.size() - 2];
    s.k = a.back();
    s.n = b.back();
    if (b[b.size() - 2] != s.k)
        c.malformed(fmt::format("shapes {} and {} do not fit together", toString(c.in(first).shape), toString(c.in(second).shape)));
    const Shape batchA(a.begin(), a.end() - 2), batchB(b.begin(), b.end() - 2);
    s.batch = broadcastShapes(c, batchA, batchB);
    s.aStrides = broadcastStrides(batchA, denseStrides(batchA), s.batch);
    s.bStrides = broadcastStrides(batchB, denseStrides(batchB), s.batch);
    s.output = s.batch;
    if (!vectorA)
        s.output.push_back(s.m);
    if (!vectorB)
        s.output.push_back(s.n);
    return s;
}

void addNeuralOps(OpTable& table)
{
    table["MatMul"] = matMulOp();
    table["Gemm"] = gemmOp();
    table["Softmax"] = softmaxOp(false);
    table["LogSoftmax"] = softmaxOp(true);
    table["LayerNormalization"] = layerNormalizationOp();
}

} // namespace octet::engine
