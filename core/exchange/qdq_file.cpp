// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/qdq_file.h"

#include "core/exchange/atomic_file.h"
#include "core/exchange/qdq_nodes.h"
#include "core/exchange/qdq_opset.h"
#include "core/graph/weight_values.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <limits>

namespace octet::exchange {

namespace {

/// Protobuf cannot write 2 GiB, and this leaves room for what comes around the weights.
constexpr std::uint64_t maxBytes = 1'932'735'283; // 1.8 GiB
constexpr std::int64_t minIrVersion = 7;

std::unique_ptr<onnx::ModelProto> parse(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        throw Error(ErrorKind::File, fmt::format("Cannot read the model {} again; is it still there?", path),
            Location{path, 0, 0, 0, {}});
    google::protobuf::io::IstreamInputStream input(&stream);
    google::protobuf::io::CodedInputStream coded(&input);
    coded.SetTotalBytesLimit(std::numeric_limits<int>::max());
    auto proto = std::make_unique<onnx::ModelProto>();
    if (!proto->ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
        throw Error(ErrorKind::Format, fmt::format("{} changed since it was opened and is no ONNX model now.", path),
            Location{path, 0, 0, 0, {}});
    return proto;
}

template <typename Visit>
void forEachSubgraph(const onnx::NodeProto& node, Visit visit)
{
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.has_g())
            visit(attribute.g());
        for (const onnx::GraphProto& graph : attribute.graphs())
            visit(graph);
    }
}

void collectNames(const onnx::GraphProto& graph, std::unordered_set<std::string>& names)
{
    for (const auto& value : graph.input())
        names.insert(value.name());
    for (const auto& tensor : graph.initializer())
        names.insert(tensor.name());
    for (const onnx::NodeProto& node : graph.node()) {
        names.insert(node.name());
        names.insert(node.output().begin(), node.output().end());
        forEachSubgraph(node, [&](const onnx::GraphProto& inner) { collectNames(inner, names); });
    }
}

void refuseExternal(const onnx::GraphProto& graph)
{
    for (const onnx::TensorProto& tensor : graph.initializer())
        if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
            throw Error(ErrorKind::Unsupported,
                fmt::format("The QDQ export cannot copy the external data of {}, which belongs to a subgraph.",
                    tensor.name()));
    for (const onnx::NodeProto& node : graph.node())
        forEachSubgraph(node, [&](const onnx::GraphProto& inner) { refuseExternal(inner); });
}

} // namespace

void setInt(onnx::NodeProto& node, const char* name, std::int64_t value)
{
    onnx::AttributeProto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(value);
}

QdqFile::QdqFile(const graph::Model& model)
    : m_model(model)
    , m_proto(parse(model.path()))
    , m_graph(*m_proto->mutable_graph())
{
    writeNodes(*m_proto, model);
    raiseOpset(*m_proto, model);
    m_proto->set_ir_version(std::max<std::int64_t>(m_proto->ir_version(), minIrVersion));
    collectNames(m_graph, m_names);
    for (const graph::Weight* weight : model.allWeights())
        m_names.insert(weight->name);
}

QdqFile::~QdqFile() = default;

std::string QdqFile::unique(const std::string& wanted)
{
    std::string name = wanted;
    for (int i = 1; !m_names.insert(name).second; ++i)
        name = fmt::format("{}_{}", wanted, i);
    return name;
}

onnx::NodeProto& QdqFile::add(const char* type, const std::string& name, const std::vector<std::string>& inputs,
    const std::vector<std::string>& outputs)
{
    onnx::NodeProto& node = *m_graph.add_node();
    node.set_op_type(type);
    node.set_name(unique(name));
    for (const std::string& input : inputs)
        node.add_input(input);
    for (const std::string& output : outputs)
        node.add_output(output);
    return node;
}

std::string QdqFile::constant(
    const std::string& name, const std::vector<std::int64_t>& dims, std::span<const float> values)
{
    return raw(name, onnx::TensorProto::FLOAT, dims, values.data(), values.size_bytes());
}

