// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/node_order.h"

#include "core/graph/printable.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <functional>
#include <queue>
#include <unordered_map>
#include <unordered_set>

namespace octet::graph {

namespace {

std::string describe(const Node& node)
{
    return node.name.empty() ? fmt::format("a nameless {} node", printable(node.opType))
                             : fmt::format("the node '{}'", printable(node.name));
}

std::unordered_map<std::string, std::size_t> producersOf(const std::vector<Node>& nodes, const std::string& path)
{
    std::unordered_map<std::string, std::size_t> producerOf;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        for (const std::string& value : nodes[i].outputs)
            if (!value.empty() && !producerOf.emplace(value, i).second)
                throw Error(ErrorKind::Format,
                    fmt::format("In {}, {} writes the value '{}', which another node writes already.", path,
                        describe(nodes[i]), printable(value)),
                    {.file = path, .node = nodes[i].name});
    return producerOf;
}

} // namespace

void sortNodes(std::vector<Node>& nodes, const std::string& path)
{
    const auto producerOf = producersOf(nodes, path);
    std::vector<std::vector<std::size_t>> readers(nodes.size());
    std::vector<std::size_t> waitingFor(nodes.size(), 0);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        for (const std::string& value : nodes[i].inputs)
            if (const auto it = producerOf.find(value); it != producerOf.end()) {
                readers[it->second].push_back(i);
                ++waitingFor[i];
            }

    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (waitingFor[i] == 0)
            ready.push(i);
    std::vector<Node> sorted;
    sorted.reserve(nodes.size());
    std::vector<bool> done(nodes.size(), false);
    while (!ready.empty()) {
        const std::size_t i = ready.top();
        ready.pop();
        done[i] = true;
        for (const std::size_t reader : readers[i])
            if (--waitingFor[reader] == 0)
                ready.push(reader);
        sorted.push_back(std::move(nodes[i]));
        sorted.back().index = static_cast<int>(sorted.size() - 1);
    }
    if (sorted.size() != nodes.size()) {
        std::size_t stuck = 0;
        while (done[stuck])
            ++stuck;
        throw Error(ErrorKind::Format,
            fmt::format("The graph of {} has a cycle: {} needs its own result.", path, describe(nodes[stuck])),
            {.file = path, .node = nodes[stuck].name});
    }
    nodes = std::move(sorted);
}

void nameNodes(std::vector<Node>& nodes)
{
    std::unordered_set<std::string> taken;
    std::vector<Node*> nameless;
    for (Node& node : nodes)
        if (node.name.empty() || !taken.insert(node.name).second)
            nameless.push_back(&node);
    for (Node* node : nameless) {
        const std::string stem = fmt::format("{}_{}", node->opType, node->index);
        node->name = stem;
        for (int i = 2; !taken.insert(node->name).second; ++i)
            node->name = fmt::format("{}_{}", stem, i);
    }
}

} // namespace octet::graph
