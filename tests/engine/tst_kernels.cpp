// SPDX-License-Identifier: GPL-3.0-or-later
// Every kernel of every ISA that this CPU has, against its scalar reference, within the stated tolerance.
#include "core/engine/kernels/kernels.h"
#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product.h"
#include "core/engine/kernels/product_choice.h"
#include "core/engine/kernels/product_floats.h"
#include "core/engine/onednn.h"
#include "core/engine/reference/reference.h"
#include "core/values/error.h"
#include "test_main.h"

#define OCTET_ISA plain
#include "core/engine/kernels/tiles.h"

#include <QtTest>

#include <memory>

#include <cmath>
#include <random>

using namespace octet;
using namespace octet::engine;

namespace {

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

const std::vector<std::int64_t> lengths {1, 7, 8, 15, 16, 17, 40, 64, 99, 384};

using Multiply = void (*)(const ProductTask&, std::int64_t, std::int64_t);

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

} // namespace

Q_DECLARE_METATYPE(Multiply)
Q_DECLARE_METATYPE(octet::engine::PanelLayout)

class TestKernels : public QObject
{
    Q_OBJECT

    void addTables()
    {
        QTest::addColumn<int>("isa");
        QTest::newRow("avx2") << static_cast<int>(Isa::Avx2);
        if (cpuIsa() >= Isa::Avx512)
            QTest::newRow("avx512") << static_cast<int>(Isa::Avx512);
        if (cpuIsa() >= Isa::Vnni)
            QTest::newRow("vnni") << static_cast<int>(Isa::Vnni);
    }
    /// Attention in int8 has more forms than the other kernels.
    void addAttentions()
    {
        addTables();
        QTest::newRow("tiles emulated") << -1;
        if (cpuIsa() >= Isa::Amx && allowTiles())
            QTest::newRow("amx") << static_cast<int>(Isa::Amx);
    }
    void (*attentionKernel() const)(const ByteAttentionTask&)
    {
        QFETCH(int, isa);
        return isa < 0 ? attentionBytesEmulated : kernels(static_cast<Isa>(isa)).attentionBytes;
    }
    using AttentionKernel = void (*)(const AttentionTask&);
    void addFloatAttentions()
    {
        QTest::addColumn<AttentionKernel>("kernel");
        QTest::addColumn<bool>("half");
        for (const Isa isa : {Isa::Avx2, Isa::Avx512})
            if (cpuIsa() >= isa)
                QTest::newRow(toString(isa).c_str()) << kernels(isa).attention << false;
        QTest::newRow("bf16, tiles emulated") << AttentionKernel(attentionHalvesEmulated) << true;
        if (const AttentionKernel kernel = cpuIsa() >= Isa::Vnni ? kernels(Isa::Vnni).attentionHalves : nullptr)
            QTest::newRow("bf16") << kernel << true;
        if (cpuIsa() == Isa::Amx && kernels(Isa::Amx).halvesName == std::string("amx"))
            QTest::newRow("bf16, amx") << kernels(Isa::Amx).attentionHalves << true;
    }
    /// 64-byte aligned, as the arena is.
    class Scratch
    {
    public:
        explicit Scratch(std::int64_t floats)
            : m_floats(static_cast<std::size_t>(floats) + 16)
        {
        }
        float* data()
        {
            void* aligned = m_floats.data();
            std::size_t room = m_floats.size() * sizeof(float);
            return static_cast<float*>(std::align(64, room - 64, aligned, room));
        }

    private:
        std::vector<float> m_floats;
    };
    static Scratch scratchOf(bool half, std::int64_t keys, std::int64_t depth, std::int64_t width)
    {
        return Scratch(half ? halfAttentionScratch(keys, depth, width) : attentionScratch(keys, depth, width));
    }
    const Kernels& table() const
    {
        QFETCH(int, isa);
        return kernels(static_cast<Isa>(isa));
    }

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

