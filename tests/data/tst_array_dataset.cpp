// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/elements.h"
#include "core/data/npy.h"
#include "sample_model.h"
#include "test_main.h"

#include <numeric>

using namespace octet;
using octet::test::array;
using octet::test::Folder;
using octet::test::value;

namespace {

std::vector<float> floatsOf(const Tensor& tensor)
{
    return {tensor.data<float>(), tensor.data<float>() + tensor.count()};
}

std::string save(const Folder& folder, const std::string& name, const Tensor& tensor)
{
    data::writeNpy(folder.path(name), tensor);
    return folder.path(name);
}

Tensor pixels(const Shape& shape)
{
    Tensor tensor(DType::U8, shape);
    std::iota(tensor.data<std::uint8_t>(), tensor.data<std::uint8_t>() + tensor.count(), std::uint8_t(0));
    return tensor;
}

DataSpec imageSpec(const Folder& folder, const Tensor& images)
{
    DataSpec spec;
    spec.testInputs = {{"pixels", save(folder, "images.npy", images)}};
    return spec;
}

} // namespace

class TestArrayDataset : public QObject
{
    Q_OBJECT

private slots:
    void pixelsBecomeFloats()
    {
        const Folder folder;
        DataSpec spec = imageSpec(folder, pixels({4, 2, 3})); // without the channel axis
        spec.labelsFile = save(folder, "labels.npy", array<std::int8_t>(DType::I8, {4}, {0, 1, 2, 1}));
        const auto plain = data::open(spec, test::imageModel(folder));
        const Tensor batch = plain->batch(Split::Test, {2, 0}, 0).at("pixels");
        QCOMPARE(batch.shape, (Shape{2, 1, 2, 3}));
        QCOMPARE(floatsOf(batch).at(1), 13.0f / 255.0f);
        QCOMPARE(floatsOf(batch).at(6), 0.0f);
        QCOMPARE(plain->length(Split::Test, 0), 0);
        QCOMPARE(plain->label(Split::Test, 2), 2);
        QCOMPARE(plain->classes(), 3);
        QCOMPARE(plain->size(Split::Tuning), std::size_t(2));
        QCOMPARE(plain->size(Split::HeldOut), std::size_t(2));
        QCOMPARE(plain->preview(Split::Test, 1).at(0).text, std::string("pixels: uint8 [2, 3], 0 to 5, mean 2.5"));
        const auto picture = plain->picture(Split::Test, 1);
        QVERIFY(picture);
        QCOMPARE(picture->width, 3);
        QCOMPARE(picture->height, 2);
        QCOMPARE(picture->pixels, (std::vector<std::uint8_t>{6, 7, 8, 9, 10, 11}));
        spec.mean = {0.2860};
        spec.std = {0.3530};
        const auto scaled = data::open(spec, test::imageModel(folder));
        QCOMPARE(floatsOf(scaled->batch(Split::Test, {2}, 0).at("pixels")).at(1), (13.0f / 255.0f - 0.2860f) / 0.3530f);
        QVERIFY(scaled->hash() != plain->hash());
    }

    void picturesHaveTheirColoursSideBySide()
    {
        const Folder folder;
        data::Signature model = test::imageModel(folder);
        model.inputs = {value("pixels", DType::F32, std::vector<std::int64_t>{-1, 3, 1, 2})};
        const auto found = data::open(imageSpec(folder, pixels({2, 3, 1, 2})), model)->picture(Split::Test, 1);
        QVERIFY(found);
        QCOMPARE(found->channels, 3);
        QCOMPARE(found->pixels, (std::vector<std::uint8_t>{6, 8, 10, 7, 9, 11}));
        model.inputs = {value("pixels", DType::F32, std::vector<std::int64_t>{-1, 2, 1, 3})}; // two channels are no colours
        QVERIFY(!data::open(imageSpec(folder, pixels({2, 2, 1, 3})), model)->picture(Split::Test, 1));
    }

