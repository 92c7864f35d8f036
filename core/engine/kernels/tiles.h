// SPDX-License-Identifier: GPL-3.0-or-later
// What int8 products and attention ask of AMX, and portable tiles that do the same (Intel SDM volume 1, chapter 18, and
// TDPBUSD, TDPBSUD, TDPBF16PS, TILELOADD, TILESTORED, LDTILECFG in volume 2). The product names tiles by their part in
// it: sums (2 x 2), a (2), b (2).
#pragma once

#include <cstdint>
#include <cstring>

namespace octet::engine {

/// Throws Error(Internal). Defined outside, like all that must not be compiled for one ISA and then be called from
/// another; for the same reason everything here lies in the ISA's namespace.
[[noreturn]] void forbiddenTileOperation();

namespace OCTET_ISA {

/// g++ 12's tile loads do not tell the compiler that they read memory: what was just written must be there before.
inline void writtenForTiles(const void* memory)
{
    __asm__ volatile("" : : "r"(memory) : "memory");
}

/// What a product adds to its sums: four neighbours along K of bytes, A and B unsigned or signed, or two of halves.
enum class TileDot { UnsignedSigned, SignedUnsigned, Halves };

/// Tile registers of the product: sums[r][c] = 2 r + c, a[r] = 4 + r, b[c] = 6 + c.
constexpr int sumsTile(int r, int c)
{
    return 2 * r + c;
}
constexpr int aTile(int r)
{
    return 4 + r;
}
constexpr int bTile(int c)
{
    return 6 + c;
}

/// LDTILECFG's operand, palette 1.
struct alignas(64) TileConfig
{
    std::uint8_t palette = 1, startRow = 0, reserved[14] = {};
    std::uint16_t rowBytes[16] = {};
    std::uint8_t rows[16] = {};
};
static_assert(sizeof(TileConfig) == 64);

/// `rows` (1 to 32) of A against 64 x 32 of B: the second row of tiles is left out up to 16 rows.
inline TileConfig tileConfig(std::int64_t rows)
{
    TileConfig config;
    const auto set = [&](int tile, std::int64_t tileRows) {
        config.rows[tile] = static_cast<std::uint8_t>(tileRows);
        config.rowBytes[tile] = tileRows ? 64 : 0;
    };
    for (int r = 0; r < 2; ++r) {
        const std::int64_t part = r == 0 ? (rows < 16 ? rows : 16) : (rows > 16 ? rows - 16 : 0);
        set(aTile(r), part);
        set(sumsTile(r, 0), part);
        set(sumsTile(r, 1), part);
        set(bTile(r), 16);
    }
    return config;
}

/// The documented semantics, one byte at a time. What raises #UD on the processor throws Error(Internal).
class EmulatedTiles
{
public:
    void configure(const TileConfig& config)
    {
        bool valid = config.palette == 1 && config.startRow == 0;
        for (int t = 0; t < 16; ++t)
            valid = valid && config.rows[t] <= 16 && config.rowBytes[t] <= 64
                && (config.rows[t] > 0) == (config.rowBytes[t] > 0) && (t < 8 || config.rows[t] == 0);
        require(valid);
        m_config = config;
        m_configured = true;
        std::memset(m_data, 0, sizeof(m_data));
    }
    void release() { m_configured = false; }

    template <int Tile>
    void zero()
    {
        used(Tile);
        std::memset(m_data[Tile], 0, sizeof(m_data[Tile]));
    }
    template <int Tile>
    void load(const void* from, std::int64_t stride)
    {
        used(Tile);
        std::memset(m_data[Tile], 0, sizeof(m_data[Tile]));
        for (int r = 0; r < m_config.rows[Tile]; ++r)
            std::memcpy(m_data[Tile] + r * 64, static_cast<const char*>(from) + r * stride, m_config.rowBytes[Tile]);
    }
    template <int Tile>
    void loadOnce(const void* from, std::int64_t stride)
    {
        load<Tile>(from, stride);
    }
    template <int Tile>
    void store(void* to, std::int64_t stride)
    {
        used(Tile);
        for (int r = 0; r < m_config.rows[Tile]; ++r)
            std::memcpy(static_cast<char*>(to) + r * stride, m_data[Tile] + r * 64, m_config.rowBytes[Tile]);
    }
    /// Sums += A B; sums of bytes wrap at 32 bits.
    template <TileDot Dot, int Sums, int A, int B>
    void multiply()
    {
        used(Sums), used(A), used(B);
        require(m_config.rows[Sums] == m_config.rows[A] && m_config.rowBytes[A] == 4 * m_config.rows[B]
            && m_config.rowBytes[Sums] == m_config.rowBytes[B]);
        for (int m = 0; m < m_config.rows[Sums]; ++m)
            for (int n = 0; n < m_config.rowBytes[Sums] / 4; ++n) {
                std::uint8_t* sum = m_data[Sums] + m * 64 + n * 4;
                const std::uint8_t *a = m_data[A] + m * 64, *b = m_data[B] + n * 4;
                if constexpr (Dot == TileDot::UnsignedSigned)
                    addBytes<std::uint8_t, std::int8_t>(sum, a, b, m_config.rowBytes[A]);
                else if constexpr (Dot == TileDot::SignedUnsigned)
                    addBytes<std::int8_t, std::uint8_t>(sum, a, b, m_config.rowBytes[A]);
                else
                    addHalves(sum, a, b, m_config.rowBytes[A]);
            }
    }

private:
    /// `a`: bytes of a row; `b`: four of every row of B.
    template <class OfA, class OfB>
    static void addBytes(std::uint8_t* to, const std::uint8_t* a, const std::uint8_t* b, int bytes)
    {
        std::uint32_t sum = 0;
        std::memcpy(&sum, to, 4);
        for (int k = 0; k < bytes; ++k)
            sum += static_cast<std::uint32_t>(
                static_cast<std::int32_t>(static_cast<OfA>(a[k])) * static_cast<OfB>(b[k / 4 * 64 + k % 4]));
        std::memcpy(to, &sum, 4);
    }
    /// Lower and upper halves are summed apart, their sums are added to what was there. Halves are no denormals here.
    static void addHalves(std::uint8_t* to, const std::uint8_t* a, const std::uint8_t* b, int bytes)
    {
        float sum = 0, parts[2] = {};
        std::memcpy(&sum, to, 4);
        for (int k = 0; k < bytes; k += 4)
            for (int half = 0; half < 2; ++half)
                parts[half] = __builtin_fmaf(wide(a + k + 2 * half), wide(b + k / 4 * 64 + 2 * half), parts[half]);
        sum += parts[0] + parts[1];
        std::memcpy(to, &sum, 4);
    }
    static float wide(const std::uint8_t* half)
    {
        const std::uint8_t bytes[4] = {0, 0, half[0], half[1]};
        float value = 0;
        std::memcpy(&value, bytes, 4);
        return value;
    }
    static void require(bool holds)
    {
        if (!holds)
            forbiddenTileOperation();
    }
    void used(int tile) const { require(m_configured && m_config.rows[tile] > 0); }

    TileConfig m_config;
    bool m_configured = false;
    std::uint8_t m_data[8][1024] = {};
};

} // namespace OCTET_ISA

} // namespace octet::engine
