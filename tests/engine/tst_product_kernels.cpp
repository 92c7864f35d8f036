// SPDX-License-Identifier: GPL-3.0-or-later
// Products of our own and of oneDNN, of every ISA and over emulated tiles, against the scalar parts in their order.
#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product.h"
#include "core/engine/kernels/product_choice.h"
#include "core/engine/kernels/product_floats.h"
#include "core/engine/kernels/product_halves.h"
#include "core/engine/onednn.h"
#include "core/engine/reference/reference.h"
#include "core/values/error.h"
#include "kernel_cases.h"
#include "test_main.h"

#define OCTET_ISA plain
#include "core/engine/kernels/tiles.h"

#include <cmath>
#include <memory>

using namespace octet;
using namespace octet::engine;
using namespace octet::engine::test;

namespace {

using Multiply = void (*)(const ProductTask&, std::int64_t, std::int64_t);
using MultiplyFloats = void (*)(const FloatProductTask&, std::int64_t, std::int64_t);
using MultiplyHalves = void (*)(const HalfProductTask&, std::int64_t, std::int64_t);

/// Rows as a product over such panels reads them; what no row fills is not 0. Exactly as long as they are: the address
/// sanitizer sees who reads beyond.
std::vector<std::uint8_t> inOrder(const std::vector<std::uint8_t>& a, std::int64_t rows, std::int64_t k, PanelLayout layout)
{
    const ByteLayout order = layout == PanelLayout::Tiles ? ByteLayout::tiles(k) : ByteLayout::rowByRow(k);
    std::vector<std::uint8_t> packed(static_cast<std::size_t>(order.bytes(rows)), 201);
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < k; ++c)
            packed[static_cast<std::size_t>(byteAt(order, r, c))] = a[static_cast<std::size_t>(r * k + c)];
    return packed;
}

/// In blocks of rows and panel by panel, as steps and threads divide it: every row the same bits as in `whole`.
template <class Task, class Kernel>
void comparePartsWithWhole(Task task, Kernel multiply, std::int64_t panels, const std::vector<float>& whole)
{
    std::vector<float> parts(whole.size(), 1234.0f);
    const auto* const a = task.a;
    const std::int64_t rows = task.rows, half = rows / 2;
    for (const auto& [first, count] : {std::pair(std::int64_t(0), half), std::pair(half, rows - half)}) {
        task.a = a + first * task.aRow, task.c = parts.data() + first * task.cRow, task.rows = count;
        for (std::int64_t p = 0; p < panels; ++p)
            multiply(task, p, p + 1);
    }
    QCOMPARE(parts, whole);
}

/// c [m, cRow] against a [m, k] x w [k, n], within a part of the sum of magnitudes; what lies behind n is untouched.
void compareWithReference(const std::vector<float>& c, std::int64_t cRow, const std::vector<float>& a,
    const std::vector<float>& w, std::int64_t m, std::int64_t k, std::int64_t n, const char* tolerance)
{
    std::vector<float> magnitudeA = a, magnitudeW = w;
    for (auto* values : {&magnitudeA, &magnitudeW})
        for (float& x : *values)
            x = std::abs(x);
    const auto expected = reference::product(a, w, m, k, n), sizes = reference::product(magnitudeA, magnitudeW, m, k, n);
    for (std::int64_t row = 0; row < m; ++row)
        for (std::int64_t column = 0; column < cRow; ++column) {
            const double x = static_cast<double>(c[static_cast<std::size_t>(row * cRow + column)]);
            const auto at = static_cast<std::size_t>(row * n + column);
            if (column < n)
                QVERIFY(std::abs(x - expected[at]) <= reference::tolerance(tolerance) * sizes[at]);
            else
                QCOMPARE(x, 1234.0);
        }
}

