// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/ir.h"

#include <algorithm>
#include <queue>

namespace octet::engine {

std::optional<double> Ir::scalar(ValueId id) const
{
    if (!isConstant(id) || elementCount(value(id).shape) != 1)
        return std::nullopt;
    switch (value(id).type) {
    case DType::F32: return *as<float>(value(id).constant);
    case DType::F64: return *as<double>(value(id).constant);
    case DType::I64: return static_cast<double>(*as<std::int64_t>(value(id).constant));
    case DType::I32: return *as<std::int32_t>(value(id).constant);
    default: return std::nullopt;
    }
}

Uses::Uses(const Ir& ir)
    : m_producer(ir.values.size(), -1)
    , m_readers(ir.values.size())
{
    for (std::size_t n = 0; n < ir.nodes.size(); ++n) {
        for (const ValueId id : ir.nodes[n].outputs)
            if (id >= 0)
                m_producer[static_cast<std::size_t>(id)] = static_cast<int>(n);
        for (const ValueId id : ir.nodes[n].inputs)
            if (id >= 0)
                m_readers[static_cast<std::size_t>(id)].push_back(static_cast<int>(n));
    }
}

int Uses::onlyReader(const Ir& ir, ValueId id) const
{
    const auto& all = readers(id);
    if (ir.kept.contains(id) || all.empty())
        return -1;
    return std::all_of(all.begin(), all.end(), [&](int n) { return n == all.front(); }) ? all.front() : -1;
}

OpContext contextOf(const Ir& ir, const IrNode& node)
{
    OpContext context;
    context.node = node.source;
    context.opset = ir.model->opset(node.source->domain);
    for (const ValueId id : node.inputs) {
        OpInput input;
        if (id >= 0) {
            const IrValue& value = ir.value(id);
            input = {true, value.type, value.shape, denseStrides(value.shape), value.constant};
        }
        context.inputs.push_back(std::move(input));
    }
    for (const ValueId id : node.outputs)
        context.outputs.push_back(id < 0 ? OpOutput {} : OpOutput {ir.value(id).type, ir.value(id).shape});
    return context;
}

void cleanUp(Ir& ir, const std::set<int>& dead)
{
    const std::size_t count = ir.nodes.size();
    std::vector<int> producer(ir.values.size(), -1);
    for (std::size_t n = 0; n < count; ++n)
        if (!dead.contains(static_cast<int>(n)))
            for (const ValueId id : ir.nodes[n].outputs)
                if (id >= 0)
                    producer[static_cast<std::size_t>(id)] = static_cast<int>(n);

    std::vector<bool> live(count, false);
    std::vector<int> stack;
    const auto need = [&](ValueId id) {
        const int n = id < 0 ? -1 : producer[static_cast<std::size_t>(id)];
        if (n >= 0 && !live[static_cast<std::size_t>(n)]) {
            live[static_cast<std::size_t>(n)] = true;
            stack.push_back(n);
        }
    };
    for (const ValueId id : ir.kept)
        need(id);
    while (!stack.empty()) {
        const int n = stack.back();
        stack.pop_back();
        for (const ValueId id : ir.nodes[static_cast<std::size_t>(n)].inputs)
            need(id);
    }

    std::vector<int> waiting(count, 0);
    std::vector<std::vector<int>> followers(count);
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (std::size_t n = 0; n < count; ++n) {
        if (!live[n])
            continue;
        std::set<int> sources;
        for (const ValueId id : ir.nodes[n].inputs)
            if (id >= 0 && producer[static_cast<std::size_t>(id)] >= 0)
                sources.insert(producer[static_cast<std::size_t>(id)]);
        waiting[n] = static_cast<int>(sources.size());
        for (const int source : sources)
            followers[static_cast<std::size_t>(source)].push_back(static_cast<int>(n));
        if (sources.empty())
            ready.push(static_cast<int>(n));
    }
    std::vector<IrNode> sorted;
    while (!ready.empty()) {
        const int n = ready.top();
        ready.pop();
        sorted.push_back(std::move(ir.nodes[static_cast<std::size_t>(n)]));
        for (const int follower : followers[static_cast<std::size_t>(n)])
            if (--waiting[static_cast<std::size_t>(follower)] == 0)
                ready.push(follower);
    }
    ir.nodes = std::move(sorted);
}

} // namespace octet::engine
