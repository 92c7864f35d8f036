// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/reference/reference.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <string_view>

namespace octet::engine::reference {

float geluErf(float x)
{
    return static_cast<float>(0.5 * x * (1 + std::erf(x / std::numbers::sqrt2)));
}

float geluTanh(float x)
{
    const double v = x;
    return static_cast<float>(0.5 * v * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (v + 0.044715 * v * v * v))));
}

float relu(float x)
{
    return x > 0 ? x : 0.0f;
}

float tanh(float x)
{
    return static_cast<float>(std::tanh(static_cast<double>(x)));
}

float activated(float x, Activation activation)
{
    switch (activation) {
    case Activation::GeluErf:
        return geluErf(x);
    case Activation::GeluTanh:
        return geluTanh(x);
    case Activation::Relu:
        return relu(x);
    case Activation::Tanh:
        return tanh(x);
    case Activation::None:
        break;
    }
    return x;
}

std::uint16_t toBf16(float x)
{
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t rest = bits & 0xffff, kept = bits >> 16;
    return static_cast<std::uint16_t>(kept + (rest > 0x8000 || (rest == 0x8000 && kept % 2 == 1) ? 1 : 0));
}

float fromBf16(std::uint16_t x)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16);
}

std::vector<float> layerNorm(std::span<const float> x, std::span<const float> gamma, std::span<const float> beta,
                             float epsilon)
{
    double mean = 0, variance = 0;
    for (const float v : x)
        mean += v;
    mean /= static_cast<double>(x.size());
    for (const float v : x)
        variance += (v - mean) * (v - mean);
    variance /= static_cast<double>(x.size());
    std::vector<float> y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        y[i] = static_cast<float>((x[i] - mean) / std::sqrt(variance + epsilon) * gamma[i] + (beta.empty() ? 0 : beta[i]));
    return y;
}

std::uint8_t quantize(float x, float scale, std::int32_t zeroPoint)
{
    const float q = std::nearbyint(x * (1.0f / scale)) + static_cast<float>(zeroPoint);
    return static_cast<std::uint8_t>(std::clamp(q, 0.0f, 255.0f));
}

float dequantize(std::int32_t accumulator, std::int32_t columnSum, float scale, float bias, std::int32_t zeroPoint,
                 float rowScale)
{
    return static_cast<float>(static_cast<double>(accumulator - zeroPoint * columnSum) * (scale * rowScale) + bias);
}

std::vector<double> product(std::span<const float> a, std::span<const float> w, std::int64_t m, std::int64_t k,
                            std::int64_t n)
{
    std::vector<double> c(static_cast<std::size_t>(m * n));
    for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t p = 0; p < k; ++p)
                c[static_cast<std::size_t>(i * n + j)] += static_cast<double>(a[static_cast<std::size_t>(i * k + p)])
                    * static_cast<double>(w[static_cast<std::size_t>(p * n + j)]);
    return c;
}

std::vector<std::int32_t> product(std::span<const std::uint8_t> a, std::span<const std::int8_t> w, std::int64_t m,
                                  std::int64_t k, std::int64_t n)
{
    std::vector<std::int32_t> c(static_cast<std::size_t>(m * n));
    for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t p = 0; p < k; ++p)
                c[static_cast<std::size_t>(i * n + j)]
                    += a[static_cast<std::size_t>(i * k + p)] * w[static_cast<std::size_t>(p * n + j)];
    return c;
}

void attention(const AttentionTask& t)
{
    std::vector<double> scores(static_cast<std::size_t>(t.keys));
    for (std::int64_t i = 0; i < t.queries; ++i) {
        double top = -std::numeric_limits<double>::infinity(), sum = 0;
        for (std::int64_t j = 0; j < t.keys; ++j) {
            double s = 0;
            for (std::int64_t d = 0; d < t.depth; ++d)
                s += static_cast<double>(t.q[i * t.qRow + d * t.qColumn]) * t.kt[d * t.ktRow + j * t.ktColumn];
            s = s * t.scale + (t.mask ? t.mask[i * t.maskRow + j * t.maskColumn] : 0);
            scores[static_cast<std::size_t>(j)] = s;
            top = std::max(top, s);
        }
        for (double& s : scores)
            sum += s = std::exp(s - top);
        for (std::int64_t c = 0; c < t.width; ++c) {
            double value = 0;
            for (std::int64_t j = 0; j < t.keys; ++j)
                value += scores[static_cast<std::size_t>(j)] * t.v[j * t.vRow + c * t.vColumn];
            t.out[i * t.outRow + c * t.outColumn] = static_cast<float>(value / sum);
        }
    }
}