/// [k, n] as [n, k].
std::vector<float> turned(const std::vector<float>& w, std::int64_t k, std::int64_t n)
{
    std::vector<float> result(w.size());
    for (std::int64_t i = 0; i < k * n; ++i)
        result[static_cast<std::size_t>(i % n * k + i / n)] = w[static_cast<std::size_t>(i)];
    return result;
}

} // namespace

Q_DECLARE_METATYPE(Multiply)
Q_DECLARE_METATYPE(MultiplyFloats)
Q_DECLARE_METATYPE(MultiplyHalves)
Q_DECLARE_METATYPE(octet::engine::PanelLayout)

class TestProductKernels : public QObject
{
    Q_OBJECT

private slots:
    /// Our own product with every part of its epilogue, at random shapes, against the scalar parts in their order.
    void ownProduct_data()
    {
        QTest::addColumn<Multiply>("multiply");
        QTest::addColumn<PanelLayout>("layout");
        QTest::newRow("tiles emulated, epilogue avx2") << Multiply(multiplyEmulatedAvx2) << PanelLayout::Tiles;
        if (cpuIsa() >= Isa::Avx512)
            QTest::newRow("tiles emulated, epilogue avx512") << Multiply(multiplyEmulatedAvx512) << PanelLayout::Tiles;
        if (cpuIsa() >= Isa::Vnni)
            QTest::newRow("vnni") << Multiply(multiplyVnni) << PanelLayout::Vnni;
        if (cpuIsa() == Isa::Amx && allowTiles())
            QTest::newRow("amx") << Multiply(multiplyAmx) << PanelLayout::Tiles;
    }
    void ownProduct()
    {
        QFETCH(Multiply, multiply);
        QFETCH(PanelLayout, layout);
        Random random(31);
        for (int round = 0; round < 60; ++round) {
            const std::int64_t rows = random.whole(1, 70), k = 4 * random.whole(1, 40), n = random.whole(1, 150);
            std::vector<std::uint8_t> a(static_cast<std::size_t>(rows * k));
            std::vector<std::int8_t> w(static_cast<std::size_t>(k * n));
            for (auto& x : a)
                x = static_cast<std::uint8_t>(random.whole(0, 255));
            for (auto& x : w)
                x = static_cast<std::int8_t>(random.whole(-127, 127));
            WeightMemory memory;
            const PanelWeights panels(w.data(), k, n, memory, layout);
            std::vector<std::int32_t> sums(static_cast<std::size_t>(n)), zeros;
            for (std::int64_t i = 0; i < k * n; ++i)
                sums[static_cast<std::size_t>(i % n)] += w[static_cast<std::size_t>(i)];
            const auto scales = random.reals(n, 1e-5f, 2e-5f), bias = random.reals(n, -1, 1),
                       rowScales = random.reals(rows, 0.5f, 2);
            for (std::int64_t i = 0; i < rows; ++i)
                zeros.push_back(static_cast<std::int32_t>(random.whole(0, 255)));
            const std::int64_t outStride = n + random.whole(0, 9), byteStride = n + random.whole(0, 9),
                               residualStride = n + random.whole(0, 9);
            const auto residual = random.reals(rows * residualStride, -1, 1);
            std::vector<float> out(static_cast<std::size_t>(rows * outStride), 1234.0f);
            std::vector<std::uint8_t> bytes(static_cast<std::size_t>(rows * byteStride), 7);
            const bool perRow = round % 2, adds = round % 5 < 2, biased = round % 7 != 0;
            constexpr Activation activations[]{
                Activation::GeluErf, Activation::None, Activation::GeluTanh, Activation::Relu, Activation::Tanh};
            ProductTask task;
            const auto packed = inOrder(a, rows, k, layout);
            task.a = packed.data(), task.rows = rows, task.k = k, task.n = n;
            task.panels = panels.data(), task.panelBytes = panels.panelBytes();
            task.nextWeights = panels.data(), task.nextBytes = panels.panelBytes();
            task.scales = scales.data(), task.columnSums = sums.data();
            task.bias = biased ? bias.data() : nullptr;
            task.rowScale = 0.7f, task.zeroPoint = 117;
            if (perRow)
                task.rowScales = rowScales.data(), task.rowZeroPoints = zeros.data();
            task.activation = activations[round % 5];
            if (adds)
                task.residual = residual.data(), task.residualStride = residualStride;
            task.out = out.data(), task.outStride = outStride;
            task.bytes[0] = {bytes.data(), ByteLayout::rowByRow(byteStride), 1 / 0.05f, 90, nullptr};
            std::vector<std::uint8_t> smoothed(bytes.size());
            const auto factors = random.reals(n, 0.1f, 2);
            task.bytes[1] = {smoothed.data(), ByteLayout::rowByRow(byteStride), 1 / 0.04f, 80, factors.data()};
            multiply(task, 0, panels.panels());
            const auto acc = reference::product(a, w, rows, k, n);
            for (std::int64_t row = 0; row < rows; ++row)
                for (std::int64_t column = 0; column < n; ++column) {
                    const auto r = static_cast<std::size_t>(row), c = static_cast<std::size_t>(column);
                    float x = reference::dequantize(acc[static_cast<std::size_t>(row * n + column)], sums[c], scales[c],
                        biased ? bias[c] : 0, perRow ? zeros[r] : 117, perRow ? rowScales[r] : 0.7f);
                    const double magnitude = std::max(1.0f, std::abs(x));
                    x = reference::activated(x, task.activation)
                        + (adds ? residual[static_cast<std::size_t>(row * residualStride + column)] : 0);
                    const float got = out[static_cast<std::size_t>(row * outStride + column)];
                    const auto at = static_cast<std::size_t>(row * byteStride + column);
                    QVERIFY(std::abs(got - x) <= reference::tolerance("product") * magnitude);
                    QCOMPARE(int(bytes[at]), int(reference::quantize(got, 0.05f, 90)));
                    QCOMPARE(int(smoothed[at]), int(reference::quantize(got * factors[c], 0.04f, 80)));
                }
            for (std::int64_t row = 0; row < rows; ++row) { // nothing is written between the rows
                for (std::int64_t i = n; i < outStride; ++i)
                    QCOMPARE(out[static_cast<std::size_t>(row * outStride + i)], 1234.0f);
                for (std::int64_t i = n; i < byteStride; ++i)
                    QCOMPARE(int(bytes[static_cast<std::size_t>(row * byteStride + i)]), 7);
            }
            // Whatever else is asked for, the values are the same: bytes alone and fp32 alone take shorter ways.
            std::vector<std::uint8_t> bytesAlone(bytes.size(), 7);
            ProductTask shorter = task;
            shorter.out = nullptr, shorter.bytes[0].to = bytesAlone.data(), shorter.bytes[1] = {};
            multiply(shorter, 0, panels.panels());
            QVERIFY(bytesAlone == bytes);
            // A form for each part of the columns: its own part is the same, whatever becomes of the others.
            std::vector<std::uint8_t> first(bytes.size(), 7), second(bytes.size(), 7);
            shorter.bytes[0].to = first.data(), shorter.bytes[0].endColumn = n / 2;
            shorter.bytes[1] = task.bytes[1];
            shorter.bytes[1].to = second.data(), shorter.bytes[1].firstColumn = n / 2;
            multiply(shorter, 0, panels.panels());
            for (std::int64_t row = 0; row < rows; ++row)
                for (std::int64_t column = 0; column < n; ++column) {
                    const auto at = static_cast<std::size_t>(row * byteStride + column);
                    QCOMPARE(int((column < n / 2 ? first : second)[at]), int((column < n / 2 ? bytes : smoothed)[at]));
                }
            // The same bytes in tiles, as the next product reads them.
            const ByteLayout tiles = ByteLayout::tiles(n);
            std::vector<std::uint8_t> tiled(static_cast<std::size_t>(tiles.bytes(rows)), 7);
            shorter.bytes[0] = {tiled.data(), tiles, 1 / 0.05f, 90, nullptr};
            shorter.bytes[1] = {};
            multiply(shorter, 0, panels.panels());
            for (std::int64_t row = 0; row < rows; ++row)
                for (std::int64_t column = 0; column < n; ++column)
                    QCOMPARE(int(tiled[static_cast<std::size_t>(byteAt(tiles, row, column))]),
                        int(bytes[static_cast<std::size_t>(row * byteStride + column)]));
            std::vector<float> outAlone(out.size(), 1234.0f);
            shorter = task;
            shorter.out = outAlone.data(), shorter.bytes[0] = shorter.bytes[1] = {};
            multiply(shorter, 0, panels.panels());
            QVERIFY(outAlone == out);
        }
    }

