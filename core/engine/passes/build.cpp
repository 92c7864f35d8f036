// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/passes/passes.h"

#include "core/engine/ops/strided.h"
#include "core/graph/weight_values.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace octet::engine {

namespace {

using Loop = StridedLoop<2>;

/// A dense copy of a view of a constant.
std::shared_ptr<const Tensor> copyView(const std::byte* data, DType type, const OpView& view)
{
    auto tensor = std::make_shared<Tensor>(type, view.shape);
    const std::size_t size = elementSize(type);
    const Loop loop(view.shape, {view.strides, denseStrides(view.shape)});
    loop.run([&](const auto& offset, std::int64_t count, const auto& step) {
        for (std::int64_t i = 0; i < count; ++i)
            std::memcpy(tensor->bytes.data() + static_cast<std::size_t>(offset[1] + i * step[1]) * size,
                        data + static_cast<std::size_t>(view.offset + offset[0] + i * step[0]) * size, size);
    });
    return tensor;
}

class Builder
{
public:
    Builder(const graph::Model& model, const CompileOptions& options)
        : m_model(model)
        , m_options(options)
    {
        m_ir.model = &model;
    }

    Ir build()
    {
        refuseUnsupported();
        addInputs();
        for (const graph::Node& node : m_model.nodes()) {
            if (m_options.cancelled && m_options.cancelled())
                throw Error(ErrorKind::Cancelled, "Compiling was cancelled.");
            addNode(node);
        }
        for (const graph::ValueInfo& output : m_model.outputs())
            m_ir.outputs.push_back(lookUp(output.name, nullptr));
        m_ir.kept.insert(m_ir.outputs.begin(), m_ir.outputs.end());
        for (const std::string& tap : m_options.taps)
            m_ir.kept.insert(lookUp(tap, nullptr));
        cleanUp(m_ir, {});
        return std::move(m_ir);
    }

private:
    void refuseUnsupported() const
    {
        const std::vector<UnsupportedNode> unsupported = unsupportedNodes(m_model);
        if (unsupported.empty())
            return;
        const UnsupportedNode& first = unsupported.front();
        const std::string others
            = unsupported.size() > 1 ? fmt::format(" ({} more nodes cannot run either.)", unsupported.size() - 1) : "";
        throw Error(ErrorKind::Unsupported,
                    fmt::format("Node \"{}\" ({}) cannot run: {}.{}", first.node, first.opType, first.reason, others),
                    {.node = first.node});
    }

    void addInputs()
    {
        for (const graph::ValueInfo& input : m_model.inputs()) {
            const auto it = m_options.inputShapes.find(input.name);
            if (it == m_options.inputShapes.end())
                throw Error(ErrorKind::Data, fmt::format("The model's input \"{}\" was given no data.", input.name));
            bool fits = !input.hasShape || input.shape.size() == it->second.size();
            for (std::size_t i = 0; fits && input.hasShape && i < input.shape.size(); ++i)
                fits = input.shape[i].value < 0 || input.shape[i].value == it->second[i];
            if (!fits)
                throw Error(ErrorKind::Data, fmt::format("The model's input \"{}\" does not take shape {}.", input.name,
                                                         toString(it->second)));
            m_ir.inputs.push_back(addValue(input.name, input.type, it->second));
            if (const auto fixed = m_options.fixedInputs.find(input.name);
                fixed != m_options.fixedInputs.end() && fixed->second.type == input.type
                && fixed->second.shape == it->second)
                setConstant(m_ir.inputs.back(), std::make_shared<const Tensor>(fixed->second));
        }
    }

    ValueId addValue(const std::string& name, DType type, const Shape& shape)
    {
        if (shape.size() > Loop::maxRank)
            throw Error(ErrorKind::Unsupported, fmt::format("Value \"{}\" has {} dimensions; at most {} are supported.",
                                                            name, shape.size(), Loop::maxRank));
        if (elementSize(type) == 0)
            throw Error(ErrorKind::Unsupported,
                        fmt::format("Value \"{}\" has element type {}, which is not supported.", name, toString(type)));
        elementCount(shape); // refuses what overflows
        IrValue value;
        value.name = name;
        value.type = type;
        value.shape = shape;
        m_ir.values.push_back(std::move(value));
        const auto id = static_cast<ValueId>(m_ir.values.size() - 1);
        m_ids[name] = id;
        return id;
    }

    ValueId lookUp(const std::string& name, const graph::Node* reader)
    {
        if (const auto it = m_ids.find(name); it != m_ids.end())
            return it->second;
        if (const graph::Weight* weight = m_model.weight(name)) {
            const ValueId id = addValue(name, weight->type, weight->shape);
            if (weight->make) {
                m_ir.values.back().made = weight;
                return id;
            }
            m_ir.values.back().constant = weight->data.data();
            // An empty constant has no bytes but is known all the same.
            static constexpr std::byte nothing {};
            if (weight->data.empty())
                m_ir.values.back().constant = &nothing;
            return id;
        }
        throw Error(ErrorKind::Format, fmt::format("Value \"{}\"{} is made by no node.", name,
                                                   reader ? fmt::format(", read by node \"{}\",", reader->name) : ""));
    }

