// SPDX-License-Identifier: GPL-3.0-or-later
// Int8 attention of one head, compiled once per ISA.
//
// Keys are the unsigned operand: with one scale for all of them their zero point adds the same to every score of a row,
// which the softmax cancels. Queries and values are signed. The scores of a few queries stay in L1; exponentials leave
// as whole numbers from 0 to 255 without division, and their sum is divided out at the very end. Where tokens have
// scales of their own, those of the values move into the exponent: p_j = 2^(s_j + log2 scale_j).
//
// Sums of whole numbers are exact and hidden keys weigh exactly nothing: a row does not depend on padding.
#pragma once

#include "core/engine/kernels/attention_bytes.h"
#include "core/engine/kernels/byte_layout_impl.h"
#include "core/engine/kernels/group_product_impl.h"
#include "core/engine/kernels/simd_math.h"

#include <cmath>
#include <cstring>

namespace octet::engine::OCTET_ISA {

/// acc + sum of four products u * s in every lane of 32 bits, exact.
inline VecI dot(VecI acc, VecI u, VecI s)
{
#if defined(__AVX512VNNI__)
    return {_mm512_dpbusd_epi32(acc.v, u.v, s.v)};
#elif defined(__AVX512F__)
    const __m512i even = _mm512_madd_epi16(
        _mm512_and_si512(u.v, _mm512_set1_epi16(255)), _mm512_srai_epi16(_mm512_slli_epi16(s.v, 8), 8));
    const __m512i odd = _mm512_madd_epi16(_mm512_srli_epi16(u.v, 8), _mm512_srai_epi16(s.v, 8));
    return {_mm512_add_epi32(acc.v, _mm512_add_epi32(even, odd))};
#else
    const __m256i even = _mm256_madd_epi16(
        _mm256_and_si256(u.v, _mm256_set1_epi16(255)), _mm256_srai_epi16(_mm256_slli_epi16(s.v, 8), 8));
    const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(u.v, 8), _mm256_srai_epi16(s.v, 8));
    return {_mm256_add_epi32(acc.v, _mm256_add_epi32(even, odd))};
#endif
}

struct SignedRows
{
    using Sums = VecI;
    static VecI add(VecI sums, VecI columns, VecI row) { return dot(sums, columns, row); }
};
struct UnsignedRows
{
    using Sums = VecI;
    static VecI add(VecI sums, VecI columns, VecI row) { return dot(sums, row, columns); }
};

/// 255 * 2^x for x <= 0 to 8e-5 of it; 0 far below. Polynomial of the least relative error on [0, 1).
inline Vec byteWeight(Vec x)
{
    const Vec f = fraction(x);
    const Vec p = horner(f, 0.0780245231f * 255, 0.226067168f * 255, 0.695833529f * 255, 0.99992522f * 255);
    return timesPowerOfTwo(p, x);
}

/// Both products in vectors. `queries`: rows of a tile; `unit`: what the length of their sums is a multiple of; `start`:
/// what the sums of every row begin with.
class VectorProducts
{
public:
    static constexpr std::int64_t queries = groupRows, unit = 4;
    void scores(std::int64_t rows, const std::uint8_t* q, std::int64_t qRow, const std::uint8_t* k, std::int64_t columns,
        const std::int32_t* start, std::int32_t* c)
    {
        groupProduct<SignedRows>(rows, q, qRow, k, columns, qRow / 4, c, columns, start);
    }
    void context(std::int64_t rows, const std::uint8_t* p, std::int64_t pRow, std::int64_t keys, const std::uint8_t* v,
        std::int64_t width, std::int32_t* c)
    {
        groupProduct<UnsignedRows>(rows, p, pRow, v, width, keys / 4, c, width);
    }
};

