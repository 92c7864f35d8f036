// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/rewrite.h"

#include "core/graph/model_parts.h"

#include <span>

namespace octet::graph {

namespace {

Weight made(const NewWeight& from, Storage& storage)
{
    Weight weight{from.name, from.type, from.shape, {}, {}, from.scales};
    const std::size_t bytes = static_cast<std::size_t>(elementCount(from.shape)) * elementSize(from.type);
    if (bytes >= largeWeight && from.type != DType::I64) { // int64 are shapes and positions, which are read in place
        weight.make = std::make_shared<const Fill>(from.fill);
        return weight;
    }
    const std::span<std::byte> room = storage.allocate(bytes);
    from.fill(room);
    weight.data = room;
    return weight;
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
    for (const NewWeight& weight : weights)
        parts->weights.push_back(made(weight, parts->storage));
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
