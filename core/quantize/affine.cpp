// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/affine.h"

#include "core/graph/weight_values.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::quantize {

namespace {

constexpr float smallestScale = std::numeric_limits<float>::min(); // below it 1/scale overflows

float usableScale(double scale)
{
    const float f = static_cast<float>(scale);
    return std::isfinite(f) && f >= smallestScale ? f : 0;
}

/// Half to even, as ONNX asks; unlike std::nearbyint it vectorises. |x| must be below 2^22.
float roundHalfEven(float x)
{
    constexpr float shifter = 12582912.0f; // 1.5 * 2^23: the sum has no fraction bits left
    return (x + shifter) - shifter;
}

/// Where element (row k, column n) of the weight lies.
struct Layout
{
    std::int64_t k, n;
    bool transposed;
    std::size_t at(std::int64_t row, std::int64_t column) const
    {
        return static_cast<std::size_t>(transposed ? column * k + row : row * n + column);
    }
};

/// Largest magnitude of every column.
std::vector<float> columnMaxima(const graph::Weight& weight, const graph::Values<float>& values, const Layout& layout,
    const std::vector<float>& smoothing)
{
    std::vector<float> maxima(static_cast<std::size_t>(layout.n), 0);
    bool finite = true;
    for (std::int64_t i = 0; i < layout.k * layout.n; ++i) {
        const std::int64_t column = layout.transposed ? i / layout.k : i % layout.n;
        const std::int64_t row = layout.transposed ? i % layout.k : i / layout.n;
        const float factor = smoothing.empty() ? 1 : smoothing[static_cast<std::size_t>(row)];
        const float magnitude = std::fabs(values[static_cast<std::size_t>(i)] * factor);
        finite = finite && magnitude <= std::numeric_limits<float>::max();
        float& maximum = maxima[static_cast<std::size_t>(column)];
        maximum = std::max(maximum, magnitude);
    }
    if (!finite)
        throw Error(ErrorKind::Unsupported,
            fmt::format("Weight \"{}\" holds values that are not finite; keep its op in fp32.", weight.name));
    return maxima;
}

} // namespace

Affine activationAffine(const Range& range, Scheme scheme)
{
    const double low = std::min(range.min, 0.0), high = std::max(range.max, 0.0);
    if (scheme == Scheme::Sym) {
        const float scale = usableScale(std::max(-low, high) / 127);
        return {scale > 0 ? scale : 1, 128};
    }
    const float scale = usableScale((high - low) / 255);
    if (scale == 0)
        return {1, 0};
    // nearbyint: half to even in the default rounding mode, as ONNX asks.
    const double zero = std::nearbyint(std::clamp(-low / static_cast<double>(scale), 0.0, 255.0));
    return {scale, static_cast<std::int32_t>(zero)};
}

QuantizedWeight quantizeWeight(
    const graph::Weight& weight, std::int64_t k, std::int64_t n, bool transposed, Granularity granularity, int bits,
    const std::vector<float>& smoothing)
{
    if (weight.type != DType::F32)
        throw Error(ErrorKind::Unsupported,
            fmt::format(
                "Weight \"{}\" is {}; only float32 weights are quantized.", weight.name, toString(weight.type)));
    const graph::Values<float> values = graph::floats(weight);
    if (k <= 0 || n <= 0 || values.size() / static_cast<std::size_t>(k) != static_cast<std::size_t>(n)
        || values.size() != static_cast<std::size_t>(k) * static_cast<std::size_t>(n))
        throw Error(ErrorKind::Internal,
            fmt::format("Weight \"{}\" of {} values is no [{}, {}] matrix.", weight.name, values.size(), k, n));
    if (bits != 8 && bits != 7)
        throw Error(ErrorKind::Setting, fmt::format("{} weight bits are not possible; use 8 or 7.", bits));

    if (!smoothing.empty() && smoothing.size() != static_cast<std::size_t>(k))
        throw Error(ErrorKind::Setting,
            fmt::format("Weight \"{}\" has {} rows, but its smoothing has {} factors; calibrate again.", weight.name, k,
                smoothing.size()));

    const Layout layout{k, n, transposed};
    const float qmax = bits == 8 ? 127.0f : 63.0f;
    // What was restored from integers gives the same integers again.
    const std::size_t given = weight.quantizationScales.size();
    const bool restored = smoothing.empty() && bits == 8
        && given == (granularity == Granularity::PerTensor ? std::size_t(1) : static_cast<std::size_t>(n));
    std::vector<float> scales =
        restored ? weight.quantizationScales : columnMaxima(weight, values, layout, smoothing);
    if (granularity == Granularity::PerTensor)
        scales = {*std::max_element(scales.begin(), scales.end())};
    for (float& scale : scales) {
        if (restored)
            break;
        const float usable = usableScale(static_cast<double>(scale / qmax));
        scale = usable > 0 ? usable : 1;
    }

    QuantizedWeight result;
    result.k = k;
    result.n = n;
    result.values.resize(values.size());
    result.columnSums.assign(static_cast<std::size_t>(n), 0);
    for (std::int64_t row = 0; row < k; ++row) {
        const float factor = smoothing.empty() ? 1 : smoothing[static_cast<std::size_t>(row)];
        for (std::int64_t column = 0; column < n; ++column) {
            const float scale = scales[scales.size() == 1 ? 0 : static_cast<std::size_t>(column)];
            const float q = roundHalfEven(std::clamp(values[layout.at(row, column)] * factor / scale, restored ? -128.0f : -qmax, qmax));
            const auto integer = static_cast<std::int8_t>(q);
            result.values[static_cast<std::size_t>(row * n + column)] = integer;
            result.columnSums[static_cast<std::size_t>(column)] += integer;
        }
    }
    result.scales = std::move(scales);
    return result;
}

} // namespace octet::quantize
