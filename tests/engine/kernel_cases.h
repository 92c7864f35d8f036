// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of kernels share: random values, and a row of test data for each table of this CPU.
#pragma once

#include "core/engine/kernels/kernels.h"

#include <QtTest>

#include <cstdint>
#include <random>
#include <vector>

namespace octet::engine::test {

class Random
{
public:
    explicit Random(unsigned seed)
        : m_engine(seed)
    {
    }
    float real(float low, float high) { return low + (high - low) * static_cast<float>(m_engine()) / 4294967295.0f; }
    std::int64_t whole(std::int64_t low, std::int64_t high) { return low + static_cast<std::int64_t>(m_engine() % static_cast<unsigned>(high - low + 1)); }
    std::vector<float> reals(std::int64_t n, float low = -8, float high = 8)
    {
        std::vector<float> v(static_cast<std::size_t>(n));
        for (float& x : v)
            x = real(low, high);
        return v;
    }

private:
    std::mt19937 m_engine;
};

inline void addTables()
{
    QTest::addColumn<int>("isa");
    QTest::newRow("avx2") << static_cast<int>(Isa::Avx2);
    if (cpuIsa() >= Isa::Avx512)
        QTest::newRow("avx512") << static_cast<int>(Isa::Avx512);
    if (cpuIsa() >= Isa::Vnni)
        QTest::newRow("vnni") << static_cast<int>(Isa::Vnni);
}

inline const Kernels& table()
{
    QFETCH(int, isa);
    return kernels(static_cast<Isa>(isa));
}

} // namespace octet::engine::test