    void channels()
    {
        const Folder folder;
        const float expected[] = {(7.0f / 255.0f - 0.5f) / 2.0f, (7.0f / 255.0f - 0.25f) / 4.0f};
        for (const bool last : {false, true}) {
            data::Signature model = test::imageModel(folder);
            model.inputs = {value("pixels", DType::F32,
                last ? std::vector<std::int64_t>{-1, 3, 2} : std::vector<std::int64_t>{-1, 2, 3})};
            DataSpec spec = imageSpec(folder,
                array<std::uint8_t>(
                    DType::U8, last ? Shape{1, 3, 2} : Shape{1, 2, 3}, std::vector<std::uint8_t>(6, 7)));
            spec.mean = {0.5, 0.25};
            spec.std = {2, 4};
            const auto found = floatsOf(data::open(spec, model)->batch(Split::Test, {0}, 0).at("pixels"));
            for (std::size_t i = 0; i < 6; ++i)
                QCOMPARE(found[i], expected[last ? i % 2 : i / 3]);
            spec.mean = spec.std = {1, 1, 1, 1};
            COMPARE_ERROR(data::open(spec, model), ErrorKind::Setting, "4 channels");
            spec.mean = {1, 1};
            COMPARE_ERROR(data::open(spec, model), ErrorKind::Setting, "2 values and std has 4");
            spec.std = {0};
            COMPARE_ERROR(data::open(spec, model), ErrorKind::Setting, "greater than 0");
        }
    }

