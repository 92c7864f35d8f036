// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/elements.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace octet::data {

bool isInteger(DType type)
{
    switch (type) {
    case DType::Bool:
    case DType::U8:
    case DType::I8:
    case DType::U16:
    case DType::I16:
    case DType::U32:
    case DType::I32:
    case DType::U64:
    case DType::I64:
        return true;
    default:
        return false;
    }
}

std::int64_t integerAt(const Tensor& tensor, std::size_t index)
{
    switch (tensor.type) {
    case DType::Bool:
    case DType::U8:
        return tensor.data<std::uint8_t>()[index];
    case DType::I8:
        return tensor.data<std::int8_t>()[index];
    case DType::U16:
        return tensor.data<std::uint16_t>()[index];
    case DType::I16:
        return tensor.data<std::int16_t>()[index];
    case DType::U32:
        return tensor.data<std::uint32_t>()[index];
    case DType::I32:
        return tensor.data<std::int32_t>()[index];
    case DType::U64:
        return static_cast<std::int64_t>(tensor.data<std::uint64_t>()[index]);
    default:
        return tensor.data<std::int64_t>()[index];
    }
}

float halfToFloat(std::uint16_t bits)
{
    const std::uint32_t sign = std::uint32_t(bits & 0x8000u) << 16;
    const std::uint32_t exponent = bits >> 10 & 0x1fu, mantissa = bits & 0x3ffu;
    if (exponent == 0) {
        const float value = std::ldexp(static_cast<float>(mantissa), -24);
        return sign != 0 ? -value : value;
    }
    const std::uint32_t wide = exponent == 0x1f ? 0xffu : exponent + 112;
    return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}

bool convertible(DType from, DType to)
{
    if (from == to)
        return true;
    if (to == DType::F32)
        return from == DType::U8 || from == DType::F16 || from == DType::F64;
    return (to == DType::I64 || to == DType::I32) && isInteger(from);
}

std::vector<float> pixelTable(const std::vector<double>& mean, const std::vector<double>& std, std::size_t channels)
{
    const auto of = [](const std::vector<double>& values, std::size_t channel, float fallback) {
        return values.empty() ? fallback : static_cast<float>(values[values.size() == 1 ? 0 : channel]);
    };
    std::vector<float> table;
    for (std::size_t channel = 0; channel < channels; ++channel)
        for (int x = 0; x < 256; ++x)
            table.push_back((static_cast<float>(x) / 255.0f - of(mean, channel, 0)) / of(std, channel, 1));
    return table;
}

void convert(
    const Conversion& conversion, const Tensor& source, std::size_t first, std::size_t count, std::byte* target)
{
    if (conversion.from == conversion.to) {
        const std::size_t size = elementSize(conversion.from);
        std::memcpy(target, source.bytes.data() + first * size, count * size);
    } else if (conversion.to == DType::F32) {
        auto* out = reinterpret_cast<float*>(target);
        for (std::size_t i = 0; i < count; ++i) {
            if (conversion.from == DType::F16) {
                out[i] = halfToFloat(source.data<std::uint16_t>()[first + i]);
            } else if (conversion.from == DType::F64) {
                out[i] = static_cast<float>(source.data<double>()[first + i]);
            } else {
                const std::size_t channel =
                    conversion.channels == 1 ? 0 : i / conversion.channelStep % conversion.channels;
                out[i] = conversion.pixels[channel * 256 + source.data<std::uint8_t>()[first + i]];
            }
        }
    } else if (conversion.to == DType::I32) {
        for (std::size_t i = 0; i < count; ++i)
            reinterpret_cast<std::int32_t*>(target)[i] = static_cast<std::int32_t>(integerAt(source, first + i));
    } else {
        for (std::size_t i = 0; i < count; ++i)
            reinterpret_cast<std::int64_t*>(target)[i] = integerAt(source, first + i);
    }
}

std::size_t firstBadElement(const Tensor& tensor, DType wanted)
{
    const auto count = static_cast<std::size_t>(tensor.count());
    for (std::size_t i = 0; i < count; ++i) {
        bool good = true;
        if (tensor.type == DType::F32)
            good = std::isfinite(tensor.data<float>()[i]);
        else if (tensor.type == DType::F64)
            good = std::abs(tensor.data<double>()[i]) <= std::numeric_limits<float>::max();
        else if (tensor.type == DType::F16)
            good = std::isfinite(halfToFloat(tensor.data<std::uint16_t>()[i]));
        else if (tensor.type == DType::U64 && wanted != DType::U64)
            good = integerAt(tensor, i) >= 0 && (wanted != DType::I32 || integerAt(tensor, i) <= INT32_MAX);
        else if (wanted == DType::I32)
            good = integerAt(tensor, i) >= INT32_MIN && integerAt(tensor, i) <= INT32_MAX;
        else
            break; // every value of the other types fits
        if (!good)
            return i;
    }
    return std::string::npos;
}

} // namespace octet::data