    void addNode(const graph::Node& source)
    {
        if (source.opType == "Constant")
            return; // the model already holds its value
        IrNode node;
        node.source = &source;
        node.origins = {source.index};
        for (const std::string& input : source.inputs)
            node.inputs.push_back(input.empty() ? -1 : lookUp(input, &source));
        const OpDef& def = *findOp(source.domain, source.opType);
        OpContext context = contextOf(m_ir, node);
        context.outputs = def.infer(context);
        for (std::size_t i = 0; i < source.outputs.size(); ++i) {
            if (source.outputs[i].empty()) {
                node.outputs.push_back(-1);
                continue;
            }
            if (i >= context.outputs.size())
                context.refuse(fmt::format("its output {} is not supported", i + 1));
            node.outputs.push_back(addValue(source.outputs[i], context.outputs[i].type, context.outputs[i].shape));
        }
        const bool shapeOnly = source.opType == "Shape" || source.opType == "Size";
        const bool known = std::all_of(node.inputs.begin(), node.inputs.end(),
                                       [&](ValueId id) { return id < 0 || m_ir.isConstant(id); });
        if (known || shapeOnly)
            fold(node, def, context);
        else
            m_ir.nodes.push_back(std::move(node));
    }

    /// What of the inputs has no bytes yet, or not where operators can read them.
    std::vector<Tensor> readable(const IrNode& node, OpContext& context) const
    {
        std::vector<Tensor> copies;
        copies.reserve(context.inputs.size());
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            OpInput& input = context.inputs[i];
            const graph::Weight* made = node.inputs[i] < 0 ? nullptr : m_ir.value(node.inputs[i]).made;
            const bool lies = input.constant && elementCount(input.shape) > 0
                && !graph::isAligned(input.constant, elementSize(input.type));
            if (!made && !lies)
                continue;
            Tensor& copy = copies.emplace_back(input.type, input.shape);
            if (made)
                (*made->make)(copy.bytes);
            else
                std::memcpy(copy.bytes.data(), input.constant, copy.bytes.size());
            input.constant = copy.bytes.data();
        }
        return copies;
    }

    void fold(const IrNode& node, const OpDef& def, OpContext& context)
    {
        const std::vector<Tensor> copies = readable(node, context);
        if (def.view) {
            if (const auto views = def.view(context)) {
                for (std::size_t i = 0; i < node.outputs.size(); ++i)
                    if (node.outputs[i] >= 0)
                        setConstant(node.outputs[i],
                                    copyView(context.inputs[0].constant, context.inputs[0].type, views->at(i)));
                return;
            }
        }
        const auto kernel = def.make(context);
        std::vector<const std::byte*> in;
        for (const OpInput& input : context.inputs)
            in.push_back(input.constant);
        std::vector<std::shared_ptr<Tensor>> results;
        std::vector<std::byte*> out;
        for (const OpOutput& output : context.outputs) {
            results.push_back(std::make_shared<Tensor>(output.type, output.shape));
            out.push_back(results.back()->bytes.data());
        }
        kernel->run(in.data(), out.data());
        for (std::size_t i = 0; i < node.outputs.size(); ++i)
            if (node.outputs[i] >= 0)
                setConstant(node.outputs[i], results[i]);
    }

    void setConstant(ValueId id, std::shared_ptr<const Tensor> tensor)
    {
        static constexpr std::byte nothing {};
        IrValue& value = m_ir.values[static_cast<std::size_t>(id)];
        value.constant = tensor->bytes.empty() ? &nothing : tensor->bytes.data();
        value.owned = std::move(tensor);
    }

    const graph::Model& m_model;
    const CompileOptions& m_options;
    Ir m_ir;
    std::map<std::string, ValueId> m_ids;
};

} // namespace

Ir buildIr(const graph::Model& model, const CompileOptions& options)
{
    return Builder(model, options).build();
}

bool decidesShapes(const Tensor& tensor)
{
    constexpr std::int64_t most = 64, mostReal = 8;
    const bool integer = tensor.type == DType::I64 || tensor.type == DType::I32;
    return tensor.shape.size() <= 1 && tensor.count() <= (integer ? most : mostReal);
}

std::vector<UnsupportedNode> unsupportedNodes(const graph::Model& model)
{
    std::vector<UnsupportedNode> all;
    for (const graph::Node& node : model.nodes()) {
        if (node.opType == "Constant")
            continue;
        if (!findOp(node.domain, node.opType))
            all.push_back({node.name, node.opType,
                           node.domain.empty() ? "Octet has no kernel for this operator"
                                               : fmt::format("Octet has no kernel for this operator of {}", node.domain)});
    }
    return all;
}

} // namespace octet::engine
