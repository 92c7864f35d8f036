// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/restored.h"

#include "core/graph/weight_values.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace octet::quantize {

namespace {

using graph::NewWeight;
using graph::Weight;

/// Which scale an element has.
class Channels
{
public:
    static std::optional<Channels> of(const Shape& shape, const Weight& scale, std::int64_t axis)
    {
        Channels channels;
        if (scale.type != DType::F32)
            return {};
        for (const float x : graph::floats(scale)) // of a vocabulary they are many, and may lie anywhere
            channels.scales.push_back(x);
        if (channels.scales.empty() || !std::all_of(channels.scales.begin(), channels.scales.end(), usable))
            return {};
        const auto rank = static_cast<std::int64_t>(shape.size());
        const auto count = static_cast<std::int64_t>(channels.scales.size());
        axis = axis < 0 ? axis + rank : axis;
        if (count == 1)
            return channels;
        if (axis < 0 || axis >= rank || shape[static_cast<std::size_t>(axis)] != count)
            return {};
        for (std::int64_t d = axis + 1; d < rank; ++d)
            channels.m_inner *= shape[static_cast<std::size_t>(d)];
        return channels;
    }
    std::size_t at(std::int64_t i) const
    {
        return scales.size() == 1 ? 0 : static_cast<std::size_t>(i / m_inner) % scales.size();
    }

    std::vector<float> scales;

private:
    std::int64_t m_inner = 1;
};

std::int64_t integerAt(DType type, std::span<const std::byte> bytes, std::size_t i)
{
    const auto at = [&]<typename T>(T value) {
        std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
        return static_cast<std::int64_t>(value);
    };
    return type == DType::I8 ? at(std::int8_t()) : type == DType::U8 ? at(std::uint8_t()) : at(std::int32_t());
}

bool isWhole(const Weight& weight)
{
    return static_cast<std::size_t>(elementCount(weight.shape)) * elementSize(weight.type) == weight.byteCount();
}

} // namespace

bool usable(float scale)
{
    return std::isfinite(scale) && scale > 0;
}

std::optional<NewWeight> restored(
    const std::string& name, const Weight& q, const Weight& scale, const Weight* zero, std::int64_t axis)
{
    if ((q.type != DType::I8 && q.type != DType::U8 && q.type != DType::I32) || !isWhole(q))
        return {};
    const auto channels = Channels::of(q.shape, scale, axis);
    const auto zeros = zero ? static_cast<std::size_t>(elementCount(zero->shape)) : 0;
    if (!channels
        || (zero && (zero->type != q.type || !isWhole(*zero) || (zeros != 1 && zeros != channels->scales.size()))))
        return {};
    const std::int64_t centre = q.type == DType::U8 ? 128 : 0;
    std::vector<std::int64_t> offsets(channels->scales.size(), 0);
    if (zero) {
        const graph::WeightBytes points(*zero);
        for (std::size_t c = 0; c < offsets.size(); ++c)
            offsets[c] = integerAt(q.type, points.span(), zeros == 1 ? 0 : c);
    }
    const bool centred = q.type != DType::I32 && std::ranges::all_of(offsets, [&](auto z) { return z == centre; });
    const auto fill = [q, offsets, channels = *channels](std::span<std::byte> bytes) {
        const graph::WeightBytes integers(q);
        const std::span<float> values = graph::asFloats(bytes);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::size_t c = channels.at(static_cast<std::int64_t>(i));
            values[i] = static_cast<float>(integerAt(q.type, integers.span(), i) - offsets[c]) * channels.scales[c];
        }
        graph::releasePages(q.data);
    };
    return NewWeight{name, DType::F32, q.shape, fill, centred ? channels->scales : std::vector<float>()};
}

std::optional<NewWeight> rounded(
    const std::string& name, const Weight& weight, const Weight& scale, const Weight& zero, std::int64_t axis)
{
    const auto zeros = zero.type == DType::I8 ? zero.as<std::int8_t>() : std::span<const std::int8_t>();
    const auto channels = Channels::of(weight.shape, scale, axis);
    if (weight.type != DType::F32 || !isWhole(weight) || !channels || zeros.empty()
        || std::any_of(zeros.begin(), zeros.end(), [](std::int8_t z) { return z != 0; }))
        return {};
    for (const float x : graph::floats(weight))
        if (std::isnan(x))
            return {};
    graph::releasePages(weight.data);
    const auto fill = [weight, channels = *channels](std::span<std::byte> bytes) {
        const std::span<float> values = graph::asFloats(bytes);
        const graph::Values<float> exact = graph::floats(weight);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const float unit = channels.scales[channels.at(static_cast<std::int64_t>(i))];
            values[i] = std::clamp(std::nearbyint(exact[i] / unit), -128.0f, 127.0f) * unit;
        }
        graph::releasePages(weight.data);
    };
    return NewWeight{name, DType::F32, weight.shape, fill, channels->scales};
}

} // namespace octet::quantize
