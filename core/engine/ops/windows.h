// SPDX-License-Identifier: GPL-3.0-or-later
// Windows that slide over the spatial dimensions of [batch, channels, ...]: strides, pads, dilations as ONNX means
// them.
#pragma once

#include "core/engine/ops/op.h"

#include <array>

namespace octet::engine {

struct Windows
{
    Shape input, kernel, output; // spatial dimensions
    Shape strides, dilations, before, after; // pads before and after

    /// f(position in the input, position in the kernel) for what lies inside, both row major.
    template <typename F>
    void forEach(std::int64_t at, F&& f) const
    {
        std::array<std::int64_t, 12> start{};
        for (std::size_t d = input.size(); d-- > 0; at /= output[d])
            start[d] = at % output[d] * strides[d] - before[d];
        const std::int64_t taps = elementCount(kernel);
        for (std::int64_t tap = 0; tap < taps; ++tap) {
            std::int64_t rest = tap, position = 0, stride = 1;
            bool inside = true;
            for (std::size_t d = input.size(); d-- > 0; rest /= kernel[d]) {
                const std::int64_t x = start[d] + rest % kernel[d] * dilations[d];
                inside = inside && x >= 0 && x < input[d];
                position += x * stride;
                stride *= input[d];
            }
            if (inside)
                f(position, tap);
        }
    }

    /// Taps that lie inside the padded input.
    std::int64_t withPads(std::int64_t at) const
    {
        std::int64_t count = 1;
        for (std::size_t d = input.size(); d-- > 0; at /= output[d]) {
            std::int64_t here = 0;
            for (std::int64_t k = 0; k < kernel[d]; ++k)
                here += at % output[d] * strides[d] - before[d] + k * dilations[d] < input[d] + after[d];
            count *= here;
        }
        return count;
    }

    std::int64_t columnMajor(std::int64_t at) const
    {
        std::int64_t result = 0;
        Shape index(input.size());
        for (std::size_t d = input.size(); d-- > 0; at /= input[d])
            index[d] = at % input[d];
        std::int64_t stride = 1;
        for (std::size_t d = 0; d < input.size(); stride *= input[d++])
            result += index[d] * stride;
        return result;
    }
};

/// From the attributes of a pooling or convolution node over [batch, channels, ...]; throws Error(Format) where they do
/// not fit.
Windows windowsOf(const graph::Node& node, const Shape& input, const Shape& kernel);
inline Windows windowsOf(const OpContext& context, const Shape& kernel)
{
    return windowsOf(*context.node, context.in(0).shape, kernel);
}

} // namespace octet::engine
