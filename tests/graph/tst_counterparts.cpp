// SPDX-License-Identifier: GPL-3.0-or-later
// The same op in all layers, by name and without names; at most twenty boxes first.
#include "../engine/onnx_builder.h"
#include "core/graph/counterparts.h"
#include "test_main.h"

#include <QtTest>

using namespace octet;
using namespace octet::graph;

namespace {

QStringList counterpartNames(const Model& model, const QStringList& names)
{
    std::vector<int> nodes;
    for (std::size_t i = 0; i < model.nodes().size(); ++i)
        if (names.contains(QString::fromStdString(model.nodes()[i].name)))
            nodes.push_back(int(i));
    QStringList found;
    for (const int node : counterparts(model, structure(model), nodes))
        found << QString::fromStdString(model.nodes()[std::size_t(node)].name);
    return found;
}

/// Layers of six ops, the fewest that count as a layer where names say nothing: feed-forward and residual, named by `prefix` + layer, or without any names.
test::OnnxBuilder layers(int count, bool named, int withExtra = -1)
{
    test::OnnxBuilder b;
    b.input("x", {1, 4});
    b.weight("w", {4, 4}, std::vector<float>(16, 0.5F));
    std::string at = "x";
    for (int i = 0; i < count; ++i) {
        const std::string scope = named ? "/encoder/layer." + std::to_string(i) : "";
        const std::string v = "v" + std::to_string(i);
        const auto name = [&](const char* rest) { return named ? scope + rest : std::string(); };
        b.node("MatMul", name("/fc1/MatMul"), {at, "w"}, {v + "a"});
        b.node("Tanh", name("/act/Tanh"), {v + "a"}, {v + "t"});
        b.node("Relu", name("/act/Relu"), {v + "t"}, {v + "b"});
        if (i == withExtra)
            b.node("Sigmoid", name("/act/Sigmoid"), {v + "b"}, {v + "s"});
        b.node("MatMul", name("/fc2/MatMul"), {i == withExtra ? v + "s" : v + "b", "w"}, {v + "c"});
        b.node("Erf", name("/Erf"), {v + "c"}, {v + "e"});
        b.node("Add", name("/Add"), {at, v + "e"}, {v + "d"});
        at = v + "d";
    }
    b.node("Softmax", named ? "/head/Softmax" : "", {at}, {"y"});
    b.output("y", {1, 4});
    return b;
}

} // namespace

class TestCounterparts : public QObject
{
    Q_OBJECT

private slots:
    void byName()
    {
        const auto model = layers(3, true).load();
        QCOMPARE(counterpartNames(*model, {"/encoder/layer.1/fc2/MatMul"}),
            (QStringList{"/encoder/layer.0/fc2/MatMul", "/encoder/layer.1/fc2/MatMul", "/encoder/layer.2/fc2/MatMul"}));
        // Several at once give each its own.
        QCOMPARE(counterpartNames(*model, {"/encoder/layer.0/fc1/MatMul", "/encoder/layer.2/Add"}).size(), 6);
    }

    void aLayerWithoutTheOpGivesNone()
    {
        const auto model = layers(3, true, 1).load();
        QCOMPARE(
            counterpartNames(*model, {"/encoder/layer.1/act/Sigmoid"}), QStringList{"/encoder/layer.1/act/Sigmoid"});
        QCOMPARE(counterpartNames(*model, {"/encoder/layer.1/act/Relu"}).size(), 3);
    }

    void outsideOfLayersAnOpStandsForItself()
    {
        const auto model = layers(3, true).load();
        QCOMPARE(counterpartNames(*model, {"/head/Softmax"}), QStringList{"/head/Softmax"});
        QVERIFY(counterparts(*model, structure(*model), {-1, 100000}).empty());
    }

    void withoutNamesByPlace()
    {
        const auto model = layers(4, false).load();
        std::vector<int> products;
        for (std::size_t i = 0; i < model->nodes().size(); ++i)
            if (model->nodes()[i].opType == "MatMul")
                products.push_back(int(i));
        QCOMPARE(products.size(), std::size_t(8));
        const auto found = counterparts(*model, structure(*model), {products[3]}); // the second of layer 1
        QCOMPARE(found, (std::vector<int>{products[1], products[3], products[5], products[7]}));
    }

    void queryOfBertIsNotItsKey()
    {
        const QString models = test::modelsFolder();
        if (models.isEmpty())
            QSKIP("The shared models are not here.");
        const auto model = load((models + "/sst2-bert-l6-h384").toStdString());
        QString query;
        for (const Node& node : model->nodes())
            if (node.opType == "MatMul" && node.name.find("layer.3/attention/self/query") != std::string::npos)
                query = QString::fromStdString(node.name);
        QVERIFY(!query.isEmpty());
        const QStringList all = counterpartNames(*model, {query});
        QCOMPARE(all.size(), 6);
        for (const QString& name : all)
            QVERIFY2(name.contains("query"), qPrintable(name));
    }

    void atMostTwentyBoxesFirst_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("layers");
        QTest::newRow("BERT") << "sst2-bert-l6-h384/model.onnx" << 6;
        QTest::newRow("BERT, opset 14") << "emotion-bert-l4-h256/model.onnx" << 4;
        QTest::newRow("KWT") << "kwt1-speech-commands/model.onnx" << 12;
        QTest::newRow("KWT, quantized before") << "kwt1-speech-commands/import_qdq_int8_perchannel.onnx" << 12;
        QTest::newRow("ViT") << "vit-fashion-mnist/model.onnx" << 6;
    }

    void atMostTwentyBoxesFirst()
    {
        QFETCH(QString, file);
        QFETCH(int, layers);
        const QString models = test::modelsFolder();
        if (models.isEmpty())
            QSKIP("The shared models are not here.");
        const Structure s = structure(*load((models + "/" + file).toStdString()));
        QStringList first;
        int found = 0;
        for (const int child : s.boxes[0].children) {
            const Box& box = s.boxes[std::size_t(child)];
            if (box.plumbing)
                continue;
            first << QString::fromStdString(box.title);
            found += box.title.find("Layer ") == 0 || box.title.find("Block ") == 0;
        }
        QVERIFY2(first.size() <= 20, qPrintable(first.join(", ")));
        QVERIFY2(found == layers, qPrintable(first.join(", ")));
    }
};

OCTET_TEST(TestCounterparts)
#include "tst_counterparts.moc"