    void badInput_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("row");
        QTest::addColumn<QString>("part");
        const int dataKind = static_cast<int>(ErrorKind::Data);
        QTest::newRow("shape") << "shape" << dataKind << 0
                               << "[4, 3, 2], but the model's input pixels is [batch, 1, 2, 3]";
        QTest::newRow("type") << "type" << dataKind << 0 << "holds int64, but the model's input pixels needs float32";
        QTest::newRow("unknown input") << "name" << dataKind << 0
                                       << "no input pixel; its inputs are pixels, did you mean pixels?";
        QTest::newRow("missing file") << "file" << static_cast<int>(ErrorKind::File) << 0 << "no such file";
        QTest::newRow("truncated") << "truncated" << static_cast<int>(ErrorKind::Format) << 0 << "cut off";
        QTest::newRow("no rows") << "empty" << dataKind << 0 << "no rows";
        QTest::newRow("label range") << "label" << dataKind << 3
                                     << "row 3: the label 3 is out of range; the model has 3";
        QTest::newRow("label type") << "label type" << dataKind << 0 << "labels are integers";
        QTest::newRow("label count") << "label count" << dataKind << 0 << "there are 4 samples";
        QTest::newRow("not finite") << "nan" << dataKind << 2 << "row 2: a value is not a finite number";
        QTest::newRow("calibration differs") << "calib" << dataKind << 0 << "must be alike";
        QTest::newRow("useless mean") << "mean" << static_cast<int>(ErrorKind::Setting) << 0 << "there is none here";
    }
    void badInput()
    {
        QFETCH(const QString, what);
        QFETCH(const int, kind);
        QFETCH(const int, row);
        QFETCH(const QString, part);
        const Folder folder;
        Tensor floats(DType::F32, {4, 1, 2, 3});
        if (what == "nan")
            floats.data<float>()[7] = std::numeric_limits<float>::quiet_NaN();
        DataSpec spec = imageSpec(folder,
            what == "shape"                       ? pixels({4, 3, 2})
                : what == "type"                  ? Tensor(DType::I64, {4, 1, 2, 3})
                : what == "empty"                 ? pixels({0, 1, 2, 3})
                : what == "nan" || what == "mean" ? floats
                                                  : pixels({4, 1, 2, 3}));
        if (what == "name")
            spec.testInputs = {{"pixel", folder.path("images.npy")}};
        if (what == "file")
            spec.testInputs = {{"pixels", folder.path("none.npy")}};
        if (what == "truncated")
            QVERIFY(QFile::resize(QString::fromStdString(folder.path("images.npy")), 140));
        if (what == "calib")
            spec.calibInputs = {{"pixels", save(folder, "calib.npy", floats)}};
        if (what == "mean")
            spec.mean = {1};
        if (what == "label")
            spec.labelsFile = save(folder, "labels.npy", array<std::int32_t>(DType::I32, {4}, {0, 1, 3, 1}));
        if (what == "label type")
            spec.labelsFile = save(folder, "labels.npy", Tensor(DType::F32, {4}));
        if (what == "label count")
            spec.labelsFile = save(folder, "labels.npy", Tensor(DType::I64, {5}));
        const auto error = test::errorOf([&] { data::open(spec, test::imageModel(folder)); });
        QVERIFY(error);
        QVERIFY2(QString::fromStdString(error->message()).contains(part), error->message().c_str());
        QCOMPARE(static_cast<int>(error->kind()), kind);
        QCOMPARE(error->where().row, long(row));
    }

    void idsWithMask()
    {
        const Folder folder;
        folder.write("config.json", R"({"pad_token_id":9})");
        data::Signature model = test::textModel(folder);
        model.inputs.pop_back();
        DataSpec spec;
        spec.testInputs = {
            {"input_ids", save(folder, "ids.npy", array<std::int32_t>(DType::I32, {2, 4}, {5, 6, 9, 9, 5, 6, 7, 9}))},
            {"attention_mask",
                save(folder, "mask.npy", array<std::uint8_t>(DType::U8, {2, 4}, {1, 1, 0, 0, 1, 1, 1, 0}))},
        };
        spec.calibInputs = spec.testInputs;
        spec.calibLimit = 1;
        const auto set = data::open(spec, model);
        QCOMPARE(set->length(Split::Test, 0), 2);
        QCOMPARE(set->length(Split::Test, 1), 3);
        QCOMPARE(set->spec().maxLength, 4);
        QCOMPARE(set->size(Split::Calibration), std::size_t(1));
        QVERIFY(!set->hasLabels());
        const auto cut = set->batch(Split::Test, {1, 0}, 3);
        QVERIFY(cut.at("input_ids") == array<std::int64_t>(DType::I64, {2, 3}, {5, 6, 7, 5, 6, 9}));
        QVERIFY(cut.at("attention_mask") == array<std::int64_t>(DType::I64, {2, 3}, {1, 1, 1, 1, 1, 0}));
        const auto wide = set->batch(Split::Calibration, {0}, 6);
        QVERIFY(wide.at("input_ids") == array<std::int64_t>(DType::I64, {1, 6}, {5, 6, 9, 9, 9, 9}));
        QVERIFY(wide.at("attention_mask") == array<std::int64_t>(DType::I64, {1, 6}, {1, 1, 0, 0, 0, 0}));
        QCOMPARE(set->batch(Split::Test, {0}, 0).at("input_ids").shape, (Shape{1, 4}));
        COMPARE_ERROR(set->batch(Split::Test, {1}, 2), ErrorKind::Internal, "length 3");
        QCOMPARE(set->preview(Split::Test, 1).at(0).ids, (std::vector<std::int64_t>{5, 6}));

        spec.calibInputs.clear();
        spec.testInputs["attention_mask"] = save(folder, "wide.npy", Tensor(DType::U8, {2, 5}));
        COMPARE_ERROR(data::open(spec, model), ErrorKind::Data, "\"sequence\"");
        spec.testInputs["attention_mask"] = save(folder, "long.npy", Tensor(DType::U8, {3, 4}));
        COMPARE_ERROR(data::open(spec, model), ErrorKind::Data, "has 3 rows");
        spec.testInputs.erase("attention_mask");
        COMPARE_ERROR(data::open(spec, model), ErrorKind::Data, "input attention_mask has no array");
    }

    void narrowing()
    {
        const Folder folder;
        data::Signature model = test::textModel(folder, DType::I32);
        model.inputs.resize(1);
        DataSpec spec;
        spec.testInputs = {{"input_ids", save(folder, "i.npy", array<std::int64_t>(DType::I64, {2, 1}, {1, -7}))}};
        QVERIFY(data::open(spec, model)->batch(Split::Test, {1}, 0).at("input_ids")
            == array<std::int32_t>(DType::I32, {1, 1}, {-7}));
        save(folder, "i.npy", array<std::int64_t>(DType::I64, {2, 1}, {1, 1LL << 31}));
        COMPARE_ERROR(data::open(spec, model), ErrorKind::Data, "row 2: a value is too large for int32");
    }

    void halves()
    {
        QCOMPARE(data::halfToFloat(0x3c00), 1.0f);
        QCOMPARE(data::halfToFloat(0xc500), -5.0f);
        QCOMPARE(data::halfToFloat(0x0001), 5.9604645e-8f);
        QCOMPARE(data::halfToFloat(0x7bff), 65504.0f);
        QVERIFY(std::isinf(data::halfToFloat(0x7c00)) && std::isnan(data::halfToFloat(0x7e00)));
    }

    void discovery()
    {
        const Folder folder;
        const data::Signature images = test::imageModel(folder);
        QVERIFY(data::discover(folder.path(), images).kind == DataKind::None);
        save(folder, "test_images_u8.npy", pixels({2, 1, 2, 3}));
        save(folder, "calib_images_u8.npy", pixels({2, 1, 2, 3}));
        save(folder, "test_labels.npy", Tensor(DType::I32, {2}));
        save(folder, "calib_labels.npy", Tensor(DType::I32, {2}));
        folder.write("labels.txt", "T-shirt\nBag\nCoat\n");
        DataSpec spec = data::discover(folder.path(), images);
        QVERIFY(spec.kind == DataKind::Arrays);
        QCOMPARE(spec.testInputs.at("pixels"), folder.path("test_images_u8.npy"));
        QCOMPARE(spec.calibInputs.at("pixels"), folder.path("calib_images_u8.npy"));
        QCOMPARE(spec.labelsFile, folder.path("test_labels.npy"));
        QVERIFY(spec.mean.empty() && spec.std.empty());
        QCOMPARE(data::open(spec, images)->spec().labelNames, (std::vector<std::string>{"T-shirt", "Bag", "Coat"}));
        folder.write("preprocessor_config.json", R"({"image_mean":[0.2860],"image_std":[0.3530]})");
        spec = data::discover(folder.path(), images);
        QCOMPARE(spec.mean, (std::vector<double>{0.2860}));
        QCOMPARE(spec.std, (std::vector<double>{0.3530}));

        const data::Signature texts = test::textModel(folder);
        QVERIFY(data::discover(folder.path(), texts).kind == DataKind::None);
        for (const char* name : {"input_ids", "attention_mask", "token_type_ids"})
            save(folder, std::string("test_") + name + ".npy", Tensor(DType::I64, {2, 4}));
        QVERIFY(data::discover(folder.path(), texts).kind == DataKind::Arrays);
        test::writeVocabulary(folder);
        folder.write("test.tsv", "index\tsentence\n0\ta\n"); // GLUE's tests have no labels
        folder.write("dev.tsv", "sentence\tlabel\na\t0\n");
        folder.write("train.csv", "sentence,label\na,0\n");
        spec = data::discover(folder.path(), texts);
        QVERIFY(spec.kind == DataKind::Text);
        QCOMPARE(spec.testFile, folder.path("dev.tsv"));
        QCOMPARE(spec.calibFile, folder.path("train.csv"));
        QCOMPARE(spec.textColumn, std::string("sentence"));
        QCOMPARE(spec.tokenizerDir, std::string());
        QCOMPARE(data::open(spec, texts)->size(Split::Test), std::size_t(1));
        const Folder model;
        QCOMPARE(data::discover(folder.path(), test::textModel(model)).tokenizerDir, folder.path());
    }
};

OCTET_TEST(TestArrayDataset)
#include "tst_array_dataset.moc"
