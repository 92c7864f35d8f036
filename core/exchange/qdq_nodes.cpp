// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/qdq_nodes.h"

#include "core/graph/model.h"
#include "core/graph/weight_values.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace octet::exchange {

namespace {

void writeTensor(const graph::Weight& weight, onnx::TensorProto& tensor)
{
    tensor.set_name(weight.name);
    tensor.set_data_type(static_cast<int>(weight.type));
    for (const std::int64_t dim : weight.shape)
        tensor.add_dims(dim);
    const graph::WeightBytes bytes(weight);
    tensor.set_raw_data(bytes.span().data(), bytes.span().size());
}

struct AttributeWriter
{
    onnx::AttributeProto& to;

    void operator()(std::int64_t value) const
    {
        to.set_type(onnx::AttributeProto::INT);
        to.set_i(value);
    }
    void operator()(float value) const
    {
        to.set_type(onnx::AttributeProto::FLOAT);
        to.set_f(value);
    }
    void operator()(const std::string& value) const
    {
        to.set_type(onnx::AttributeProto::STRING);
        to.set_s(value);
    }
    void operator()(const std::vector<std::int64_t>& values) const
    {
        to.set_type(onnx::AttributeProto::INTS);
        to.mutable_ints()->Add(values.begin(), values.end());
    }
    void operator()(const std::vector<float>& values) const
    {
        to.set_type(onnx::AttributeProto::FLOATS);
        to.mutable_floats()->Add(values.begin(), values.end());
    }
    void operator()(const std::vector<std::string>& values) const
    {
        to.set_type(onnx::AttributeProto::STRINGS);
        for (const std::string& value : values)
            to.add_strings(value);
    }
    void operator()(const graph::Weight& weight) const
    {
        to.set_type(onnx::AttributeProto::TENSOR);
        writeTensor(weight, *to.mutable_t());
    }
};

void writeInputs(const graph::Node& node, onnx::NodeProto& proto)
{
    proto.clear_input();
    for (const std::string& input : node.inputs)
        proto.add_input(input);
}

void write(const graph::Node& node, onnx::NodeProto& proto)
{
    proto.set_name(node.name);
    proto.set_op_type(node.opType);
    proto.set_domain(node.domain);
    writeInputs(node, proto);
    for (const std::string& output : node.outputs)
        proto.add_output(output);
    for (const auto& [name, value] : node.attributes) {
        onnx::AttributeProto& attribute = *proto.add_attribute();
        attribute.set_name(name);
        std::visit(AttributeWriter{attribute}, value);
    }
}

bool isSame(const onnx::NodeProto& proto, const graph::Node& node)
{
    const auto isStandard = [](const std::string& domain) { return domain.empty() || domain == "ai.onnx"; };
    return proto.op_type() == node.opType
        && (proto.domain() == node.domain || (isStandard(proto.domain()) && isStandard(node.domain)))
        && std::equal(proto.output().begin(), proto.output().end(), node.outputs.begin(), node.outputs.end());
}

/// Computed from initializers alone, and a constant of the model.
bool isConstant(
    const onnx::NodeProto& node, const graph::Model& model, const std::unordered_set<std::string>& initializers)
{
    return node.output_size() == 1 && model.weight(node.output(0))
        && std::all_of(node.input().begin(), node.input().end(),
            [&](const std::string& input) { return initializers.contains(input); });
}

} // namespace

void collectReads(const onnx::GraphProto& graph, std::unordered_set<std::string>& reads)
{
    for (const auto& output : graph.output())
        reads.insert(output.name());
    for (const onnx::NodeProto& node : graph.node()) {
        reads.insert(node.input().begin(), node.input().end());
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g())
                collectReads(attribute.g(), reads);
            for (const onnx::GraphProto& inner : attribute.graphs())
                collectReads(inner, reads);
        }
    }
}

void writeNodes(onnx::ModelProto& proto, const graph::Model& model)
{
    onnx::GraphProto& graph = *proto.mutable_graph();
    std::unordered_set<std::string> before, after;
    collectReads(graph, before);
    google::protobuf::RepeatedPtrField<onnx::NodeProto> old;
    old.Swap(graph.mutable_node());
    std::unordered_map<std::string, onnx::NodeProto*> makers;
    for (onnx::NodeProto& node : old)
        for (const std::string& output : node.output())
            if (!output.empty())
                makers.emplace(output, &node);
    std::unordered_set<std::string> initializers;
    for (const onnx::TensorProto& tensor : graph.initializer())
        initializers.insert(tensor.name());
    for (const onnx::NodeProto& node : old)
        if (node.op_type() == "DequantizeLinear" && isConstant(node, model, initializers))
            graph.add_node()->CopyFrom(node); // smaller than the floats that it makes
    for (const graph::Node& node : model.nodes()) {
        onnx::NodeProto& to = *graph.add_node();
        const auto output =
            std::find_if(node.outputs.begin(), node.outputs.end(), [](const auto& o) { return !o.empty(); });
        const auto maker = output == node.outputs.end() ? makers.end() : makers.find(*output);
        if (maker != makers.end() && isSame(*maker->second, node)) {
            to.Swap(maker->second);
            writeInputs(node, to);
        } else {
            write(node, to);
        }
    }
    collectReads(graph, after);
    auto* list = graph.mutable_initializer();
    list->erase(std::remove_if(list->begin(), list->end(),
                    [&](const onnx::TensorProto& t) { return before.contains(t.name()) && !after.contains(t.name()); }),
        list->end());
}

void writeConstants(onnx::ModelProto& proto, const graph::Model& model)
{
    onnx::GraphProto& graph = *proto.mutable_graph();
    std::unordered_set<std::string> reads, known;
    collectReads(graph, reads);
    for (const auto& tensor : graph.initializer())
        known.insert(tensor.name());
    for (const onnx::NodeProto& node : graph.node())
        known.insert(node.output().begin(), node.output().end());
    for (const graph::Weight* weight : model.allWeights())
        if (reads.contains(weight->name) && !known.contains(weight->name))
            writeTensor(*weight, *graph.add_initializer());
}

} // namespace octet::exchange
