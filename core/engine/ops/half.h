// SPDX-License-Identifier: GPL-3.0-or-later
// Sixteen-bit floating-point numbers as they lie in memory; arithmetic happens in float. Rounding is to nearest even.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace octet::engine {

struct BFloat16
{
    std::uint16_t bits = 0;
    BFloat16() = default;
    explicit BFloat16(float x)
    {
        const auto u = std::bit_cast<std::uint32_t>(x);
        bits = static_cast<std::uint16_t>(x == x ? (u + 0x7fffu + ((u >> 16) & 1u)) >> 16 : (u >> 16) | 0x40u);
    }
    explicit operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

struct Float16
{
    std::uint16_t bits = 0;
    Float16() = default;
    explicit Float16(float x)
    {
        const auto u = std::bit_cast<std::uint32_t>(x);
        const auto sign = static_cast<std::uint16_t>((u >> 16) & 0x8000u);
        const float magnitude = std::abs(x);
        if (!(x == x))
            bits = static_cast<std::uint16_t>(sign | 0x7e00u);
        else if (magnitude >= 65520.0f) // rounds to infinity
            bits = static_cast<std::uint16_t>(sign | 0x7c00u);
        else if (magnitude < 6.103515625e-5f) // subnormal: a whole number of 2^-24
            bits =
                static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::nearbyint(magnitude * 16777216.0f)));
        else {
            const std::uint32_t m = (u & 0x7fffffffu) - (112u << 23); // the exponent's new bias
            bits = static_cast<std::uint16_t>(sign | ((m + 0xfffu + ((m >> 13) & 1u)) >> 13));
        }
    }
    explicit operator float() const
    {
        const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16, rest = bits & 0x7fffu;
        if (rest >= 0x7c00u)
            return std::bit_cast<float>(sign | 0x7f800000u | ((rest & 0x3ffu) << 13));
        if (rest < 0x400u)
            return std::copysign(static_cast<float>(rest) / 16777216.0f, std::bit_cast<float>(sign | 0x3f800000u));
        return std::bit_cast<float>(sign | ((rest << 13) + (112u << 23)));
    }
};

} // namespace octet::engine
