// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/transitions.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace octet::quantize {

namespace {

using graph::Model;
using graph::Node;

double bytesOf(Precision precision)
{
    return precision == Precision::Int8 ? 1 : precision == Precision::Bf16 ? 2 : 4;
}

/// The data is their first input; the others say where and how much.
bool movesFirstInput(const std::string& opType)
{
    static const std::set<std::string_view> types{"Reshape", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Gather",
        "Expand", "Tile", "Split", "Flatten", "Cast", "Identity", "Dropout", "Pad"};
    return types.contains(opType);
}

bool describes(const std::string& opType)
{
    return opType == "Shape" || opType == "Size" || opType == "ConstantOfShape" || opType == "Range";
}

/// One step of the way up: a value, and how much of what its maker writes it is (0 = not known).
struct Reached
{
    std::string value;
    double share = 1;
};

double shareOf(const Node& node)
{
    // A split into equal parts is what a fused QKV has; other ways to take a part say nothing about how large it is.
    if (node.opType == "Split")
        return node.outputs.empty() ? 0 : 1.0 / static_cast<double>(node.outputs.size());
    static const std::set<std::string_view> partial{"Slice", "Gather", "Expand", "Tile", "Pad", "Concat"};
    return partial.contains(node.opType) ? 0 : 1;
}

struct Maker
{
    int product = -1;
    double share = 1;
};

/// The nearest products above a value, all of the same distance.
std::vector<Maker> makersOf(const Model& model, const std::map<int, int>& productOfNode, const std::string& value)
{
    std::vector<Maker> makers;
    std::vector<Reached> level{{value, 1}};
    std::set<std::string> seen{value};
    while (!level.empty() && makers.empty()) {
        std::vector<Reached> next;
        for (const Reached& at : level) {
            const Node* node = model.weight(at.value) ? nullptr : model.producer(at.value);
            if (!node || describes(node->opType))
                continue;
            if (const auto found = productOfNode.find(node->index); found != productOfNode.end()) {
                makers.push_back({found->second, at.share});
                continue;
            }
            const std::size_t followed = movesFirstInput(node->opType) ? 1 : node->inputs.size();
            for (std::size_t i = 0; i < std::min(followed, node->inputs.size()); ++i)
                if (!node->inputs[i].empty() && seen.insert(node->inputs[i]).second)
                    next.push_back({node->inputs[i], at.share * shareOf(*node)});
        }
        level = std::move(next);
    }
    return makers;
}

/// Rows of a weight product's result a run, from how much its group in fp32 computes and writes; 0 = it does not say.
double rowsOf(const GroupProfile& group, const Product& product)
{
    const double n = static_cast<double>(product.n), k = static_cast<double>(product.k);
    if (group.executed != Precision::Fp32 || n <= 0 || k <= 0)
        return 0;
    // A group writes its sum, or a norm of it, or both: then it would multiply half as much as it writes.
    const double written = group.bytesWritten / (4 * n);
    const double multiplied = group.operations / (2 * n * k);
    return multiplied < 0.75 * written ? written / 2 : written;
}

/// Rows a sample of every product that the profile in fp32 tells of, by the product's index.
std::map<int, double> rowsByProduct(const std::vector<Product>& products, const TransitionInput& input)
{
    std::map<std::string, const GroupProfile*> groupOf;
    if (input.sizes)
        for (const GroupProfile& group : *input.sizes)
            for (const std::string& node : group.nodes)
                groupOf[node] = &group;
    std::map<int, double> rows;
    for (std::size_t i = 0; i < products.size(); ++i)
        if (const auto group = groupOf.find(input.names[i]); group != groupOf.end())
            if (const double found = rowsOf(*group->second, products[i]); found > 0)
                rows[static_cast<int>(i)] = found / std::max(1, input.sizesBatch);
    return rows;
}

} // namespace

