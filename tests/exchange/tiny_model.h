// SPDX-License-Identifier: GPL-3.0-or-later
// A model of five products, small enough to check every number of it.
#pragma once

#include "core/graph/model.h"

#include <onnx/onnx_pb.h>

#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace octet::test {

inline onnx::TensorProto* addWeight(
    onnx::GraphProto& graph, const std::string& name, std::vector<std::int64_t> dims, float start)
{
    onnx::TensorProto* tensor = graph.add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    std::int64_t count = 1;
    for (const auto dim : dims) {
        tensor->add_dims(dim);
        count *= dim;
    }
    std::vector<float> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = std::sin(start + static_cast<float>(i));
    tensor->set_raw_data(values.data(), values.size() * sizeof(float));
    return tensor;
}

inline onnx::NodeProto* addNode(onnx::GraphProto& graph, const std::string& type, const std::string& name,
    const std::vector<std::string>& inputs, const std::string& output)
{
    onnx::NodeProto* node = graph.add_node();
    node->set_op_type(type);
    node->set_name(name);
    for (const auto& input : inputs)
        node->add_input(input);
    node->add_output(output);
    return node;
}

inline void addInt(onnx::NodeProto* node, const std::string& name, std::int64_t value)
{
    onnx::AttributeProto* attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(value);
}

inline void addValue(onnx::ValueInfoProto* info, const std::string& name, int width)
{
    info->set_name(name);
    auto* type = info->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape()->add_dim()->set_dim_param("batch");
    type->mutable_shape()->add_dim()->set_dim_value(width);
}

/// x [batch, 4] -> query, key (both read x) -> sum -> /layer.1/dense -> Gemm (transB, bias) -> y [batch, 3].
inline onnx::ModelProto tinyProto(int opset = 17, int irVersion = 8)
{
    onnx::ModelProto proto;
    proto.set_ir_version(irVersion);
    proto.add_opset_import()->set_version(opset);
    onnx::GraphProto& graph = *proto.mutable_graph();
    graph.set_name("tiny");
    addValue(graph.add_input(), "x", 4);
    addValue(graph.add_output(), "y", 3);
    addWeight(graph, "w.query", {4, 4}, 0);
    addWeight(graph, "w.key", {4, 4}, 1);
    addWeight(graph, "w.dense", {4, 4}, 2);
    addWeight(graph, "w.class", {3, 4}, 3);
    addWeight(graph, "b.class", {3}, 4);
    addNode(graph, "MatMul", "/layer.0/query/MatMul", {"x", "w.query"}, "q");
    addNode(graph, "MatMul", "/layer.0/key/MatMul", {"x", "w.key"}, "k");
    addNode(graph, "Add", "/layer.0/Add", {"q", "k"}, "sum");
    addNode(graph, "MatMul", "/layer.1/dense/MatMul", {"sum", "w.dense"}, "dense");
    addInt(addNode(graph, "Gemm", "/classifier/Gemm", {"dense", "w.class", "b.class"}, "y"), "transB", 1);
    return proto;
}

inline std::shared_ptr<const graph::Model> save(const onnx::ModelProto& proto, const std::string& path)
{
    {
        std::ofstream stream(path, std::ios::binary);
        proto.SerializeToOstream(&stream);
    }
    return graph::load(path);
}

inline onnx::ModelProto parseFile(const std::string& path)
{
    onnx::ModelProto proto;
    std::ifstream stream(path, std::ios::binary);
    proto.ParseFromIstream(&stream);
    return proto;
}

} // namespace octet::test