    /// Unit scales and no zero point: what comes out is the sum itself, exact below 2^24; in two blocks of rows, panel
    /// by panel, as the steps and the threads divide the work.
    void ownProductIsExact_data() { ownProduct_data(); }
    void ownProductIsExact()
    {
        QFETCH(Multiply, multiply);
        QFETCH(PanelLayout, layout);
        Random random(37);
        std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>> shapes{
            {1, 4, 1}, {16, 64, 16}, {17, 68, 17}, {32, 128, 32}, {33, 60, 33}, {48, 192, 64},
            // more K than the chunks that few rows pass through
            {1, 1540, 50}, {40, 1540, 50}, {97, 3072, 40}, {161, 1664, 33}, {300, 1540, 32}, {8, 384, 48}, {9, 388, 48}, {15, 772, 70}, {16, 1600, 96}, {17, 780, 49}, {30, 1540, 40}};
        for (int round = 0; round < 30; ++round)
            shapes.emplace_back(random.whole(1, 80), 4 * random.whole(1, 64), random.whole(1, 120));
        for (const auto& [rows, k, n] : shapes) {
            std::vector<std::uint8_t> a(static_cast<std::size_t>(rows * k));
            std::vector<std::int8_t> w(static_cast<std::size_t>(k * n));
            for (auto& x : a)
                x = static_cast<std::uint8_t>(random.whole(0, 255));
            for (auto& x : w)
                x = static_cast<std::int8_t>(random.whole(-128, 127));
            WeightMemory memory;
            const PanelWeights panels(w.data(), k, n, memory, layout);
            const std::vector<float> ones(static_cast<std::size_t>(n), 1.0f);
            const std::vector<std::int32_t> sums(static_cast<std::size_t>(n), 0);
            std::vector<float> out(static_cast<std::size_t>(rows * n), -1.0f);
            ProductTask task;
            const auto packed = inOrder(a, rows, k, layout);
            task.a = packed.data(), task.k = k, task.n = n;
            task.panels = panels.data(), task.panelBytes = panels.panelBytes();
            task.scales = ones.data(), task.columnSums = sums.data();
            task.out = out.data(), task.outStride = n;
            const std::int64_t half = rows / 2 / 16 * 16;
            for (const auto& [first, count] : {std::pair(std::int64_t(0), half), std::pair(half, rows - half)}) {
                task.firstRow = first, task.rows = count;
                task.nextWeights = first == 0 ? panels.data() : nullptr, task.nextBytes = panels.panelBytes();
                for (std::int64_t p = 0; p < panels.panels(); ++p)
                    multiply(task, p, p + 1);
            }
            const auto acc = reference::product(a, w, rows, k, n);
            for (std::size_t i = 0; i < out.size(); ++i)
                QCOMPARE(static_cast<std::int32_t>(out[i]), acc[i]);
        }
    }