void attentionHalves(const AttentionTask& t)
{
    const auto half = [](double x) { return static_cast<double>(fromBf16(toBf16(static_cast<float>(x)))); };
    std::vector<double> weights(static_cast<std::size_t>(t.keys));
    for (std::int64_t i = 0; i < t.queries; ++i) {
        double top = -std::numeric_limits<double>::infinity(), sum = 0;
        for (std::int64_t j = 0; j < t.keys; ++j) {
            double s = 0;
            for (std::int64_t d = 0; d < t.depth; ++d)
                s += half(t.q[i * t.qRow + d * t.qColumn]) * half(t.kt[d * t.ktRow + j * t.ktColumn]);
            s = s * t.scale + (t.mask ? std::max(t.mask[i * t.maskRow + j * t.maskColumn], -6.9e29f) : 0);
            weights[static_cast<std::size_t>(j)] = s;
            top = std::max(top, s);
        }
        for (double& w : weights)
            sum += w = half(std::exp(w - top));
        for (std::int64_t c = 0; c < t.width; ++c) {
            double value = 0;
            for (std::int64_t j = 0; j < t.keys; ++j)
                value += weights[static_cast<std::size_t>(j)] * half(t.v[j * t.vRow + c * t.vColumn]);
            t.out[i * t.outRow + c * t.outColumn] = static_cast<float>(value / sum);
        }
    }
}

void attentionBytes(const ByteAttentionTask& t)
{
    const auto scaleOf = [](const ByteOperand& o, std::int64_t row) { return o.scales ? o.scales[row] : o.scale; };
    const auto keys = static_cast<std::size_t>(t.keys);
    std::vector<double> scores(keys), weights(keys);
    for (std::int64_t i = 0; i < t.queries; ++i) {
        double top = -std::numeric_limits<double>::infinity(), sum = 0;
        for (std::int64_t j = 0; j < t.keys; ++j) {
            std::int64_t dot = 0;
            for (std::int64_t d = 0; d < t.depth; ++d)
                dot += (t.q.values[i * t.q.row + d] - t.q.zeroPoint) * (t.k.values[j * t.k.row + d] - t.k.zeroPoint);
            double s = static_cast<double>(dot) * scaleOf(t.q, i) * scaleOf(t.k, j) * t.scale;
            if (t.mask)
                s += std::max(t.mask[i * t.maskRow + j * t.maskColumn], -6.9e29f);
            scores[static_cast<std::size_t>(j)] = s + std::log(static_cast<double>(scaleOf(t.v, j)));
            top = std::max(top, scores[static_cast<std::size_t>(j)]);
        }
        for (std::int64_t j = 0; j < t.keys; ++j) {
            const auto at = static_cast<std::size_t>(j);
            weights[at] = std::nearbyint(255 * std::exp(scores[at] - top));
            sum += weights[at] / scaleOf(t.v, j);
        }
        for (std::int64_t c = 0; c < t.width; ++c) {
            double value = 0;
            for (std::int64_t j = 0; j < t.keys; ++j)
                value += weights[static_cast<std::size_t>(j)] * (t.v.values[j * t.v.row + c] - t.v.zeroPoint);
            const double factor = t.outFactors ? static_cast<double>(t.outFactors[c]) : 1;
            t.out[i * t.outRow + c * t.outColumn] = static_cast<float>(value / sum * factor);
        }
    }
}

double tolerance(const char* kernel)
{
    for (const Tolerance& t : tolerances)
        if (std::string_view(t.kernel) == kernel)
            return t.absolute;
    return std::numeric_limits<double>::quiet_NaN();
}

} // namespace octet::engine::reference