std::string QdqFile::constant(
    const std::string& name, const std::vector<std::int64_t>& dims, std::span<const std::int8_t> values)
{
    return raw(name, onnx::TensorProto::INT8, dims, values.data(), values.size_bytes());
}

std::string QdqFile::constant(const std::string& name, std::uint8_t value)
{
    return raw(name, onnx::TensorProto::UINT8, {}, &value, 1);
}

std::string QdqFile::raw(
    const std::string& name, int type, const std::vector<std::int64_t>& dims, const void* data, std::size_t bytes)
{
    count(bytes);
    onnx::TensorProto& tensor = *m_graph.add_initializer();
    tensor.set_name(unique(name));
    tensor.set_data_type(type);
    for (const std::int64_t dim : dims)
        tensor.add_dims(dim);
    tensor.set_raw_data(data, bytes);
    return tensor.name();
}

void QdqFile::finish()
{
    dropReplaced();
    writeConstants(*m_proto, m_model);
    inlineExternal();
    m_bytes = 0;
    count(m_proto->ByteSizeLong());
}

void QdqFile::save(const std::string& path) const
{
    writeAtomically(path, [this](int descriptor) {
        google::protobuf::io::FileOutputStream output(descriptor);
        const bool good = m_proto->SerializeToZeroCopyStream(&output) && output.Flush();
        return good ? 0 : (output.GetErrno() ? output.GetErrno() : EIO);
    });
}

void QdqFile::dropReplaced()
{
    std::unordered_set<std::string> reads;
    collectReads(m_graph, reads);
    const auto unused = [&](const std::string& name) { return m_replaced.count(name) && !reads.count(name); };
    const auto removeIf = [](auto* list, auto predicate) {
        list->erase(std::remove_if(list->begin(), list->end(), predicate), list->end());
    };
    removeIf(m_graph.mutable_node(), [&](const onnx::NodeProto& node) {
        const bool makesConstant = node.op_type() == "Constant" || node.op_type() == "DequantizeLinear";
        if (!makesConstant || node.output_size() != 1 || !unused(node.output(0)))
            return false;
        m_replaced.insert(node.input().begin(), node.input().end());
        return true;
    });
    reads.clear();
    collectReads(m_graph, reads);
    removeIf(m_graph.mutable_initializer(), [&](const onnx::TensorProto& tensor) { return unused(tensor.name()); });
    removeIf(m_graph.mutable_input(), [&](const onnx::ValueInfoProto& value) { return unused(value.name()); });
    removeIf(m_graph.mutable_value_info(), [&](const onnx::ValueInfoProto& value) { return unused(value.name()); });
}

/// The export is one file: what lay beside the model is copied in.
void QdqFile::inlineExternal()
{
    for (onnx::TensorProto& tensor : *m_graph.mutable_initializer())
        inlineTensor(tensor, tensor.name());
    for (onnx::NodeProto& node : *m_graph.mutable_node()) {
        for (onnx::AttributeProto& attribute : *node.mutable_attribute())
            if (attribute.has_t())
                inlineTensor(*attribute.mutable_t(), node.output_size() > 0 ? node.output(0) : "");
        forEachSubgraph(node, [](const onnx::GraphProto& inner) { refuseExternal(inner); });
    }
}

void QdqFile::inlineTensor(onnx::TensorProto& tensor, const std::string& value)
{
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL)
        return;
    const graph::Weight* weight = m_model.weight(value);
    if (!weight)
        throw Error(ErrorKind::Unsupported,
            fmt::format("The QDQ export cannot copy the external data of {} into one file.", tensor.name()));
    count(weight->byteCount());
    tensor.clear_external_data();
    tensor.clear_data_location();
    const graph::WeightBytes values(*weight);
    tensor.set_raw_data(values.span().data(), values.span().size());
}

void QdqFile::count(std::uint64_t bytes)
{
    m_bytes += bytes;
    if (m_bytes > maxBytes)
        throw Error(ErrorKind::Unsupported,
            fmt::format("The QDQ export of {} would be larger than 1.8 GiB, which one ONNX file cannot hold; set more "
                        "products to int8.",
                m_model.path()));
}

} // namespace octet::exchange