    /// A matrix in random order and with gaps, as views of activations lie.
    struct Laid
    {
        std::vector<float> values;
        std::int64_t row = 0, column = 1;
    };
    static Laid laid(Random& random, std::int64_t rows, std::int64_t columns, float low, float high)
    {
        Laid m;
        const bool across = random.whole(0, 1) == 1;
        const std::int64_t gap = random.whole(0, 5);
        m.row = across ? 1 : columns + gap, m.column = across ? rows + gap : 1;
        m.values = random.reals((rows + gap) * (columns + gap), low, high);
        return m;
    }

private slots:
    /// Who adds a kernel adds its reference, its row and its test.
    void everyKernelHasATolerance()
    {
        static_assert(sizeof(Kernels) == 16 * sizeof(void*), "name the new kernel here, and see kernels/README.md");
        for (const char* name : {"dequantize", "add", "geluErf", "geluTanh", "relu", "tanh", "layerNorm", "quantize",
                 "toBf16", "range", "attention", "attentionHalves", "attentionBytes", "product", "productFloats", "oneDnnU8S8", "oneDnnF32", "oneDnnBf16"})
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

    void attention_data() { addFloatAttentions(); }
    void attention()
    {
        QFETCH(AttentionKernel, kernel);
        QFETCH(bool, half);
        Random random(19);
        for (int round = 0; round < 60; ++round) {
            const std::int64_t queries = random.whole(1, 39), keys = random.whole(1, 99), depth = random.whole(1, 70),
                               width = random.whole(1, 40);
            const Laid q = laid(random, queries, depth, -1, 1), kt = laid(random, depth, keys, -1, 1),
                       v = laid(random, keys, width, -1, 1);
            Laid out = laid(random, queries, width, 77, 77), mask = laid(random, queries, keys, -2, 0);
            mask.column = round % 4 == 0 ? 0 : 1; // one number a row
            mask.row = round % 2 ? 0 : keys; // one row for all queries
            if (keys > 3 && mask.column == 1)
                for (std::int64_t i = 0; i < queries; ++i)
                    mask.values[static_cast<std::size_t>(i * mask.row + (keys - 1) * mask.column)] = -3.4028234663852886e38f;
            Laid expected = out;
            Scratch scratch = scratchOf(half, keys, depth, width);
            AttentionTask task;
            task.q = q.values.data(), task.qRow = q.row, task.qColumn = q.column;
            task.kt = kt.values.data(), task.ktRow = kt.row, task.ktColumn = kt.column;
            task.v = v.values.data(), task.vRow = v.row, task.vColumn = v.column;
            if (round % 3)
                task.mask = mask.values.data(), task.maskRow = mask.row, task.maskColumn = mask.column;
            task.out = out.values.data(), task.outRow = out.row, task.outColumn = out.column;
            task.queries = queries, task.keys = keys, task.depth = depth, task.width = width, task.scale = 0.3f;
            task.scratch = scratch.data();
            kernel(task);
            task.out = expected.values.data();
            half ? reference::attentionHalves(task) : reference::attention(task);
            for (std::size_t i = 0; i < out.values.size(); ++i) // the gaps too: nothing is written there
                QVERIFY(std::abs(out.values[i] - expected.values[i])
                    <= reference::tolerance(half ? "attentionHalves" : "attention"));
        }
    }

    /// The law behind padded lengths and batches: masked keys at the end and other queries change no bit. A sentence
    /// that is hidden wholly stays finite.
    void attentionIgnoresPadding_data() { addFloatAttentions(); }
    void attentionIgnoresPadding()
    {
        QFETCH(AttentionKernel, kernel);
        QFETCH(bool, half);
        Random random(23);
        const std::int64_t depth = 32, width = 32, real = 21, queries = 21;
        const auto q = random.reals(queries * depth, -1, 1), k = random.reals(96 * depth, -1, 1), v = random.reals(96 * width, -1, 1);
        const auto attend = [&](std::int64_t firstQuery, std::int64_t count, std::int64_t keys, std::int64_t seen, bool rowForEach) {
            std::vector<float> mask(static_cast<std::size_t>(queries * keys), 0.0f);
            for (std::size_t i = 0; i < mask.size(); ++i)
                if (static_cast<std::int64_t>(i) % keys >= seen)
                    mask[i] = -3.4028234663852886e38f;
            std::vector<float> out(static_cast<std::size_t>(count * width));
            Scratch scratch = scratchOf(half, keys, depth, width);
            AttentionTask task;
            task.q = q.data() + firstQuery * depth, task.qRow = depth;
            task.kt = k.data(), task.ktRow = 1, task.ktColumn = depth;
            task.v = v.data(), task.vRow = width;
            task.mask = mask.data(), task.maskRow = rowForEach ? keys : 0, task.maskColumn = 1;
            task.out = out.data(), task.outRow = width;
            task.queries = count, task.keys = keys, task.depth = depth, task.width = width, task.scale = 0.2f;
            task.scratch = scratch.data();
            kernel(task);
            return out;
        };
        const auto expected = attend(0, queries, real, real, false);
        for (const std::int64_t keys : {std::int64_t(32), std::int64_t(96)})
            for (const bool rowForEach : {false, true})
                QCOMPARE(attend(0, queries, keys, real, rowForEach), expected);
        for (std::int64_t i = 0; i < queries; ++i)
            QCOMPARE(attend(i, 1, real, real, false), std::vector<float>(expected.begin() + i * width, expected.begin() + (i + 1) * width));
        for (const float x : attend(0, queries, real, 0, false))
            QVERIFY(std::isfinite(x));
    }

    /// The emulation sums halves in the processor's order: bit by bit the same. The scores lie so close together that
    /// the sum of the exponentials, which is taken in vectors of another length, is exact.
    void emulatedTilesSumHalvesAsTheProcessorDoes()
    {
        if (cpuIsa() < Isa::Amx || kernels(Isa::Amx).halvesName != std::string("amx"))
            QSKIP("This CPU has no AMX-BF16.");
        Random random(47);
        for (int round = 0; round < 40; ++round) {
            const std::int64_t queries = random.whole(1, 19), keys = random.whole(1, 99), depth = random.whole(1, 140),
                               width = random.whole(1, 70);
            const auto q = random.reals(queries * depth, -1, 1), k = random.reals(keys * depth, -1, 1),
                       v = random.reals(keys * width, -1, 1);
            std::vector<float> out(static_cast<std::size_t>(queries * width)), emulated = out;
            Scratch scratch(halfAttentionScratch(keys, depth, width));
            AttentionTask task;
            task.q = q.data(), task.qRow = depth;
            task.kt = k.data(), task.ktRow = 1, task.ktColumn = depth;
            task.v = v.data(), task.vRow = width;
            task.queries = queries, task.keys = keys, task.depth = depth, task.width = width, task.scale = 0.05f;
            task.scratch = scratch.data();
            task.out = out.data(), task.outRow = width;
            attentionHalvesAmx(task);
            task.out = emulated.data();
            attentionHalvesEmulated(task);
            QCOMPARE(emulated, out);
        }
    }

    void attentionBytes_data() { addAttentions(); }
    void attentionBytes()
    {
        Random random(29);
        for (int round = 0; round < 60; ++round) {
            const std::int64_t queries = random.whole(1, 19), keys = random.whole(1, 150), depth = random.whole(1, 140),
                               width = random.whole(1, 70), apart = random.whole(0, 9);
            const bool perToken = round % 2, perQuery = round % 3 == 0;
            ByteAttentionTask task;
            std::vector<std::vector<std::uint8_t>> bytes;
            std::vector<std::vector<float>> scales;
            const auto fill = [&](ByteOperand& o, std::int64_t rows, std::int64_t columns) {
                bytes.emplace_back(static_cast<std::size_t>(rows * (columns + apart)));
                for (auto& x : bytes.back())
                    x = static_cast<std::uint8_t>(random.whole(0, 255));
                scales.push_back(random.reals(rows, 0.005f, 0.02f));
                o.values = bytes.back().data(), o.row = columns + apart;
                o.scale = 0.01f, o.zeroPoint = perToken ? 128 : static_cast<std::int32_t>(random.whole(0, 255));
                o.scales = perToken ? scales.back().data() : nullptr;
            };
            bytes.reserve(3), scales.reserve(3);
            fill(task.q, queries, depth), fill(task.k, keys, depth), fill(task.v, keys, width);
            auto mask = random.reals(queries * keys, -2, 0);
            for (std::int64_t j = keys / 2; j < keys; ++j)
                mask[static_cast<std::size_t>(j)] = j % 3 ? -10000.0f : -3.4028234663852886e38f;
            if (round % 4) {
                task.mask = mask.data(), task.maskColumn = 1;
                task.maskRow = perQuery ? keys : 0;
            }
            task.queries = queries, task.keys = keys, task.depth = depth, task.width = width, task.scale = 0.05f;
            std::vector<std::byte> scratch(static_cast<std::size_t>(byteAttentionScratch(keys, depth, width)) + 64);
            void* aligned = scratch.data();
            std::size_t room = scratch.size();
            task.scratch = static_cast<std::byte*>(std::align(64, room - 64, aligned, room));
            std::vector<float> out(static_cast<std::size_t>(queries * width)), expected = out;
            const bool across = round % 5 == 0;
            const auto factors = random.reals(width, 0.5f, 2);
            task.outFactors = round % 3 ? nullptr : factors.data();
            task.outRow = across ? 1 : width, task.outColumn = across ? queries : 1;
            task.out = out.data();
            attentionKernel()(task);
            task.out = expected.data();
            reference::attentionBytes(task);
            float largest = 0;
            for (const float x : expected)
                largest = std::max(largest, std::abs(x));
            for (std::size_t i = 0; i < out.size(); ++i)
                QVERIFY2(std::abs(out[i] - expected[i]) <= reference::tolerance("attentionBytes") * largest,
                         qPrintable(QStringLiteral("round %1: %2 instead of %3").arg(round).arg(out[i]).arg(expected[i])));
        }
    }

    /// Heads side by side, quantized for the product that follows: the bytes of what would leave as fp32.
    void attentionBytesLeaveInBytes_data() { addAttentions(); }
    void attentionBytesLeaveInBytes()
    {
        Random random(31);
        for (const std::int64_t width : {16, 32, 64}) {
            const std::int64_t heads = 3, columns = heads * width, keys = 37, batch = 2, queries = 35, depth = 20;
            for (const ByteLayout& layout : {ByteLayout::rowByRow(columns), ByteLayout::tiles(columns)}) {
                std::vector<std::uint8_t> operands(static_cast<std::size_t>(batch * queries * columns + keys * depth));
                for (auto& x : operands)
                    x = static_cast<std::uint8_t>(random.whole(0, 255));
                std::vector<std::byte> scratch(static_cast<std::size_t>(byteAttentionScratch(keys, depth, width)) + 64);
                void* aligned = scratch.data();
                std::size_t room = scratch.size();
                const auto factors = random.reals(columns, 0.5f, 2);
                std::vector<float> out(static_cast<std::size_t>(batch * queries * columns));
                std::vector<std::uint8_t> bytes(static_cast<std::size_t>(layout.bytes(batch * queries)));
                ByteAttentionTask task;
                task.scratch = static_cast<std::byte*>(std::align(64, room - 64, aligned, room));
                task.queries = queries, task.keys = keys, task.depth = depth, task.width = width, task.scale = 0.02f;
                const auto run = [&](bool floats, bool quantized, bool smoothed) {
                    for (std::int64_t at = 0; at < batch * heads; ++at) {
                        const std::int64_t b = at / heads, h = at % heads;
                        for (ByteOperand* o : {&task.q, &task.k, &task.v})
                            o->values = operands.data() + at, o->row = depth, o->scale = 0.01f, o->zeroPoint = 120;
                        task.v.row = width;
                        task.out = floats ? out.data() + b * queries * columns + h * width : nullptr, task.outRow = columns;
                        task.bytes = {};
                        if (quantized)
                            task.bytes = {bytes.data(), layout, 90.0f, 117, smoothed ? factors.data() : nullptr};
                        task.bytesRow = b * queries, task.bytesColumn = h * width;
                        attentionKernel()(task);
                    }
                };
                for (const bool smoothed : {false, true})
                    for (const bool floats : {false, true}) {
                        run(true, false, false);
                        const std::vector<float> expected = out;
                        std::fill(out.begin(), out.end(), 0.0f);
                        run(floats, true, smoothed);
                        QVERIFY(!floats || out == expected);
                        for (std::int64_t r = 0; r < batch * queries; ++r)
                            for (std::int64_t c = 0; c < columns; ++c) {
                                const float x = expected[static_cast<std::size_t>(r * columns + c)]
                                    * (smoothed ? factors[static_cast<std::size_t>(c)] : 1.0f);
                                const float steps = std::clamp(std::nearbyint(x * 90.0f) + 117, 0.0f, 255.0f);
                                QCOMPARE(int(bytes[static_cast<std::size_t>(byteAt(layout, r, c))]), int(steps));
                            }
                    }
            }
        }
    }

    /// The same law in int8, and a sentence that is hidden wholly stays finite.
    void attentionBytesIgnorePadding_data() { addAttentions(); }
    void attentionBytesIgnorePadding()
    {
        Random random(37);
        const std::int64_t depth = 32, width = 32, real = 21;
        std::vector<std::uint8_t> bytes(96 * depth);
        for (auto& x : bytes)
            x = static_cast<std::uint8_t>(random.whole(0, 255));
        std::vector<std::vector<float>> results;
        for (const std::int64_t keys : {real, std::int64_t(32), std::int64_t(96)}) {
            for (const bool all : {false, true}) {
                std::vector<float> mask(static_cast<std::size_t>(keys), 0.0f), out(5 * width);
                std::fill(mask.begin() + (all ? 0 : real), mask.end(), -3.4028234663852886e38f);
                std::vector<std::byte> scratch(static_cast<std::size_t>(byteAttentionScratch(keys, depth, width)) + 64);
                void* aligned = scratch.data();
                std::size_t room = scratch.size();
                ByteAttentionTask task;
                task.scratch = static_cast<std::byte*>(std::align(64, room - 64, aligned, room));
                for (ByteOperand* o : {&task.q, &task.k, &task.v})
                    o->values = bytes.data(), o->row = depth, o->scale = 0.01f, o->zeroPoint = 120;
                task.mask = mask.data(), task.maskColumn = 1;
                task.out = out.data(), task.outRow = width;
                task.queries = 5, task.keys = keys, task.depth = depth, task.width = width, task.scale = 0.2f;
                attentionKernel()(task);
                if (all)
                    QVERIFY(std::all_of(out.begin(), out.end(), [](float x) { return std::isfinite(x); }));
                else
                    results.push_back(out);
            }
        }
        QCOMPARE(results[1], results[0]);
        QCOMPARE(results[2], results[0]);
    }

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
    void ownFloatProduct()
    {
        if (cpuIsa() < Isa::Avx512)
            QSKIP("This CPU has no AVX-512.");
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
            std::vector<float> dense, turned(w.size()), magnitudeA, magnitudeW = w;
            for (std::int64_t i = 0; i < m; ++i)
                dense.insert(dense.end(), a.begin() + i * aRow, a.begin() + i * aRow + k);
            magnitudeA = dense;
            for (auto* values : {&magnitudeA, &magnitudeW})
                for (float& x : *values)
                    x = std::abs(x);
            for (std::int64_t i = 0; i < k * n; ++i)
                turned[static_cast<std::size_t>(i % n * k + i / n)] = w[static_cast<std::size_t>(i)];
            WeightMemory memory;
            const PanelWeights panels(transposed ? turned.data() : w.data(), k, n, transposed, memory);
            std::vector<float> whole(static_cast<std::size_t>(m * cRow), 1234.0f), parts = whole;
            FloatProductTask task;
            task.a = a.data(), task.aRow = aRow, task.rows = m, task.k = k, task.n = n;
            task.panels = reinterpret_cast<const float*>(panels.data());
            task.next = panels.data(), task.nextBytes = panels.panelBytes();
            task.c = whole.data(), task.cRow = cRow;
            multiplyFloats(task, 0, panels.panels());
            const std::int64_t half = m / 2;
            for (const auto& [first, count] : {std::pair(std::int64_t(0), half), std::pair(half, m - half)}) {
                task.a = a.data() + first * aRow, task.c = parts.data() + first * cRow, task.rows = count;
                for (std::int64_t p = 0; p < panels.panels(); ++p)
                    multiplyFloats(task, p, p + 1);
            }
            QCOMPARE(parts, whole);
            const auto expected = reference::product(dense, w, m, k, n), sizes = reference::product(magnitudeA, magnitudeW, m, k, n);
            for (std::int64_t row = 0; row < m; ++row)
                for (std::int64_t c = 0; c < cRow; ++c) {
                    const double x = static_cast<double>(whole[static_cast<std::size_t>(row * cRow + c)]);
                    const auto at = static_cast<std::size_t>(row * n + c);
                    if (c < n)
                        QVERIFY(std::abs(x - expected[at]) <= reference::tolerance("productFloats") * sizes[at]);
                    else
                        QCOMPARE(x, 1234.0);
                }
        }
    }

