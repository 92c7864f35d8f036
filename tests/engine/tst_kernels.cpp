// SPDX-License-Identifier: GPL-3.0-or-later
// Every row kernel of every ISA that this CPU has, against its scalar reference, within the stated tolerance.
#include "core/engine/reference/reference.h"
#include "kernel_cases.h"
#include "test_main.h"

#include <cmath>

using namespace octet;
using namespace octet::engine;
using namespace octet::engine::test;

namespace {

const std::vector<std::int64_t> lengths {1, 7, 8, 15, 16, 17, 40, 64, 99, 384};

} // namespace

class TestKernels : public QObject
{
    Q_OBJECT

    /// Kernel and reference over every element of rows of many lengths.
    template <typename Run, typename Expected>
    void compareRows(const char* name, Run run, Expected expected)
    {
        Random random(7);
        for (const std::int64_t n : lengths) {
            const std::vector<float> x = random.reals(n);
            std::vector<float> row = x;
            row.push_back(1234.0f); // nothing is written behind the end
            run(row.data(), n);
            QCOMPARE(row.back(), 1234.0f);
            for (std::size_t i = 0; i < x.size(); ++i)
                QVERIFY2(std::abs(row[i] - expected(x[i])) <= reference::tolerance(name) * std::max(1.0f, std::abs(expected(x[i]))),
                         qPrintable(QStringLiteral("%1(%2) = %3, not %4").arg(name).arg(x[i], 0, 'g', 9).arg(row[i], 0, 'g', 9).arg(expected(x[i]), 0, 'g', 9)));
        }
    }

private slots:
    /// Who adds a kernel adds its reference, its row and its test.
    void everyKernelHasATolerance()
    {
        static_assert(sizeof(Kernels) == 16 * sizeof(void*), "name the new kernel here, and see kernels/README.md");
        for (const char* name : {"dequantize", "add", "geluErf", "geluTanh", "relu", "tanh", "layerNorm", "quantize",
                 "toBf16", "range", "attention", "attentionHalves", "attentionBytes", "product", "productFloats", "productHalves", "oneDnnU8S8"})
            QVERIFY2(!std::isnan(reference::tolerance(name)), name);
        QVERIFY(std::isnan(reference::tolerance("unheard of")));
    }

    void toBf16_data() { addTables(); }
    void toBf16()
    {
        Random random(41);
        for (const std::int64_t n : lengths) {
            auto x = random.reals(n);
            x[0] = 1.00390625f; // a tie: to even
            std::vector<std::uint16_t> halves(x.size() + 1, 7);
            table().toBf16(x.data(), halves.data(), n);
            QCOMPARE(int(halves.back()), 7);
            for (std::size_t i = 0; i < x.size(); ++i)
                QCOMPARE(int(halves[i]), int(reference::toBf16(x[i])));
        }
        QCOMPARE(int(reference::toBf16(1.00390625f)), 0x3f80);
        QCOMPARE(int(reference::toBf16(1.01171875f)), 0x3f82);
    }

    void geluErf_data() { addTables(); }
    void geluErf() { compareRows("geluErf", table().geluErf, reference::geluErf); }
    void geluTanh_data() { addTables(); }
    void geluTanh() { compareRows("geluTanh", table().geluTanh, reference::geluTanh); }
    void tanhRow_data() { addTables(); }
    void tanhRow() { compareRows("tanh", table().tanh, reference::tanh); }
    void relu_data() { addTables(); }
    void relu() { compareRows("relu", table().relu, reference::relu); }

    void add_data() { addTables(); }
    void add()
    {
        Random random(3);
        for (const std::int64_t n : lengths) {
            const auto a = random.reals(n), b = random.reals(n);
            auto row = a;
            table().add(row.data(), b.data(), n);
            for (std::size_t i = 0; i < a.size(); ++i)
                QCOMPARE(row[i], a[i] + b[i]);
        }
    }