template <class Products>
class ByteHead
{
    static constexpr std::int64_t queriesAtOnce = Products::queries;

public:
    explicit ByteHead(const ByteAttentionTask& t)
        : m_t(t)
        , m_keys(visibleKeys(t.mask, t.maskRow, t.maskColumn, t.queries, t.keys))
        , m_columns(upTo(m_keys, 16))
        , m_width(upTo(t.width, 16))
        , m_depthGroups(upTo(t.depth, Products::unit) / 4)
        , m_keyGroups(upTo(m_keys, Products::unit) / 4)
        , m_weightRow(upTo(m_keys, Products::unit > 16 ? Products::unit : 16))
        , m_uniformMask(!t.mask || t.maskRow == 0 || t.queries == 1)
    {
        std::byte* at = t.scratch;
        const auto take = [&](std::int64_t bytes) {
            std::byte* p = at;
            at += (bytes + 63) / 64 * 64;
            return p;
        };
        m_packedK = reinterpret_cast<std::uint8_t*>(take(m_depthGroups * 4 * m_columns));
        m_packedV = reinterpret_cast<std::uint8_t*>(take(m_keyGroups * 4 * m_width));
        m_packedQ = reinterpret_cast<std::uint8_t*>(take(queriesAtOnce * m_depthGroups * 4 + 4 * lanes)); // whole vectors
        m_scores = reinterpret_cast<std::int32_t*>(take(queriesAtOnce * m_columns * 4));
        m_weights = reinterpret_cast<std::uint8_t*>(take(queriesAtOnce * m_weightRow));
        m_result = reinterpret_cast<std::int32_t*>(take(queriesAtOnce * m_width * 4));
        m_keyOffset = reinterpret_cast<std::int32_t*>(take(m_columns * 4));
        m_keyScale = reinterpret_cast<float*>(take(m_columns * 4));
        m_keyBias = reinterpret_cast<float*>(take(m_columns * 4));
        m_keyShare = reinterpret_cast<float*>(take(m_columns * 4));
    }

    void run()
    {
        packKeys();
        packValues();
        offsetKeys();
        const bool plain = isPlain();
        if (!plain)
            describeKeys();
        if (m_weightRow > m_columns) // what no key stands behind weighs nothing
            std::memset(m_weights, 0, static_cast<std::size_t>(queriesAtOnce * m_weightRow));
        Products products;
        for (std::int64_t at = 0; at < m_t.queries; at += queriesAtOnce) {
            const std::int64_t rows = m_t.queries - at < queriesAtOnce ? m_t.queries - at : queriesAtOnce;
            packQueries(at, rows);
            products.scores(rows, m_packedQ, m_depthGroups * 4, m_packedK, m_columns, m_keyOffset, m_scores);
            float sums[queriesAtOnce];
            if (plain)
                plainSoftmax(at, rows, sums);
            else
                for (std::int64_t r = 0; r < rows; ++r)
                    sums[r] = softmax(at + r, r);
            products.context(rows, m_weights, m_weightRow, m_keyGroups * 4, m_packedV, m_width, m_result);
            finish(at, rows, sums);
        }
    }

private:
    /// [keys, depth] -> [depth / 4][keys][4], 0 behind both.
    void packKeys()
    {
        for (std::int64_t j = 0; j < m_columns; j += lanes)
            for (std::int64_t d = 0; d < m_depthGroups * 4; d += 4 * lanes) {
                VecI block[lanes];
                for (std::int64_t i = 0; i < lanes; ++i)
                    block[i] = j + i < m_keys && d < m_t.depth
                        ? loadFirst(m_t.k.values + (j + i) * m_t.k.row + d, m_t.depth - d)
                        : VecI::all(0);
                transpose(block);
                for (std::int64_t g = 0; g < lanes && d / 4 + g < m_depthGroups; ++g)
                    toInts(block[g], reinterpret_cast<std::int32_t*>(m_packedK) + (d / 4 + g) * m_columns + j);
            }
    }