std::vector<Transition> transitions(const Model& model, const std::vector<Product>& products)
{
    std::map<int, int> productOfNode;
    for (std::size_t i = 0; i < products.size(); ++i)
        productOfNode[products[i].node] = static_cast<int>(i);
    std::vector<Transition> result;
    for (std::size_t i = 0; i < products.size(); ++i) {
        const Product& product = products[i];
        const int consumer = static_cast<int>(i);
        std::vector<std::string> operands{product.activation};
        if (!product.counted())
            operands.push_back(product.weight);
        for (const std::string& value : operands) {
            std::vector<Maker> makers = makersOf(model, productOfNode, value);
            if (makers.empty())
                makers.push_back({});
            for (const Maker& maker : makers) {
                Transition edge{value, maker.product, consumer, 0, consumer};
                if (product.counted()) {
                    edge.perRow = static_cast<double>(product.k);
                } else if (maker.product >= 0 && products[static_cast<std::size_t>(maker.product)].counted()) {
                    edge.perRow = static_cast<double>(products[static_cast<std::size_t>(maker.product)].n) * maker.share;
                    edge.rowsOf = maker.product;
                }
                result.push_back(std::move(edge));
            }
        }
    }
    return result;
}

TransitionMatrix transitionMatrix(
    const std::vector<Transition>& transitions, const std::vector<Product>& products, const TransitionInput& input)
{
    const auto precisionOf = [&](int product) {
        return product < 0 ? Precision::Fp32 : input.precisions[static_cast<std::size_t>(product)];
    };
    TransitionMatrix matrix;
    std::map<std::string, TransitionCell*> cellOfValue; // of its readers the one in fewer bits
    std::map<std::string, TransitionCell*> cellOfConsumer;
    const std::map<int, double> rows = rowsByProduct(products, input);
    for (const Transition& edge : transitions) {
        const Precision from = precisionOf(edge.producer), to = precisionOf(edge.consumer);
        TransitionCell& cell = matrix.cells[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
        ++cell.edges;
        const auto found = rows.find(edge.rowsOf);
        if (edge.perRow > 0 && found != rows.end())
            cell.bytes += edge.perRow * found->second * bytesOf(to);
        else
            ++cell.unsized;
        for (const int product : {edge.producer, edge.consumer})
            if (product >= 0)
                cell.nodes.push_back(products[static_cast<std::size_t>(product)].node);
        if (to != Precision::Fp32)
            cellOfValue[edge.value] = &cell;
        else
            cellOfValue.try_emplace(edge.value, &cell);
        cellOfConsumer.try_emplace(input.names[static_cast<std::size_t>(edge.consumer)], &cell);
    }
    for (auto& row : matrix.cells)
        for (TransitionCell& cell : row) {
            std::sort(cell.nodes.begin(), cell.nodes.end());
            cell.nodes.erase(std::unique(cell.nodes.begin(), cell.nodes.end()), cell.nodes.end());
            if (input.profile && cell.edges > 0)
                cell.ms = 0;
        }
    if (!input.profile)
        return matrix;
    matrix.otherMs = 0;
    for (const GroupProfile& group : *input.profile) {
        if (!group.overhead())
            continue;
        const double ms = group.ms / std::max(1, input.profileBatch);
        // A quantizing step has the name of its value, patches of an image that of their Conv.
        const auto value = cellOfValue.find(group.name);
        const auto consumer = cellOfConsumer.find(group.name);
        TransitionCell* cell = value != cellOfValue.end() ? value->second
            : consumer != cellOfConsumer.end()            ? consumer->second
                                                          : nullptr;
        if (!cell) {
            *matrix.otherMs += ms;
            continue;
        }
        *cell->ms += ms;
        ++cell->steps;
    }
    return matrix;
}

std::vector<KindCounts> countsByKind(const std::vector<Product>& products, const std::vector<Precision>& precisions)
{
    std::vector<KindCounts> result;
    for (const ProductKind kind :
        {ProductKind::MatMul, ProductKind::Gemm, ProductKind::Conv, ProductKind::Scores, ProductKind::Context}) {
        KindCounts counts{toString(kind), {}};
        for (std::size_t i = 0; i < products.size(); ++i)
            if (products[i].kind == kind)
                counts.nodes[static_cast<std::size_t>(precisions[i])].push_back(products[i].node);
        if (std::any_of(counts.nodes.begin(), counts.nodes.end(), [](const auto& nodes) { return !nodes.empty(); }))
            result.push_back(std::move(counts));
    }
    return result;
}

} // namespace octet::quantize