    void ownProductIsTheWidestThatCapAndCpuAllow()
    {
        for (const Isa isa : {Isa::Avx2, Isa::Avx512, Isa::Vnni, Isa::Amx}) {
            const ProductKernel expected = isa == Isa::Amx ? ProductKernel::Amx
                : isa == Isa::Vnni                         ? ProductKernel::Vnni
                                                           : ProductKernel::OneDnn;
            QCOMPARE(chooseProduct(isa, Isa::Amx), expected);
            QCOMPARE(chooseProduct(Isa::Amx, isa), expected);
        }
    }

    /// What raises #UD on the processor does not pass the emulation either.
    void emulatedTilesRefuseWhatAmxForbids()
    {
        using namespace octet::engine::plain;
        EmulatedTiles tiles;
        QVERIFY_THROWS_EXCEPTION(Error, tiles.zero<0>());
        tiles.configure(tileConfig(16)); // no second row of tiles
        QVERIFY_THROWS_EXCEPTION(Error, tiles.zero<2>());
        TileConfig tall;
        tall.rows[0] = 17, tall.rowBytes[0] = 64;
        QVERIFY_THROWS_EXCEPTION(Error, tiles.configure(tall));
        TileConfig uneven = tileConfig(16);
        uneven.rowBytes[aTile(0)] = 32;
        tiles.configure(uneven);
        QVERIFY_THROWS_EXCEPTION(Error, (tiles.multiply<TileDot::UnsignedSigned, 0, 4, 6>()));
    }

