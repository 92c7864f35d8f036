// SPDX-License-Identifier: GPL-3.0-or-later
// What steps say they do, against numbers counted by hand: a profile's operations a second and bytes a second are these
// over a time. Conventions: an activation 12 operations a value, a norm 7, quantizing 3.
#include "core/engine/steps/rows.h"
#include "test_main.h"

#include <QtTest>

using namespace octet;
using namespace octet::engine;

namespace {

Rows rowsOf(std::int64_t rows, std::int64_t columns)
{
    Rows r;
    r.place.buffer = 0, r.rows = rows, r.columns = columns, r.stride = columns;
    return r;
}

RowSink sinkOf(std::int64_t rows, std::int64_t columns, bool real, std::size_t forms)
{
    RowSink sink;
    sink.rows = rowsOf(rows, columns), sink.wanted = real;
    for (QuantizedRows form; forms > 0; --forms) {
        form.endColumn = columns;
        sink.quantized.push_back(form);
    }
    return sink;
}

#define COMPARE_WORK(step, operationsOf, readOf, writtenOf)                                                            \
    do {                                                                                                               \
        const Work work = (step).work();                                                                               \
        QCOMPARE(work.operations, double(operationsOf));                                                               \
        QCOMPARE(work.read, double(readOf));                                                                           \
        QCOMPARE(work.written, double(writtenOf));                                                                     \
    } while (false)

ProductStep product(std::int64_t rows, std::int64_t depth, std::int64_t columns, std::size_t weightBytes)
{
    auto weight = std::make_shared<StoredWeight>();
    weight->bytes = weightBytes;
    ProductStep step;
    step.rows = rows, step.depth = depth, step.columns = columns;
    step.weight = weight;
    step.sum = sinkOf(rows, columns, true, 0);
    return step;
}

} // namespace

class TestWork : public QObject
{
    Q_OBJECT

private slots:
    void rows()
    {
        RowStep step; // 5 x 8 = 40 values
        step.input = rowsOf(5, 8), step.sink = sinkOf(5, 8, true, 0);
        COMPARE_WORK(step, 0, 160, 160);
        step.activation = Activation::GeluErf; // 12 x 40
        COMPARE_WORK(step, 480, 160, 160);
        step.activation = Activation::None;
        step.norm = NormPlaces(); // 7 x 40; gamma and beta of 8 floats
        COMPARE_WORK(step, 280, 160 + 64, 160);
        step.sink = sinkOf(5, 8, true, 2); // 3 x 40 and 40 bytes each
        COMPARE_WORK(step, 280 + 240, 224, 160 + 80);
        step.sink.wanted = false; // leaves in bytes only
        COMPARE_WORK(step, 520, 224, 80);
        step.sink.quantized[1].firstColumn = 6; // of whose columns two are needed
        COMPARE_WORK(step, 280 + 120 + 30, 224, 50);
    }

    void patches()
    {
        PatchStep step; // 2 pictures of 3 x 8 x 8 in patches of 4 x 4: 8 rows of 48
        step.imageShape = {2, 3, 8, 8};
        step.sink = sinkOf(8, 48, false, 1);
        COMPARE_WORK(step, 3 * 384, 4 * 384, 384);
        step.sink = sinkOf(72, 27, true, 0); // 3 x 3 at every second place of 2 x 6 x 6: the picture is read once
        COMPARE_WORK(step, 0, 4 * 384, 4 * 1944);
        step.imageShape = {2, 3, 100, 100}; // patches that leave most of it out
        COMPARE_WORK(step, 0, 4 * 1944, 4 * 1944);
    }

    void products()
    {
        ProductStep step = product(6, 16, 10, 640); // 2 x 6 x 16 x 10; 96 floats in, 640 bytes of weight, 60 floats out
        COMPARE_WORK(step, 1920, 640 + 384, 240);
        step.integer = true; // 96 bytes in
        COMPARE_WORK(step, 1920, 640 + 96, 240);
        step.bias.buffer = 0; // one addition a result, 10 floats
        COMPARE_WORK(step, 1920 + 60, 640 + 96 + 40, 240);
        step.activation = Activation::Tanh;
        COMPARE_WORK(step, 1980 + 720, 776, 240);
        step.residual = rowsOf(6, 10); // one addition a result, 60 floats
        COMPARE_WORK(step, 2700 + 60, 776 + 240, 240);
        step.norm =
            NormPlaces(); // gamma and beta of 10 floats; in floats for the residual, in bytes for the next product
        step.normed = sinkOf(6, 10, true, 1);
        COMPARE_WORK(step, 2760 + 420 + 180, 1016 + 80, 240 + 240 + 60);
    }

    void correctedBiasCountsAsBias()
    {
        ProductStep step = product(6, 16, 10, 640);
        step.correctedBias.resize(10);
        COMPARE_WORK(step, 1980, 640 + 384 + 40, 240);
    }

    void attention()
    {
        AttentionStep step; // 2 x 3 heads, 5 queries, 7 keys, depth 4, width 6
        step.batch = 2, step.heads = 3, step.queries = 5, step.keys = 7, step.depth = 4, step.width = 6;
        // 210 pairs: 2 x 4 for the score, 2 x 6 for the sum, 12 for the exponential;
        // 6 heads read 20 + 28 + 42 values and write 30
        COMPARE_WORK(step, 210 * 32, 4 * 540, 4 * 180);
        step.integers.emplace();
        COMPARE_WORK(step, 210 * 32, 540, 4 * 180);
    }

    void others()
    {
        GeneralStep step;
        step.elementsOut = 12, step.bytesIn = 96, step.bytesOut = 48;
        COMPARE_WORK(step, 12, 96, 48);
        COMPARE_WORK(CopyStep({3, 4}, {1, 3}, 2), 0, 24, 24);
    }
};

OCTET_TEST(TestWork)
#include "tst_work.moc"
