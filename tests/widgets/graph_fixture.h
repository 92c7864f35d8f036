// SPDX-License-Identifier: GPL-3.0-or-later
// A small encoder built by hand: embeddings, layers of query/key/value, attention and output, a classifier.
#pragma once

#include "core/graph/structure.h"
#include "widgets/op_view.h"

#include <QStringList>

#include <memory>
#include <string>

namespace octet::test {

struct GraphFixture
{
    std::shared_ptr<graph::Structure> structure = std::make_shared<graph::Structure>();
    QStringList names;
    widgets::OpViews ops;

    explicit GraphFixture(int layers = 2, int chain = 0)
    {
        scope(-1, "model", "model");
        const int embeddings = scope(0, "embeddings", "Embeddings");
        int last = node(embeddings, "Gather");
        last = follow(last, node(embeddings, "LayerNormalization"));
        node(0, "Shape", true);
        for (int i = 0; i < layers; ++i)
            last = layer("layer." + std::to_string(i), "Layer " + std::to_string(i), last, chain);
        const int classifier = scope(0, "classifier", "Classifier");
        const int gemm = follow(last, node(classifier, "Gemm"));
        follow(gemm, node(classifier, "Identity"));
        product(gemm, Precision::Int8, 0.01);
    }

    QString nameOf(int leaf) const { return names[boxes()[std::size_t(leaf)].node]; }

    int scope(int parent, const std::string& name, const std::string& title)
    {
        graph::Box box;
        box.parent = parent;
        box.name = name;
        box.title = title;
        if (parent >= 0)
            box.path = boxes()[std::size_t(parent)].path + "/" + name;
        const int index = int(boxes().size());
        boxes().push_back(box);
        if (parent >= 0)
            boxes()[std::size_t(parent)].children.push_back(index);
        return index;
    }

    int node(int parent, const std::string& type, bool plumbing = false)
    {
        const int leaf = scope(parent, type, type);
        const int index = int(names.size());
        boxes()[std::size_t(leaf)].node = index;
        boxes()[std::size_t(leaf)].plumbing = plumbing;
        names << QString::fromStdString(boxes()[std::size_t(leaf)].path);
        structure->leafOfNode.push_back(leaf);
        for (int box = leaf; box >= 0; box = boxes()[std::size_t(box)].parent)
            boxes()[std::size_t(box)].nodes.push_back(index);
        return leaf;
    }

    int follow(int from, int to)
    {
        structure->edges.push_back({from, to, "value" + std::to_string(structure->edges.size())});
        return to;
    }

    void product(int leaf, Precision precision, double ms, bool counted = true)
    {
        widgets::OpView view;
        view.product = true;
        view.counted = counted;
        view.precision = precision;
        view.ms = ms;
        view.group = nameOf(leaf);
        view.sensitivity = 0.01;
        ops[nameOf(leaf)] = view;
    }

    /// Runs in the group of `main`, whose whole time it reports, as profiles do.
    void member(int leaf, int main)
    {
        widgets::OpView view;
        view.ms = ops[nameOf(main)].ms;
        view.group = nameOf(main);
        ops[nameOf(leaf)] = view;
    }

private:
    std::vector<graph::Box>& boxes() { return structure->boxes; }
    const std::vector<graph::Box>& boxes() const { return structure->boxes; }

    int layer(const std::string& name, const std::string& title, int from, int chain)
    {
        const int layerBox = scope(0, name, title);
        int heads[3];
        const char* const parts[] = {"query", "key", "value"};
        for (int i = 0; i < 3; ++i) {
            const int box = scope(layerBox, parts[i], parts[i]);
            const int matmul = follow(from, node(box, "MatMul"));
            heads[i] = follow(matmul, node(box, "Add"));
            product(matmul, Precision::Int8, 0.024);
            member(heads[i], matmul);
        }
        const int attention = scope(layerBox, "attention", "attention (scores, softmax, context)");
        const int scores = node(attention, "MatMul");
        follow(heads[0], scores);
        follow(heads[1], scores);
        const int context = node(attention, "MatMul_1");
        follow(follow(scores, node(attention, "Softmax")), context);
        follow(heads[2], context);
        product(scores, Precision::Int8, 0.06, false);
        product(context, Precision::Int8, 0.02, false);
        int last = context;
        for (int i = 0; i < chain; ++i)
            last = follow(last, node(attention, "Op" + std::to_string(i)));
        const int output = scope(layerBox, "output.dense", "output.dense + add + norm");
        const int dense = follow(last, node(output, "MatMul"));
        const int add = follow(dense, node(output, "Add"));
        follow(from, add);
        product(dense, Precision::Fp32, 0.075);
        ops[nameOf(dense)].keptOut = true;
        ops[nameOf(dense)].reason = QStringLiteral("12 of 436 answers would change");
        ops[nameOf(dense)].sensitivity = 0.4;
        member(add, dense);
        return add;
    }
};

} // namespace octet::test