    /// Our own fp32 product: in blocks of rows and panel by panel, as steps and threads divide it, every row the same bits.
    void floatProduct_data()
    {
        QTest::addColumn<MultiplyFloats>("multiply");
        QTest::newRow("avx2") << MultiplyFloats(multiplyFloatsAvx2);
        if (cpuIsa() >= Isa::Avx512)
            QTest::newRow("avx512") << MultiplyFloats(multiplyFloatsAvx512);
    }
    void floatProduct()
    {
        QFETCH(MultiplyFloats, multiply);
        Random random(53);
        std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>> shapes{
            {1, 1, 1}, {8, 768, 48}, {9, 769, 49}, {17, 1540, 97}, {24, 1536, 16}};
        for (int round = 0; round < 30; ++round)
            shapes.emplace_back(random.whole(1, 40), random.whole(1, 200), random.whole(1, 150));
        int round = 0;
        for (const auto& [m, k, n] : shapes) {
            const bool transposed = ++round % 2;
            const std::int64_t aRow = k + random.whole(0, 5), cRow = n + random.whole(0, 5);
            const auto a = random.reals(m * aRow, -1, 1), w = random.reals(k * n, -1, 1);
            std::vector<float> dense;
            for (std::int64_t i = 0; i < m; ++i)
                dense.insert(dense.end(), a.begin() + i * aRow, a.begin() + i * aRow + k);
            WeightMemory memory;
            const PanelWeights panels((transposed ? turned(w, k, n) : w).data(), k, n, transposed, memory);
            std::vector<float> whole(static_cast<std::size_t>(m * cRow), 1234.0f);
            FloatProductTask task;
            task.a = a.data(), task.aRow = aRow, task.rows = m, task.k = k, task.n = n;
            task.panels = reinterpret_cast<const float*>(panels.data());
            task.nextWeights = panels.data(), task.nextBytes = panels.panelBytes();
            task.c = whole.data(), task.cRow = cRow;
            multiply(task, 0, panels.panels());
            comparePartsWithWhole(task, multiply, panels.panels(), whole);
            compareWithReference(whole, cRow, dense, w, m, k, n, "productFloats");
        }
    }

