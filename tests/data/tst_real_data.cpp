// SPDX-License-Identifier: GPL-3.0-or-later
// The real models' folders, found, opened and handed out as the programs will read them.
#include "core/data/dataset.h"
#include "core/data/npy.h"
#include "data_test.h"
#include "test_main.h"

#include <numeric>

using namespace octet;

class TestRealData : public QObject
{
    Q_OBJECT

private slots:
    void folders_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<bool>("text");
        QTest::addColumn<int>("test");
        QTest::addColumn<int>("calib");
        QTest::addColumn<int>("classes");
        QTest::addColumn<QString>("firstName");
        QTest::newRow("SST-2") << "sst2-bert-l6-h384" << true << 872 << 256 << 2 << "negative";
        QTest::newRow("emotion") << "emotion-bert-l4-h256" << true << 2000 << 256 << 6 << "sadness";
        QTest::newRow("KWT-1") << "kwt1-speech-commands" << false << 1100 << 220 << 12 << "_silence_";
        QTest::newRow("ViT") << "vit-fashion-mnist" << false << 2000 << 256 << 10 << "T-shirt/top";
    }
    void folders()
    {
        QFETCH(const QString, folder);
        QFETCH(const bool, text);
        QFETCH(const int, test);
        QFETCH(const int, calib);
        QFETCH(const int, classes);
        QFETCH(const QString, firstName);
        if (test::modelsFolder().isEmpty())
            QSKIP("the folder of real models is not there");
        const std::string path = (test::modelsFolder() + '/' + folder).toStdString();
        const auto model = graph::load(path);
        DataSpec spec = data::discover(path, *model);
        spec.maxLength = 64; // as the ids in the .npy files were made
        QVERIFY(spec.kind == (text ? DataKind::Text : DataKind::Arrays));
        const auto set = data::open(spec, *model);
        QCOMPARE(set->size(Split::Test), std::size_t(test));
        QCOMPARE(set->size(Split::Calibration), std::size_t(calib));
        QCOMPARE(set->size(Split::Tuning), std::size_t(test / 2));
        QCOMPARE(set->size(Split::HeldOut), std::size_t(test / 2));
        QCOMPARE(set->classes(), classes);
        QCOMPARE(QString::fromStdString(set->spec().labelNames.at(0)), firstName);
        const Tensor labels = data::readNpy(path + "/test_labels.npy");
        for (std::size_t i = 0; i < set->size(Split::Test); ++i)
            QCOMPARE(set->label(Split::Test, i), labels.data<std::int32_t>()[i]);
        if (text)
            compareWithArrays(path, *set);
    }

private:
    /// The ids of the .npy files, as one batch and as a data set of arrays.
    static void compareWithArrays(const std::string& path, const data::Dataset& set)
    {
        std::vector<std::size_t> all(set.size(Split::Test));
        std::iota(all.begin(), all.end(), 0);
        const auto batch = set.batch(Split::Test, all, 64);
        DataSpec spec;
        for (const char* name : {"input_ids", "attention_mask", "token_type_ids"}) {
            spec.testInputs[name] = path + "/test_" + name + ".npy";
            QVERIFY(batch.at(name) == data::readNpy(spec.testInputs[name]));
        }
        spec.labelsFile = path + "/test_labels.npy";
        const auto arrays = data::open(spec, *graph::load(path));
        for (const std::size_t i : all)
            QCOMPARE(arrays->length(Split::Test, i), set.length(Split::Test, i));
        const std::vector<std::size_t> some = {0, 5, 3};
        QVERIFY(arrays->batch(Split::Test, some, 64) == set.batch(Split::Test, some, 64));
    }
};

OCTET_TEST(TestRealData)
#include "tst_real_data.moc"
