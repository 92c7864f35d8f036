// SPDX-License-Identifier: GPL-3.0-or-later
// Loading: what a good file gives, and that a bad one gives one sentence and never a crash.
#include "core/graph/model.h"
#include "core/values/error.h"
#include "engine/onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <fstream>
#include <random>

using namespace octet;
using octet::test::OnnxBuilder;

namespace {

std::string fileOf(const QTemporaryDir& folder, const std::string& name, const std::string& bytes)
{
    const std::string path = folder.filePath(QString::fromStdString(name)).toStdString();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

std::string smallModel()
{
    OnnxBuilder b;
    b.input("x", {-1, 4});
    b.output("y", {-1, 2});
    b.weight("w", {4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
    b.node("MatMul", "/head/MatMul", {"x", "w"}, {"h"});
    b.node("Relu", "", {"h"}, {"y"});
    return b.proto().SerializeAsString();
}

/// The error of loading these bytes; fails the caller's QVERIFY when there is none.
std::optional<Error> loadError(const std::string& path)
{
    try {
        graph::load(path);
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

} // namespace

class TestLoad : public QObject
{
    Q_OBJECT

private slots:
    void good()
    {
        QTemporaryDir folder;
        const auto model = graph::load(fileOf(folder, "model.onnx", smallModel()));
        QCOMPARE(model->nodes().size(), std::size_t(2));
        QCOMPARE(model->opset(), std::int64_t(17));
        QVERIFY(model->node("/head/MatMul"));
        QVERIFY(!model->nodes()[1].name.empty()); // nameless nodes get stable names
        const graph::Weight* w = model->weight("w");
        QVERIFY(w);
        QCOMPARE(w->shape, (Shape {4, 2}));
        QCOMPARE(w->as<float>()[7], 8.0f);
        QCOMPARE(model->inputs().front().shape[0].value, std::int64_t(-1));
        QCOMPARE(model->inputs().front().shape[1].value, std::int64_t(4));
        QCOMPARE(model->consumers("h"), std::vector<int> {1});
        QCOMPARE(model->producer("h")->opType, std::string("MatMul"));
        QCOMPARE(model->hash().size(), std::size_t(64));
        QCOMPARE(graph::load(folder.path().toStdString())->path(), model->path()); // the folder stands for it
    }

    void nodesAreSorted()
    {
        OnnxBuilder b;
        b.input("x", {1, 2});
        b.output("y");
        b.node("Relu", "second", {"h"}, {"y"});
        b.node("Tanh", "first", {"x"}, {"h"});
        const auto model = b.load();
        QCOMPARE(model->nodes()[0].name, std::string("first"));
        QCOMPARE(model->nodes()[1].index, 1);
    }

    void bad_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const std::string good = smallModel();
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("this is no model, and it is long enough to be looked at");
        QTest::newRow("zeros") << QByteArray(4096, '\0');
        QTest::newRow("truncated") << QByteArray(good.data(), qsizetype(good.size() / 2));
        OnnxBuilder claims;
        claims.input("x", {1, 4});
        claims.output("y");
        claims.weight("w", {1 << 20, 1 << 20}, {1, 2}); // 4 TiB in 8 bytes
        claims.node("MatMul", "m", {"x", "w"}, {"y"});
        const std::string huge = claims.proto().SerializeAsString();
        QTest::newRow("claims more than there is") << QByteArray(huge.data(), qsizetype(huge.size()));
        OnnxBuilder negative;
        negative.output("y");
        negative.weight("w", {-4, 2}, {1, 2});
        negative.node("Relu", "m", {"w"}, {"y"});
        const std::string minus = negative.proto().SerializeAsString();
        QTest::newRow("negative dimension") << QByteArray(minus.data(), qsizetype(minus.size()));
        OnnxBuilder cycle;
        cycle.output("y");
        cycle.node("Relu", "a", {"y"}, {"h"});
        cycle.node("Relu", "b", {"h"}, {"y"});
        const std::string ring = cycle.proto().SerializeAsString();
        QTest::newRow("cycle") << QByteArray(ring.data(), qsizetype(ring.size()));
    }
    void bad()
    {
        QFETCH(QByteArray, bytes);
        QTemporaryDir folder;
        const auto error = loadError(fileOf(folder, "model.onnx", bytes.toStdString()));
        QVERIFY(error);
        QVERIFY(!error->message().empty());
        QVERIFY(error->message().find('\n') == std::string::npos);
        QVERIFY(error->kind() == ErrorKind::Format || error->kind() == ErrorKind::Unsupported);
    }

    void missing()
    {
        const auto error = loadError("/nonexistent/model.onnx");
        QVERIFY(error && error->kind() == ErrorKind::File);
    }

    void damagedBytesNeverCrash()
    {
        const std::string good = smallModel();
        QTemporaryDir folder;
        std::mt19937 random(42);
        for (int round = 0; round < 600; ++round) {
            std::string bytes = good;
            if (round % 3 == 0)
                bytes.resize(random() % bytes.size());
            else
                for (int flips = 0; flips < 1 + round % 5; ++flips)
                    bytes[random() % bytes.size()] = static_cast<char>(random());
            try {
                graph::load(fileOf(folder, "model.onnx", bytes));
            } catch (const Error& error) {
                QVERIFY(!error.message().empty());
            }
        }
    }

    void externalDataStaysInside_data()
    {
        QTest::addColumn<QString>("location");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("beside") << "weights.bin" << true;
        QTest::newRow("parent") << "../weights.bin" << false;
        QTest::newRow("absolute") << "/etc/passwd" << false;
        QTest::newRow("link to outside") << "link.bin" << false;
        QTest::newRow("missing") << "other.bin" << false;
    }
    void externalDataStaysInside()
    {
        QFETCH(QString, location);
        QFETCH(bool, allowed);
        QTemporaryDir folder, outside;
        const std::vector<float> values {1, 2, 3, 4, 5, 6, 7, 8};
        const std::string raw(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
        fileOf(folder, "weights.bin", raw);
        QFile::link(QString::fromStdString(fileOf(outside, "weights.bin", raw)), folder.filePath(QStringLiteral("link.bin")));
        OnnxBuilder b;
        b.input("x", {1, 4});
        b.output("y");
        b.weight("w", {4, 2}, {});
        auto* tensor = b.proto().mutable_graph()->mutable_initializer(0);
        tensor->clear_raw_data();
        tensor->set_data_location(onnx::TensorProto::EXTERNAL);
        const auto entry = [&](const std::string& key, const std::string& value) {
            auto* e = tensor->add_external_data();
            e->set_key(key);
            e->set_value(value);
        };
        entry("location", location.toStdString());
        entry("length", "32");
        b.node("MatMul", "m", {"x", "w"}, {"y"});
        const std::string path = fileOf(folder, "model.onnx", b.proto().SerializeAsString());
        if (allowed)
            QCOMPARE(graph::load(path)->weight("w")->as<float>()[3], 4.0f);
        else
            QVERIFY(loadError(path));
    }

    void plantedOutliersAreNamed()
    {
        const std::string sample = OCTET_SOURCE_DIR "/resources/sample/";
        QVERIFY(!graph::fixtureNote(sample + "model_outlier.onnx").empty());
        QVERIFY(graph::fixtureNote(sample + "model.onnx").empty());
    }
};

OCTET_TEST(TestLoad)
#include "tst_load.moc"