    /// oneDNN's products at random shapes, rows apart, weights as they lie in either order.
    void floatProducts_data()
    {
        QTest::addColumn<bool>("half");
        QTest::newRow("f32") << false;
        if (__builtin_cpu_supports("avx512bf16"))
            QTest::newRow("bf16") << true;
    }
    void floatProducts()
    {
        QFETCH(bool, half);
        effectiveIsa();
        Random random(43);
        for (int round = 0; round < 30; ++round) {
            const std::int64_t m = random.whole(1, 40), k = random.whole(1, 200), n = random.whole(1, 90),
                               lda = k + random.whole(0, 7);
            auto a = random.reals(m * lda, -1, 1), w = random.reals(k * n, -1, 1);
            std::vector<std::uint16_t> halves;
            if (half) // bf16 holds them exactly
                for (auto* values : {&a, &w})
                    for (float& x : *values)
                        x = reference::fromBf16(reference::toBf16(x));
            for (const float x : a)
                halves.push_back(reference::toBf16(x));
            std::vector<float> dense, turned(w.size()), magnitudeA, magnitudeW = w;
            for (std::int64_t i = 0; i < m; ++i)
                dense.insert(dense.end(), a.begin() + i * lda, a.begin() + i * lda + k);
            magnitudeA = dense;
            for (auto* values : {&magnitudeA, &magnitudeW})
                for (float& x : *values)
                    x = std::abs(x);
            for (std::int64_t i = 0; i < k * n; ++i)
                turned[static_cast<std::size_t>(i % n * k + i / n)] = w[static_cast<std::size_t>(i)];
            const DnnProduct product(half ? DnnProduct::Kind::Bf16 : DnnProduct::Kind::F32, m, k, n, lda);
            const bool transposed = round % 2;
            auto call = product.makeCall(product.pack(transposed ? turned.data() : w.data(), transposed));
            std::vector<float> c(static_cast<std::size_t>(m * n));
            std::vector<char> scratch(product.scratchBytes() + 64);
            product.run(*call, half ? static_cast<const void*>(halves.data()) : a.data(), c.data(), scratch.data());
            const auto expected = reference::product(dense, w, m, k, n), sizes = reference::product(magnitudeA, magnitudeW, m, k, n);
            for (std::size_t i = 0; i < c.size(); ++i)
                QVERIFY(std::abs(static_cast<double>(c[i]) - expected[i])
                    <= reference::tolerance(half ? "oneDnnBf16" : "oneDnnF32") * sizes[i]);
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
            const DnnProduct product(DnnProduct::Kind::U8S8, m, k, n, k);
            auto call = product.makeCall(product.pack(w.data(), false));
            std::vector<std::int32_t> c(static_cast<std::size_t>(m * n));
            std::vector<char> scratch(product.scratchBytes() + 64);
            product.run(*call, a.data(), c.data(), scratch.data());
            QCOMPARE(c, reference::product(a, w, m, k, n));
        }
    }
};

OCTET_TEST(TestKernels)
#include "tst_kernels.moc"
