// SPDX-License-Identifier: GPL-3.0-or-later
// Calibration samples that are test samples too: found by content, named by row, left out when that is asked for.
#include "core/data/npy.h"
#include "sample_model.h"
#include "test_main.h"

using namespace octet;
using octet::test::Folder;

class TestSharedRows : public QObject
{
    Q_OBJECT

private slots:
    void textsAreFoundAndLeftOut()
    {
        const Folder folder;
        test::writeVocabulary(folder);
        DataSpec spec;
        spec.testFile = folder.write("test.tsv", "text\tlabel\na\t0\na b\t1\nb b\t1\nb\t0\n");
        spec.calibFile = folder.write("calib.tsv", "text\nb a\na b\na a\nb\n");
        const auto model = test::textModel(folder);
        const auto undecided = data::open(spec, model);
        QCOMPARE(undecided->size(Split::Calibration), std::size_t(4));
        const auto shared = undecided->shared();
        QCOMPARE(shared.size(), std::size_t(2));
        QCOMPARE(shared[0].calibRow, 3L); // the header is row 1
        QCOMPARE(shared[0].testRow, 3L);
        QCOMPARE(shared[1].calibRow, 5L);
        QCOMPARE(shared[1].testRow, 5L);

        spec.sharedRows = "keep";
        const auto kept = data::open(spec, model);
        QCOMPARE(kept->size(Split::Calibration), std::size_t(4));
        QCOMPARE(kept->hash(), undecided->hash());

        spec.sharedRows = "leave_out";
        const auto left = data::open(spec, model);
        QCOMPARE(left->size(Split::Calibration), std::size_t(2));
        QCOMPARE(left->size(Split::Test), std::size_t(4));
        QCOMPARE(left->shared().size(), std::size_t(2));
        QVERIFY(left->hash() != kept->hash());
        const auto rows = left->preview(Split::Calibration, 10);
        QCOMPARE(rows.at(0).text, std::string("b a"));
        QCOMPARE(rows.at(1).text, std::string("a a"));
        const Tensor ids = left->batch(Split::Calibration, {1}, 0).at("input_ids");
        QCOMPARE(ids.data<std::int64_t>()[1], std::int64_t(4));
        QCOMPARE(ids.data<std::int64_t>()[2], std::int64_t(4));

        spec.sharedRows = "perhaps";
        COMPARE_ERROR(data::open(spec, model), ErrorKind::Setting, "keep or leave_out");
    }

    void nothingSharedChangesNothing()
    {
        const Folder folder;
        test::writeVocabulary(folder);
        DataSpec spec;
        spec.testFile = folder.write("test.tsv", "text\tlabel\na\t0\na b\t1\n");
        spec.calibFile = folder.write("calib.tsv", "text\nb a\n");
        const auto model = test::textModel(folder);
        const std::string hash = data::open(spec, model)->hash();
        spec.sharedRows = "leave_out";
        const auto left = data::open(spec, model);
        QVERIFY(left->shared().empty());
        QCOMPARE(left->size(Split::Calibration), std::size_t(1));
        QCOMPARE(left->hash(), hash);
    }

    void arraysAreComparedByTheirBytes()
    {
        const Folder folder;
        using Bytes = std::vector<std::uint8_t>;
        const auto write = [&](const char* name, std::int64_t rows, const Bytes& bytes) {
            data::writeNpy(folder.path(name), test::array<std::uint8_t>(DType::U8, {rows, 1, 2, 3}, bytes));
            return folder.path(name);
        };
        DataSpec spec;
        spec.testInputs = {{"pixels", write("test.npy", 2, {1, 2, 3, 4, 5, 6, 9, 9, 9, 9, 9, 9})}};
        spec.calibInputs = {{"pixels", write("calib.npy", 2, {9, 9, 9, 9, 9, 9, 6, 5, 4, 3, 2, 1})}};
        data::writeNpy(folder.path("labels.npy"), test::array<std::int32_t>(DType::I32, {2}, {0, 1}));
        spec.labelsFile = folder.path("labels.npy");
        const auto shared = data::open(spec, test::imageModel(folder))->shared();
        QCOMPARE(shared.size(), std::size_t(1));
        QCOMPARE(shared[0].calibRow, 1L);
        QCOMPARE(shared[0].testRow, 2L);
        spec.sharedRows = "leave_out";
        const auto left = data::open(spec, test::imageModel(folder));
        QCOMPARE(left->size(Split::Calibration), std::size_t(1));
        QCOMPARE(left->batch(Split::Calibration, {0}, 0).at("pixels").data<float>()[0], 6.0f / 255.0f);
    }
};

OCTET_TEST(TestSharedRows)
#include "tst_shared_rows.moc"