    /// [keys, width] -> [keys / 4][width][4], signed.
    void packValues()
    {
        const __m128i flip = _mm_set1_epi8(static_cast<char>(0x80));
        alignas(16) std::uint8_t edge[16];
        for (std::int64_t g = 0; g < m_keyGroups; ++g) {
            std::uint8_t* to = m_packedV + g * m_width * 4;
            for (std::int64_t c = 0; c < m_t.width; c += 16, to += 64) {
                __m128i row[4];
                for (int i = 0; i < 4; ++i) {
                    const std::int64_t j = 4 * g + i;
                    const std::uint8_t* from = m_t.v.values + j * m_t.v.row + c;
                    if (j >= m_keys) {
                        row[i] = _mm_setzero_si128();
                    } else if (m_t.width - c >= 16) {
                        row[i] = _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), flip);
                    } else {
                        std::memset(edge, 128, sizeof(edge));
                        std::memcpy(edge, from, static_cast<std::size_t>(m_t.width - c));
                        row[i] = _mm_xor_si128(_mm_load_si128(reinterpret_cast<const __m128i*>(edge)), flip);
                    }
                }
                const __m128i low01 = _mm_unpacklo_epi8(row[0], row[1]), low23 = _mm_unpacklo_epi8(row[2], row[3]);
                const __m128i high01 = _mm_unpackhi_epi8(row[0], row[1]), high23 = _mm_unpackhi_epi8(row[2], row[3]);
                auto* block = reinterpret_cast<__m128i*>(to);
                _mm_store_si128(block, _mm_unpacklo_epi16(low01, low23));
                _mm_store_si128(block + 1, _mm_unpackhi_epi16(low01, low23));
                _mm_store_si128(block + 2, _mm_unpacklo_epi16(high01, high23));
                _mm_store_si128(block + 3, _mm_unpackhi_epi16(high01, high23));
            }
        }
    }

    /// `rows` queries from `at` on, signed. What lies behind the depth meets keys that are 0 there, or is where the next
    /// row will lie.
    void packQueries(std::int64_t at, std::int64_t rows)
    {
        const std::int64_t padded = m_depthGroups * 4, depth = m_t.depth, fromRow = m_t.q.row;
        const std::uint8_t* from = m_t.q.values + at * fromRow;
        std::uint8_t* to = m_packedQ;
        const VecI flip = VecI::all(static_cast<std::int32_t>(0x80808080u));
        for (std::int64_t r = 0; r < rows; ++r, from += fromRow, to += padded)
            for (std::int64_t d = 0; d < depth; d += 4 * lanes)
                toInts(loadFirst(from + d, depth - d) ^ flip, reinterpret_cast<std::int32_t*>(to + d));
    }

    /// One scale for all keys, and no visible key hidden or favoured.
    bool isPlain() const
    {
        if (!m_uniformMask || m_t.k.scales || m_t.v.scales)
            return false;
        float any = 0;
        if (m_t.mask)
            for (std::int64_t j = 0; j < m_keys; ++j)
                any += m_t.mask[j * m_t.maskColumn] != 0 ? 1.0f : 0.0f;
        return any == 0;
    }

    /// What makes up for the zero point of the queries in the scores of every key: they begin with it.
    void offsetKeys()
    {
        const VecI ones = VecI::all(0x01010101), zero = VecI::all(128 - m_t.q.zeroPoint);
        for (std::int64_t j = 0; j < m_columns; j += lanes) {
            VecI sum = VecI::all(0);
            for (std::int64_t g = 0; g < m_depthGroups; ++g)
                sum = dot(sum, loadGroups(m_packedK + (g * m_columns + j) * 4), ones);
            toInts(zero * sum, m_keyOffset + j);
        }
    }

    /// What the scores of every key are multiplied with, what is added, and its share in the sum.
    void describeKeys()
    {
        constexpr float log2e = 1.44269504088896341f, hidden = -1e30f;
        const ByteOperand k = m_t.k, v = m_t.v;
        const float* mask = m_uniformMask ? m_t.mask : nullptr;
        for (std::int64_t j = 0; j < m_columns; ++j) {
            const bool real = j < m_keys;
            m_keyScale[j] = real ? (k.scales ? k.scales[j] : k.scale) : 0;
            const float bias = mask && real ? mask[j * m_t.maskColumn] * log2e : 0;
            m_keyBias[j] = bias < hidden ? hidden : bias;
            m_keyShare[j] = real ? 1.0f : 0.0f;
            if (v.scales && real) {
                m_keyBias[j] += std::log2(v.scales[j]);
                m_keyShare[j] = 1.0f / v.scales[j];
            }
        }
    }

    /// softmax() of `rows` queries from `at` on where one scale holds for all keys and none of them is hidden or favoured:
    /// the maximum is found among whole numbers, and the sum is one. First the maxima of all rows, then their weights: no
    /// row waits for its own.
    void plainSoftmax(std::int64_t at, std::int64_t rows, float* sums)
    {
        alignas(64) std::int32_t highestScores[queriesAtOnce][lanes];
        for (std::int64_t r = 0; r < rows; ++r)
            toInts(highestScore(r), highestScores[r]);
        for (std::int64_t r = 0; r < rows; ++r)
            sums[r] = plainWeights(at + r, r, VecI::load(highestScores[r]));
    }

    /// In all lanes.
    VecI highestScore(std::int64_t r) const
    {
        const std::int32_t* scores = m_scores + r * m_columns;
        const std::int64_t whole = m_keys / lanes * lanes;
        VecI top = VecI::all(-2147483647 - 1);
        for (std::int64_t j = 0; j < whole; j += lanes)
            top = max(top, VecI::load(scores + j));
        for (std::int64_t j = whole; j < m_keys; ++j)
            top = max(top, VecI::all(scores[j]));
        return highestInAllLanes(top);
    }

    /// Scores of a row -> bytes; gives the sum that divides the row.
    float plainWeights(std::int64_t query, std::int64_t r, VecI highestScore)
    {
        constexpr float log2e = 1.44269504088896341f;
        const std::int32_t* scores = m_scores + r * m_columns;
        std::uint8_t* bytes = m_weights + r * m_weightRow;
        const std::int64_t whole = m_keys / lanes * lanes;
        const Vec factor = Vec::all((m_t.q.scales ? m_t.q.scales[query] : m_t.q.scale) * m_t.k.scale * m_t.scale * log2e);
        const Vec best = toFloat(highestScore) * (Vec::zero() - factor);
        const auto weight = [&](std::int64_t j) { return byteWeight(fma(toFloat(VecI::load(scores + j)), factor, best)); };
        VecI total = VecI::all(0);
        std::int64_t j = 0;
        for (; j + 4 * lanes <= whole; j += 4 * lanes) {
            const VecI some = bytesOf(toInt(weight(j)), toInt(weight(j + lanes)), toInt(weight(j + 2 * lanes)),
                toInt(weight(j + 3 * lanes)));
            toInts(some, reinterpret_cast<std::int32_t*>(bytes + j));
            total = total + sumsOfBytes(some);
        }
        for (; j < m_columns; j += lanes) {
            const VecI rounded = toInt(select(firstLanes(m_keys - j), weight(j), Vec::zero()));
            storeBytes(rounded, bytes + j);
            total = total + rounded;
        }
        return static_cast<float>(sum(total));
    }

    /// What the zero point of the keys adds to the scores of a row.
    std::int32_t rowOffset(std::int64_t query) const
    {
        const std::uint8_t* q = m_t.q.values + query * m_t.q.row;
        std::int32_t sum = 0;
        for (std::int64_t d = 0; d < m_t.depth; ++d)
            sum += q[d];
        return m_t.k.zeroPoint * (sum - static_cast<std::int32_t>(m_t.depth) * m_t.q.zeroPoint);
    }

    /// Scores of a row -> bytes; gives the sum that divides the row.
    float softmax(std::int64_t query, std::int64_t r)
    {
        constexpr float log2e = 1.44269504088896341f;
        std::int32_t* scores = m_scores + r * m_columns;
        auto* real = reinterpret_cast<float*>(scores);
        std::uint8_t* bytes = m_weights + r * m_weightRow;
        const float* mask = m_uniformMask ? nullptr : m_t.mask + query * m_t.maskRow;
        const Vec rowScale = Vec::all((m_t.q.scales ? m_t.q.scales[query] : m_t.q.scale) * m_t.scale * log2e);
        const VecI offset = VecI::all(rowOffset(query));
        const Vec lowestScore = Vec::all(-3.0e38f);
        Vec top = lowestScore;
        for (std::int64_t j = 0; j < m_columns; j += lanes) {
            const Mask m = firstLanes(m_keys - j);
            Vec s = toFloat(VecI::load(scores + j) - offset);
            s = fma(s, rowScale * Vec::load(m_keyScale + j), Vec::load(m_keyBias + j));
            if (mask) {
                const Vec own = m_t.maskColumn == 1 ? Vec::load(mask + j, m) : Vec::all(*mask);
                s = s + max(own * Vec::all(log2e), Vec::all(-1e30f));
            }
            s = select(m, s, lowestScore);
            s.store(real + j);
            top = max(top, s);
        }
        const Vec highestScore = Vec::all(highest(top));
        Vec total = Vec::zero();
        for (std::int64_t j = 0; j < m_columns; j += lanes) {
            const Vec e = byteWeight(Vec::load(real + j) - highestScore);
            const Vec p = round(select(firstLanes(m_keys - j), e, Vec::zero()));
            storeBytes(toInt(p), bytes + j);
            total = fma(p, Vec::load(m_keyShare + j), total);
        }
        return sum(total);
    }

    /// Results of `rows` queries from `at` on to where they go.
    void finish(std::int64_t at, std::int64_t rows, const float* sums)
    {
        if (m_t.bytes.to)
            return m_t.out || m_t.bytes.factors ? finishBytes<true>(at, rows, sums) : finishBytes<false>(at, rows, sums);
        float* const to = m_t.out + at * m_t.outRow;
        if (m_t.outColumn == 1 && m_t.width % lanes == 0)
            return divide(rows, sums, [=, row = m_t.outRow](Vec x, std::int64_t r, std::int64_t c) { x.store(to + r * row + c); });
        divide(rows, sums, [this, to](Vec x, std::int64_t r, std::int64_t c) {
            storeColumns(x, to + r * m_t.outRow + c * m_t.outColumn, m_t.outColumn, m_t.width - c);
        });
    }

    template <bool FloatsOrFactors>
    void finishBytes(std::int64_t at, std::int64_t rows, const float* sums)
    {
        // All by value: the stores of bytes could alias anything that lies in memory.
        const ByteLayout layout = m_t.bytes.layout;
        const Vec inverseScale = Vec::all(m_t.bytes.inverseScale);
        const VecI zeroPoint = VecI::all(m_t.bytes.zeroPoint);
        const std::int64_t row = m_t.bytesRow + at, column = m_t.bytesColumn;
        std::uint8_t* const to = m_t.bytes.to;
        divide(rows, sums, [=, this](Vec x, std::int64_t r, std::int64_t c) {
            if constexpr (FloatsOrFactors) {
                if (m_t.out)
                    storeColumns(x, m_t.out + (at + r) * m_t.outRow + c * m_t.outColumn, m_t.outColumn, lanes);
                if (m_t.bytes.factors)
                    x = x * Vec::load(m_t.bytes.factors + column + c);
            }
            storeBytes(toByteRange(x, inverseScale, zeroPoint), to + placeOf(layout, row + r, column + c));
        });
    }

    /// put(values, row, column) of what the sums of weighted values mean.
    template <class Put>
    void divide(std::int64_t rows, const float* sums, Put put)
    {
        // With scales per token the values' own scale is in the sum.
        const float scale = m_t.v.scales ? 1.0f : m_t.v.scale;
        const Vec zero = Vec::all(m_t.v.scales ? 0.0f : static_cast<float>(128 - m_t.v.zeroPoint) * m_t.v.scale);
        const float* const outFactors = m_t.outFactors;
        const std::int64_t width = m_t.width;
        const std::int32_t* from = m_result;
        for (std::int64_t r = 0; r < rows; ++r, from += m_width) {
            const Vec factor = Vec::all(scale / sums[r]);
            for (std::int64_t c = 0; c < width; c += lanes) {
                Vec x = fma(toFloat(VecI::load(from + c)), factor, zero);
                if (outFactors)
                    x = x * Vec::load(outFactors + c, firstLanes(width - c));
                put(x, r, c);
            }
        }
    }

    const ByteAttentionTask& m_t;
    std::int64_t m_keys, m_columns, m_width, m_depthGroups, m_keyGroups, m_weightRow;
    bool m_uniformMask;
    std::uint8_t *m_packedK, *m_packedV, *m_packedQ, *m_weights;
    std::int32_t *m_scores, *m_result, *m_keyOffset;
    float *m_keyScale, *m_keyBias, *m_keyShare;
};

inline void byteAttentionHead(const ByteAttentionTask& task)
{
    ByteHead<VectorProducts>(task).run();
}

} // namespace octet::engine::OCTET_ISA
