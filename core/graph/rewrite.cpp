// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/rewrite.h"

#include "core/graph/model_parts.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace octet::graph {

namespace {

DType typeOf(const NewWeight& weight)
{
    constexpr DType types[]{DType::F32, DType::I64, DType::I8, DType::U8};
    return types[weight.values.index()];
}

} // namespace

std::shared_ptr<const Model> rewritten(
    std::shared_ptr<const Model> base, std::vector<Node> nodes, const std::vector<NewWeight>& weights)
{
    auto parts = std::make_unique<Model::Parts>();
    parts->path = base->path();
    parts->hashOf = base; // the same file: hashed when asked for, once
    parts->irVersion = base->irVersion();
    parts->opsets = base->opsets();
    parts->producer = base->producer();
    parts->inputs = base->inputs();
    parts->outputs = base->outputs();
    for (const Weight* weight : base->allWeights())
        parts->weights.push_back(*weight);
    parts->initializerCount = base->initializers().size();
    for (const NewWeight& made : weights) {
        Weight weight;
        weight.name = made.name;
        weight.type = typeOf(made);
        weight.shape = made.shape;
        weight.quantizationScales = made.scales;
        const auto from =
            std::visit([](const auto& values) { return std::as_bytes(std::span(values)); }, made.values);
        const std::span<std::byte> room = parts->storage.allocate(from.size());
        if (!from.empty())
            std::memcpy(room.data(), from.data(), from.size());
        weight.data = room;
        parts->weights.push_back(std::move(weight));
    }
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes[i].index = static_cast<int>(i);
    parts->nodes = std::move(nodes);
    for (const Node& node : parts->nodes)
        for (const std::string& value : node.outputs)
            if (const ValueInfo* info = base->valueInfo(value))
                parts->valueInfos.emplace(value, *info);
    parts->index();
    return std::make_shared<const Model>(std::move(parts));
}

} // namespace octet::graph