    void layerNorm_data() { addTables(); }
    void layerNorm()
    {
        Random random(5);
        for (const std::int64_t n : lengths) {
            if (n == 1)
                continue; // has no variance
            const auto x = random.reals(n), gamma = random.reals(n, 0.5f, 1.5f), beta = random.reals(n, -1, 1);
            for (const bool shifts : {false, true}) {
                auto y = x; // in place
                y.push_back(1234.0f);
                table().layerNorm(y.data(), gamma.data(), shifts ? beta.data() : nullptr, 1e-5f, y.data(), n);
                QCOMPARE(y.back(), 1234.0f);
                const auto expected = reference::layerNorm(x, gamma, shifts ? beta : std::vector<float>(), 1e-5f);
                for (std::size_t i = 0; i < x.size(); ++i)
                    QVERIFY(std::abs(y[i] - expected[i])
                        <= reference::tolerance("layerNorm") * std::max(1.0f, std::abs(expected[i])));
            }
        }
    }

    void quantize_data() { addTables(); }
    void quantize()
    {
        Random random(11);
        for (const std::int64_t n : lengths) {
            auto x = random.reals(n, -3, 5);
            x[0] = 0.5f * 0.025f; // a tie: to even
            const float scale = 0.025f;
            const auto factors = random.reals(n, 0.1f, 2);
            for (const float* smooth : {static_cast<const float*>(nullptr), factors.data()}) {
                std::vector<std::uint8_t> q(x.size() + 1, 77);
                table().quantize(x.data(), smooth, 1.0f / scale, 98, q.data(), 64, n);
                QCOMPARE(int(q.back()), 77);
                for (std::size_t i = 0; i < x.size(); ++i)
                    QCOMPARE(int(q[i]), int(reference::quantize(smooth ? x[i] * smooth[i] : x[i], scale, 98)));
                // 64 bytes at a time, as tiles want them
                std::vector<std::uint8_t> apart(4 * x.size() + 64, 77);
                table().quantize(x.data(), smooth, 1.0f / scale, 98, apart.data(), 200, n);
                for (std::size_t i = 0; i < x.size(); ++i)
                    QCOMPARE(int(apart[i / 64 * 200 + i % 64]), int(q[i]));
            }
        }
    }

    void range_data() { addTables(); }
    void range()
    {
        Random random(13);
        for (const std::int64_t n : lengths) {
            const auto x = random.reals(n, 1, 5);
            float low = 9, high = 9, top = 0;
            table().range(x.data(), nullptr, low, high, n);
            for (const float v : x)
                top = std::max(top, v);
            QCOMPARE(low, 0.0f); // 0 is always inside
            QCOMPARE(high, top);
            std::vector<float> factors(x.size(), 1);
            factors.back() = 100;
            table().range(x.data(), factors.data(), low, high, n);
            QCOMPARE(high, x.back() * 100);
        }
    }

    void dequantize_data() { addTables(); }
    void dequantize()
    {
        Random random(17);
        for (const std::int64_t n : lengths) {
            std::vector<std::int32_t> acc(static_cast<std::size_t>(n)), sums(acc.size());
            for (std::size_t i = 0; i < acc.size(); ++i) {
                acc[i] = static_cast<std::int32_t>(random.whole(-2000000, 2000000));
                sums[i] = static_cast<std::int32_t>(random.whole(-20000, 20000));
            }
            const auto scales = random.reals(n, 0.001f, 0.01f), bias = random.reals(n, -1, 1);
            std::vector<float> row(acc.size());
            for (const bool biased : {false, true}) {
                table().dequantize(
                    acc.data(), sums.data(), scales.data(), biased ? bias.data() : nullptr, 121, 0.02f, row.data(), n);
                for (std::size_t i = 0; i < acc.size(); ++i) {
                    const float expected =
                        reference::dequantize(acc[i], sums[i], scales[i], biased ? bias[i] : 0, 121, 0.02f);
                    QVERIFY(std::abs(row[i] - expected)
                        <= reference::tolerance("dequantize") * std::max(1.0f, std::abs(expected)));
                }
            }
        }
    }
};

OCTET_TEST(TestKernels)
#include "tst_kernels.moc"
