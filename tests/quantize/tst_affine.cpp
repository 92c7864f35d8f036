// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/affine.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <random>

using namespace octet;
using quantize::Affine;

class TestAffine : public QObject
{
    Q_OBJECT

private slots:
    void asymmetricByHand();
    void symmetricByHand();
    void degenerateRanges();
    void zeroIsExactAndRangesAreCovered();
    void weightsByTheScalarRule_data();
    void weightsByTheScalarRule();
    void badWeights();
};

namespace {

Range range(double low, double high)
{
    Range r;
    r.min = low;
    r.max = high;
    return r;
}

/// ONNX QuantizeLinear of one value.
int quantizeLinear(float x, float scale, int zero, int low, int high)
{
    return static_cast<int>(
        std::clamp(std::nearbyint(static_cast<double>(x / scale)) + zero, double(low), double(high)));
}

} // namespace

void TestAffine::asymmetricByHand()
{
    const Affine a = quantize::activationAffine(range(-1, 254), Scheme::Asym);
    QCOMPARE(a.scale, 1.0f);
    QCOMPARE(a.zeroPoint, 1);
    // 0.5 and 1.5 steps below zero round to even.
    QCOMPARE(quantize::activationAffine(range(-0.5, 254.5), Scheme::Asym).zeroPoint, 0);
    QCOMPARE(quantize::activationAffine(range(-1.5, 253.5), Scheme::Asym).zeroPoint, 2);
    // Ranges on one side of zero are widened to it.
    QCOMPARE(quantize::activationAffine(range(10, 255), Scheme::Asym).zeroPoint, 0);
    QCOMPARE(quantize::activationAffine(range(10, 255), Scheme::Asym).scale, 1.0f);
    QCOMPARE(quantize::activationAffine(range(-255, -10), Scheme::Asym).zeroPoint, 255);
}

void TestAffine::symmetricByHand()
{
    const Affine a = quantize::activationAffine(range(-127, 20), Scheme::Sym);
    QCOMPARE(a.scale, 1.0f);
    QCOMPARE(a.zeroPoint, 128);
    QCOMPARE(quantize::activationAffine(range(0, 254), Scheme::Sym).scale, 2.0f);
}

void TestAffine::degenerateRanges()
{
    for (const Range& r : {range(0, 0), range(1e-44, 1e-44), range(-1e-44, 0)})
        for (const Scheme s : {Scheme::Sym, Scheme::Asym})
            QCOMPARE(quantize::activationAffine(r, s).scale, 1.0f);
    const Affine wide = quantize::activationAffine(range(-3.4e38, 3.4e38), Scheme::Asym);
    QVERIFY(std::isfinite(wide.scale) && wide.scale > 0);
}

void TestAffine::zeroIsExactAndRangesAreCovered()
{
    std::mt19937 random(7);
    std::uniform_real_distribution<double> exponent(-8, 8);
    for (int i = 0; i < 2000; ++i) {
        const double low = -std::exp2(exponent(random)), high = std::exp2(exponent(random));
        for (const Scheme scheme : {Scheme::Asym, Scheme::Sym}) {
            const Affine a = quantize::activationAffine(range(low, high), scheme);
            QVERIFY(a.zeroPoint >= 0 && a.zeroPoint <= 255);
            const int zero = quantizeLinear(0, a.scale, a.zeroPoint, 0, 255);
            QCOMPARE(zero, a.zeroPoint);
            for (const double x : {low, high, low / 3, high / 3}) {
                const int q = quantizeLinear(static_cast<float>(x), a.scale, a.zeroPoint, 0, 255);
                const double back = static_cast<double>(a.scale) * (q - a.zeroPoint);
                QVERIFY2(std::fabs(back - x) <= 1.01 * static_cast<double>(a.scale), qPrintable(QString::number(x)));
            }
        }
    }
}

void TestAffine::weightsByTheScalarRule_data()
{
    QTest::addColumn<bool>("transposed");
    QTest::addColumn<bool>("perChannel");
    QTest::addColumn<int>("bits");
    for (const bool transposed : {false, true})
        for (const bool perChannel : {false, true})
            for (const int bits : {7, 8})
                QTest::addRow("%d %d %d", transposed, perChannel, bits) << transposed << perChannel << bits;
}

void TestAffine::weightsByTheScalarRule()
{
    QFETCH(bool, transposed);
    QFETCH(bool, perChannel);
    QFETCH(int, bits);
    const std::int64_t k = 37, n = 13;
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0, 0.3f);
    std::vector<float> values(static_cast<std::size_t>(k * n));
    for (float& v : values)
        v = normal(random);
    const auto at = [&](std::int64_t row, std::int64_t column) -> float& {
        return values[static_cast<std::size_t>(transposed ? column * k + row : row * n + column)];
    };
    for (std::int64_t row = 0; row < k; ++row)
        at(row, 5) = 0; // a dead column
    at(3, 7) = 40; // an outlier
    graph::Weight weight;
    weight.name = "w";
    weight.type = DType::F32;
    weight.shape = transposed ? Shape{n, k} : Shape{k, n};
    weight.data = std::as_bytes(std::span(values));

    const auto q = quantize::quantizeWeight(
        weight, k, n, transposed, perChannel ? Granularity::PerChannel : Granularity::PerTensor, bits);
    QCOMPARE(q.scales.size(), std::size_t(perChannel ? n : 1));
    const int qmax = bits == 8 ? 127 : 63;
    for (std::int64_t column = 0; column < n; ++column) {
        float largest = 0;
        for (std::int64_t row = 0; row < k; ++row)
            largest = std::max(largest, std::fabs(at(row, column)));
        const float scale = q.scales[perChannel ? static_cast<std::size_t>(column) : 0];
        if (perChannel)
            QCOMPARE(scale, largest > 0 ? largest / static_cast<float>(qmax) : 1.0f);
        else
            QCOMPARE(scale, 40.0f / static_cast<float>(qmax));
        int sum = 0;
        for (std::int64_t row = 0; row < k; ++row) {
            const int got = q.values[static_cast<std::size_t>(row * n + column)];
            QCOMPARE(got, quantizeLinear(at(row, column), scale, 0, -qmax, qmax));
            QVERIFY(std::fabs(static_cast<float>(got) * scale - at(row, column)) <= 0.5001f * scale);
            sum += got;
        }
        QCOMPARE(q.columnSums[static_cast<std::size_t>(column)], sum);
    }
}

void TestAffine::badWeights()
{
    std::vector<float> values{1, std::numeric_limits<float>::infinity()};
    graph::Weight weight;
    weight.name = "w";
    weight.type = DType::F32;
    weight.shape = {1, 2};
    weight.data = std::as_bytes(std::span(values));
    const auto kindOf = [&](std::int64_t k, std::int64_t n, int bits) {
        try {
            quantize::quantizeWeight(weight, k, n, false, Granularity::PerChannel, bits);
        } catch (const Error& error) {
            return error.kind();
        }
        return ErrorKind::Busy;
    };
    QVERIFY(kindOf(1, 2, 8) == ErrorKind::Unsupported);
    values[1] = std::numeric_limits<float>::quiet_NaN();
    QVERIFY(kindOf(1, 2, 8) == ErrorKind::Unsupported);
    values[1] = 2;
    QVERIFY(kindOf(1, 2, 4) == ErrorKind::Setting);
    QVERIFY(kindOf(2, 2, 8) == ErrorKind::Internal);
    QVERIFY(kindOf(1, 2, 8) == ErrorKind::Busy);
}

OCTET_TEST(TestAffine)
#include "tst_affine.moc"
