// SPDX-License-Identifier: GPL-3.0-or-later
// Damaged .onnx files: an Error, or a model whose weights and boxes hold together.
#include "core/graph/structure.h"
#include "engine/onnx_builder.h"
#include "mutations.h"
#include "test_main.h"

#include <QTemporaryDir>
#include <QtTest>

#include <set>

using namespace octet;
using namespace octet::test;

namespace {

QByteArray model()
{
    OnnxBuilder b;
    b.input("x", {-1, 4});
    b.output("y", {-1, 4});
    b.weight("w", {4, 4}, std::vector<float>(16, 0.5F));
    b.ints("shape", {2}, {-1, 4});
    b.node("MatMul", "/layer.0/first/MatMul", {"x", "w"}, {"h"});
    b.node("Reshape", "/layer.0/Reshape", {"h", "shape"}, {"r"});
    OnnxBuilder::attribute(b.node("Softmax", "/layer.1/Softmax", {"r"}, {"s"}), "axis", std::int64_t(-1));
    b.node("Add", "/layer.1/Add", {"s", "x"}, {"y"});
    const std::string text = b.proto().SerializeAsString();
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

QString wrong(const graph::Model& model)
{
    for (const graph::Weight* weight : model.allWeights())
        if (weight->type != DType::String
            && static_cast<std::size_t>(elementCount(weight->shape)) * elementSize(weight->type) != weight->byteCount())
            return QStringLiteral("a weight whose shape and bytes differ");
    std::set<std::string> names;
    for (const graph::Node& node : model.nodes())
        if (!names.insert(node.name).second)
            return QStringLiteral("a name that two nodes have");
    const graph::Structure structure = graph::structure(model);
    for (const graph::Edge& edge : structure.edges)
        if (std::max(edge.from, edge.to) >= static_cast<int>(structure.boxes.size()) || std::min(edge.from, edge.to) < 0)
            return QStringLiteral("an edge from or to nowhere");
    return {};
}

} // namespace

class TestHostileGraph : public QObject
{
    Q_OBJECT

private slots:
    void files()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("model.onnx"));
        int errors = 0;
        const auto read = [&](const QByteArray& bytes) {
            QFile file(path);
            if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
                return QStringLiteral("cannot write the test file");
            file.close();
            return wrong(*graph::load(path.toStdString()));
        };
        const QString complaint = firstComplaint(model(), 11, mutationCount(300), read, &errors);
        QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
        QVERIFY2(errors > 0, "no mutation was refused");
    }
};

OCTET_TEST(TestHostileGraph)
#include "tst_hostile_graph.moc"
