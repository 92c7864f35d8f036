// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/qdq_expanded.h"

#include "core/graph/model.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

namespace octet::exchange {

namespace {

void writeAttribute(const std::string& name, const graph::Attribute& value, onnx::NodeProto& node)
{
    onnx::AttributeProto& to = *node.add_attribute();
    to.set_name(name);
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        to.set_type(onnx::AttributeProto::INT);
        to.set_i(*number);
    } else if (const auto* real = std::get_if<float>(&value)) {
        to.set_type(onnx::AttributeProto::FLOAT);
        to.set_f(*real);
    } else if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
        to.set_type(onnx::AttributeProto::INTS);
        for (const std::int64_t entry : *list)
            to.add_ints(entry);
    } // expansions write no others
}

onnx::NodeProto written(const graph::Node& node)
{
    onnx::NodeProto proto;
    proto.set_name(node.name);
    proto.set_op_type(node.opType);
    proto.set_domain(node.domain);
    for (const std::string& input : node.inputs)
        proto.add_input(input);
    for (const std::string& output : node.outputs)
        proto.add_output(output);
    for (const auto& [name, value] : node.attributes)
        writeAttribute(name, value, proto);
    return proto;
}

void writeConstant(const graph::Weight& weight, onnx::GraphProto& graph)
{
    onnx::TensorProto& tensor = *graph.add_initializer();
    tensor.set_name(weight.name);
    tensor.set_data_type(static_cast<int>(weight.type));
    for (const std::int64_t dim : weight.shape)
        tensor.add_dims(dim);
    tensor.set_raw_data(weight.data.data(), weight.data.size());
}

} // namespace

void writeExpanded(onnx::ModelProto& proto, const graph::Model& model)
{
    onnx::GraphProto& graph = *proto.mutable_graph();
    std::map<std::string, std::vector<const graph::Node*>> parts; // by the output of the node that they stand for
    std::unordered_set<std::string> made, known, reads, freed;
    for (const onnx::NodeProto& node : graph.node())
        made.insert(node.output().begin(), node.output().end());
    std::vector<const graph::Node*> pending;
    for (const graph::Node& node : model.nodes()) {
        if (!node.expanded)
            continue;
        pending.push_back(&node);
        if (made.contains(node.outputs[0]))
            parts[node.outputs[0]] = std::exchange(pending, {});
    }
    if (parts.empty())
        return;
    google::protobuf::RepeatedPtrField<onnx::NodeProto> old;
    old.Swap(graph.mutable_node());
    for (onnx::NodeProto& node : old) {
        bool replaced = false;
        for (const std::string& output : node.output())
            if (const auto it = parts.find(output); it != parts.end()) {
                for (const graph::Node* part : it->second)
                    *graph.add_node() = written(*part);
                replaced = true;
            }
        if (replaced)
            freed.insert(node.input().begin(), node.input().end());
        else
            graph.add_node()->Swap(&node);
    }
    for (const auto& tensor : graph.initializer())
        known.insert(tensor.name());
    for (const onnx::NodeProto& node : graph.node()) {
        known.insert(node.output().begin(), node.output().end());
        reads.insert(node.input().begin(), node.input().end());
    }
    for (const graph::Weight* weight : model.allWeights())
        if (reads.contains(weight->name) && !known.contains(weight->name))
            writeConstant(*weight, graph);
    auto* list = graph.mutable_initializer();
    list->erase(std::remove_if(list->begin(), list->end(),
                    [&](const onnx::TensorProto& t) { return freed.contains(t.name()) && !reads.contains(t.name()); }),
        list->end());
}

} // namespace octet::exchange
