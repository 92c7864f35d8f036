// SPDX-License-Identifier: GPL-3.0-or-later
// The boxes that a person sees first, and the laws of their layout.
#include "core/graph/layout.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>

using namespace octet;
using namespace octet::graph;

namespace {

std::shared_ptr<const Model> sample()
{
    return load(OCTET_SOURCE_DIR "/resources/sample/model.onnx");
}

QStringList titles(const Structure& s, int box)
{
    QStringList all;
    for (const int child : s.boxes[std::size_t(box)].children)
        if (!s.boxes[std::size_t(child)].plumbing)
            all << QString::fromStdString(s.boxes[std::size_t(child)].title);
    return all;
}

bool overlap(const Rect& a, const Rect& b)
{
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

bool inside(const Rect& inner, const Rect& outer)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width
        && inner.y + inner.height <= outer.y + outer.height;
}

std::set<int> everyScope(const Structure& s)
{
    std::set<int> all;
    for (int i = 1; i < int(s.boxes.size()); ++i)
        if (!s.boxes[std::size_t(i)].children.empty())
            all.insert(i);
    return all;
}

} // namespace

class TestStructure : public QObject
{
    Q_OBJECT

private slots:
    void sampleOpensAsItsBlocks()
    {
        const Structure s = structure(*sample());
        QCOMPARE(titles(s, 0), (QStringList {"Patch embedding", "Block 0", "Block 1", "Block 2", "Block 3", "Block 4", "Block 5", "Head"}));
    }

    void bertOpensAsNineBoxes()
    {
        const QString models = test::modelsFolder();
        if (models.isEmpty())
            QSKIP("The shared models are not here.");
        const Structure s = structure(*load((models + "/sst2-bert-l6-h384").toStdString()));
        QCOMPARE(titles(s, 0), (QStringList {"Embeddings", "Layer 0", "Layer 1", "Layer 2", "Layer 3", "Layer 4", "Layer 5", "Pooler", "Classifier"}));
    }

    void everyNodeIsInExactlyOneLeaf()
    {
        const auto model = sample();
        const Structure s = structure(*model);
        std::vector<int> seen(model->nodes().size(), 0);
        for (const Box& box : s.boxes)
            if (box.children.empty())
                for (const int node : box.nodes)
                    ++seen[std::size_t(node)];
        for (const Node& node : model->nodes())
            QCOMPARE(seen[std::size_t(node.index)], node.opType == "Constant" ? seen[std::size_t(node.index)] : 1);
        for (int i = 1; i < int(s.boxes.size()); ++i) {
            const auto& siblings = s.boxes[std::size_t(s.boxes[std::size_t(i)].parent)].children;
            QVERIFY(std::find(siblings.begin(), siblings.end(), i) != siblings.end());
        }
    }

    void layoutLaws_data()
    {
        QTest::addColumn<bool>("unfolded");
        QTest::newRow("folded") << false;
        QTest::newRow("unfolded") << true;
    }
    void layoutLaws()
    {
        QFETCH(bool, unfolded);
        const Structure s = structure(*sample());
        const std::set<int> expanded = unfolded ? everyScope(s) : std::set<int> {};
        const Layout l = layout(s, expanded);
        QVERIFY(l.boxes.size() >= 8);
        std::map<int, Rect> rects;
        for (const PlacedBox& box : l.boxes)
            rects[box.box] = box.rect;
        for (const PlacedBox& a : l.boxes) {
            const int parent = s.boxes[std::size_t(a.box)].parent;
            if (parent > 0)
                QVERIFY2(inside(a.rect, rects.at(parent)), s.boxes[std::size_t(a.box)].path.c_str());
            for (const PlacedBox& b : l.boxes)
                if (a.box < b.box && parent == s.boxes[std::size_t(b.box)].parent)
                    QVERIFY2(!overlap(a.rect, b.rect), s.boxes[std::size_t(a.box)].path.c_str());
        }
        for (const PlacedEdge& edge : l.edges) {
            QVERIFY(edge.points.size() >= 2);
            for (std::size_t i = 1; i < edge.points.size(); ++i) // right angles only
                QVERIFY(std::abs(edge.points[i].x - edge.points[i - 1].x) < 1e-6
                        || std::abs(edge.points[i].y - edge.points[i - 1].y) < 1e-6);
        }
        const Layout again = layout(s, expanded);
        for (std::size_t i = 0; i < l.boxes.size(); ++i)
            QVERIFY(l.boxes[i].rect.x == again.boxes[i].rect.x && l.boxes[i].rect.y == again.boxes[i].rect.y);
    }

    void mainChainIsStraight()
    {
        const Structure s = structure(*sample());
        const Layout l = layout(s, {});
        for (const PlacedBox& box : l.boxes)
            QCOMPARE(box.rect.x + box.rect.width / 2, l.boxes[0].rect.x + l.boxes[0].rect.width / 2);
    }

    void layoutCanBeCancelled()
    {
        LayoutOptions options;
        options.cancelled = [] { return true; };
        const Structure s = structure(*sample());
        try {
            layout(s, everyScope(s), options);
            QFAIL("not cancelled");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Cancelled);
        }
    }

    void hiddenNodesHaveAVisibleBox()
    {
        const auto model = sample();
        const Structure s = structure(*model);
        const int leaf = s.leafOfNode[std::size_t(model->node("/blocks.3/mlp/fc1/MatMul")->index)];
        const int shown = visibleBox(s, {}, leaf);
        QCOMPARE(s.boxes[std::size_t(shown)].title, std::string("Block 3"));
        QCOMPARE(visibleBox(s, everyScope(s), leaf), leaf);
    }
};

OCTET_TEST(TestStructure)
#include "tst_structure.moc"
