// SPDX-License-Identifier: GPL-3.0-or-later
// Attention in fp32, bf16 and int8, of every ISA and over emulated tiles, against its scalar reference.
#include "core/engine/kernels/product_choice.h"
#include "core/engine/reference/reference.h"
#include "kernel_cases.h"
#include "test_main.h"

#include <cmath>
#include <memory>

using namespace octet;
using namespace octet::engine;
using namespace octet::engine::test;

class TestAttentionKernels : public QObject
{
    Q_OBJECT

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
};

OCTET_TEST(TestAttentionKernels)
#include "tst_attention_kernels.moc"