    /// Our own bf16 product: exactly what tiles compute, every row the same bits whatever the block and the panel.
    void halfProduct_data()
    {
        QTest::addColumn<MultiplyHalves>("multiply");
        QTest::addColumn<bool>("tiles");
        QTest::newRow("tiles emulated") << MultiplyHalves(multiplyHalvesEmulated) << true;
        if (cpuIsa() >= Isa::Vnni && __builtin_cpu_supports("avx512bf16"))
            QTest::newRow("avx512_bf16") << MultiplyHalves(multiplyHalvesBf16) << false;
        if (hasAmxBf16() && allowTiles())
            QTest::newRow("amx") << MultiplyHalves(multiplyHalvesAmx) << true;
    }
    void halfProduct()
    {
        QFETCH(MultiplyHalves, multiply);
        QFETCH(bool, tiles);
        Random random(59);
        std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>> shapes{
            {1, 1, 1}, {32, 32, 32}, {33, 384, 33}, {17, 385, 64}, {150, 800, 40}};
        for (int round = 0; round < 20; ++round)
            shapes.emplace_back(random.whole(1, 70), random.whole(1, 200), random.whole(1, 90));
        int round = 0;
        for (const auto& [m, k, n] : shapes) {
            const bool transposed = ++round % 2;
            const std::int64_t columns = (k + halfStep - 1) / halfStep * halfStep, cRow = n + random.whole(0, 5);
            std::vector<std::uint16_t> a(static_cast<std::size_t>((m + 15) * columns));
            std::vector<float> dense, w = random.reals(k * n, -1, 1);
            for (std::int64_t i = 0; i < m * k; ++i) {
                const std::uint16_t half = reference::toBf16(random.real(-1, 1));
                a[static_cast<std::size_t>(i / k * columns + i % k)] = half;
                dense.push_back(reference::fromBf16(half));
            }
            std::fill(a.end() - 15 * columns, a.end(), std::uint16_t(0x7fc0)); // not a number: belongs to no row
            WeightMemory memory;
            const PanelWeights panels(
                (transposed ? turned(w, k, n) : w).data(), k, n, transposed, memory, PanelLayout::Halves);
            for (float& x : w)
                x = reference::fromBf16(reference::toBf16(x));
            std::vector<float> whole(static_cast<std::size_t>(m * cRow), 1234.0f), emulated = whole;
            HalfProductTask task;
            task.a = a.data(), task.aRow = columns, task.rows = m, task.k = k, task.n = n;
            task.panels = reinterpret_cast<const std::uint16_t*>(panels.data());
            task.nextWeights = panels.data(), task.nextBytes = panels.panelBytes();
            task.c = whole.data(), task.cRow = cRow;
            multiply(task, 0, panels.panels());
            if (tiles) {
                task.c = emulated.data();
                multiplyHalvesEmulated(task, 0, panels.panels());
                QCOMPARE(emulated, whole);
            }
            comparePartsWithWhole(task, multiply, panels.panels(), whole);
            compareWithReference(whole, cRow, dense, w, m, k, n, "productHalves");
        }
    }

    void integerProductIsExact()
    {
        effectiveIsa();
        Random random(29);
        for (const auto& [m, k, n] : {std::tuple(1, 40, 64), std::tuple(17, 384, 96), std::tuple(50, 128, 10)}) {
            std::vector<std::uint8_t> a(static_cast<std::size_t>(m * k));
            std::vector<std::int8_t> w(static_cast<std::size_t>(k * n));
            for (auto& x : a)
                x = static_cast<std::uint8_t>(random.whole(0, 255));
            const int limit = effectiveIsa() >= Isa::Vnni ? 127 : 63; // 8 bits saturate without VNNI
            for (auto& x : w)
                x = static_cast<std::int8_t>(random.whole(-limit, limit));
            const DnnProduct product(m, k, n);
            auto call = product.makeCall(product.pack(w.data()));
            std::vector<std::int32_t> c(static_cast<std::size_t>(m * n));
            std::vector<char> scratch(product.scratchBytes() + 64);
            product.run(*call, a.data(), c.data(), scratch.data());
            QCOMPARE(c, reference::product(a, w, m, k, n));
        }
    }
};

OCTET_TEST(TestProductKernels)
#include "tst_product_kernels.moc"
