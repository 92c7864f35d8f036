// SPDX-License-Identifier: GPL-3.0-or-later
// graph::load: the file is mapped, a skeleton without the weights is parsed by protobuf, and everything is checked
// before it becomes a Model.
#include "core/graph/model.h"

#include "core/graph/expand.h"
#include "core/graph/model_parts.h"
#include "core/graph/node_order.h"
#include "core/graph/onnx_skeleton.h"
#include "core/graph/onnx_tensor.h"
#include "core/graph/printable.h"
#include "core/graph/weight_values.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <climits>
#include <cstring>
#include <unordered_set>

namespace octet::graph {

namespace {

[[noreturn]] void damaged(const std::string& path, const std::string& why, const std::string& node = {})
{
    throw Error(ErrorKind::Format, fmt::format("{} {}.", path, why), {.file = path, .node = node});
}

// protobuf writes its complaints to stderr, which belongs to the program's own log.
void silenceProtobuf()
{
    static std::once_flag once;
    std::call_once(once, [] { google::protobuf::SetLogHandler(nullptr); });
}

onnx::ModelProto parse(const Skeleton& skeleton, const std::string& path)
{
    silenceProtobuf();
    onnx::ModelProto proto;
    if (skeleton.bytes.size() > INT_MAX
        || !proto.ParseFromArray(skeleton.bytes.data(), static_cast<int>(skeleton.bytes.size())))
        damaged(path, "is not an ONNX model, or it is damaged");
    return proto;
}

class Loader
{
public:
    explicit Loader(const std::string& path)
        : m_parts(std::make_unique<Model::Parts>())
        , m_path(path)
        , m_tensors(path, m_parts->storage)
    {
        m_parts->path = path;
    }

    std::unique_ptr<Model::Parts> load()
    {
        MappedFile file(m_path);
        if (file.bytes().empty())
            damaged(m_path, "is empty");
        {
            const Skeleton skeleton = skeletonOf(file.bytes(), m_path);
            if (!skeleton.hasGraph)
                damaged(m_path, "holds no graph; it is not an ONNX model");
            if (skeleton.hasSparseInitializers)
                throw Error(ErrorKind::Unsupported,
                    fmt::format("{} has sparse weights, which Octet does not read.", m_path), {.file = m_path});
            const onnx::ModelProto proto = parse(skeleton, m_path);
            readHeader(proto);
            readInitializers(proto.graph(), skeleton);
            readInterface(proto.graph());
            readNodes(proto.graph());
        }
        checkReferences();
        m_parts->files = m_tensors.takeFiles();
        m_parts->files.push_back(std::move(file));
        for (const MappedFile& mapped : m_parts->files) // of what was read around the weights
            releasePages(mapped.bytes());
        m_parts->index();
        return std::move(m_parts);
    }

private:
    const std::string& text(const std::string& name) const
    {
        if (!isUtf8(name))
            damaged(m_path, fmt::format("is damaged: the name '{}' is not UTF-8 text", printable(name)));
        return name;
    }

    void readHeader(const onnx::ModelProto& proto)
    {
        m_parts->irVersion = proto.ir_version();
        m_parts->producer = isUtf8(proto.producer_name()) ? proto.producer_name() : printable(proto.producer_name());
        for (const auto& import : proto.opset_import())
            m_parts->opsets[import.domain() == "ai.onnx" ? "" : text(import.domain())] = import.version();
        if (m_parts->opsets.empty() && m_parts->irVersion < 3)
            m_parts->opsets[""] = 1; // the field is newer than such files
        if (proto.graph().node_size() == 0)
            damaged(m_path, "holds a graph without any node");
        if (m_parts->opsets.empty())
            damaged(m_path, "does not say which ONNX operator set it uses");
    }

    void readInitializers(const onnx::GraphProto& graph, const Skeleton& skeleton)
    {
        if (static_cast<std::size_t>(graph.initializer_size()) != skeleton.rawData.size())
            damaged(m_path, "is not an ONNX model, or it is damaged");
        for (int i = 0; i < graph.initializer_size(); ++i) {
            const auto& tensor = graph.initializer(i);
            addWeight(m_tensors.read(tensor, text(tensor.name()), skeleton.rawData[static_cast<std::size_t>(i)]));
        }
        m_parts->initializerCount = m_parts->weights.size();
    }

    void addWeight(Weight weight)
    {
        if (weight.name.empty())
            damaged(m_path, "holds a weight without a name");
        if (!m_constants.insert(weight.name).second)
            damaged(m_path, fmt::format("holds two weights of the name '{}'", printable(weight.name)));
        m_parts->weights.push_back(std::move(weight));
    }

    ValueInfo readValueInfo(const onnx::ValueInfoProto& proto) const
    {
        ValueInfo info;
        info.name = text(proto.name());
        if (!proto.type().has_tensor_type())
            return info;
        const auto& tensor = proto.type().tensor_type();
        info.type = static_cast<DType>(tensor.elem_type());
        info.hasShape = tensor.has_shape();
        for (const auto& dim : tensor.shape().dim()) {
            if (dim.has_dim_value() && dim.dim_value() < -1)
                damaged(m_path,
                    fmt::format("gives the value '{}' the dimension {}", printable(info.name), dim.dim_value()));
            if (dim.has_dim_value())
                info.shape.push_back({dim.dim_value(), {}});
            else
                info.shape.push_back({-1, text(dim.dim_param())});
        }
        return info;
    }

    void readInterface(const onnx::GraphProto& graph)
    {
        for (const auto& proto : graph.value_info())
            m_parts->valueInfos.insert_or_assign(text(proto.name()), readValueInfo(proto));
        for (const auto& proto : graph.input())
            if (!m_constants.count(proto.name())) // before IR 4, weights are listed as inputs too
                m_parts->inputs.push_back(readValueInfo(proto));
        for (const auto& proto : graph.output())
            m_parts->outputs.push_back(readValueInfo(proto));
        if (m_parts->outputs.empty())
            damaged(m_path, "holds a graph without any output");
    }

    std::optional<Attribute> readAttribute(const onnx::AttributeProto& proto, const Node& node)
    {
        using Proto = onnx::AttributeProto;
        const auto& p = proto;
        switch (p.ref_attr_name().empty() ? p.type() : Proto::UNDEFINED) {
        case Proto::INT:
            return p.i();
        case Proto::FLOAT:
            return p.f();
        case Proto::STRING:
            return p.s();
        case Proto::INTS:
            return std::vector<std::int64_t>(p.ints().begin(), p.ints().end());
        case Proto::FLOATS:
            return std::vector<float>(p.floats().begin(), p.floats().end());
        case Proto::STRINGS:
            return std::vector<std::string>(p.strings().begin(), p.strings().end());
        case Proto::TENSOR:
            return m_tensors.read(p.t(), node.outputs.empty() ? node.name : node.outputs.front());
        default:
            return std::nullopt;
        }
    }

    Node readNode(const onnx::NodeProto& proto)
    {
        Node node;
        node.name = text(proto.name());
        node.opType = text(proto.op_type());
        node.domain = proto.domain() == "ai.onnx" ? "" : text(proto.domain());
        if (node.opType.empty())
            damaged(m_path, fmt::format("holds a node '{}' without an op type", printable(node.name)), node.name);
        for (const auto& value : proto.input())
            node.inputs.push_back(text(value));
        for (const auto& value : proto.output())
            node.outputs.push_back(text(value));
        for (const auto& attribute : proto.attribute()) {
            if (auto value = readAttribute(attribute, node))
                node.attributes.insert_or_assign(text(attribute.name()), std::move(*value));
            else
                node.droppedAttributes.push_back(text(attribute.name()));
        }
        return node;
    }

    void readNodes(const onnx::GraphProto& graph)
    {
        m_parts->nodes.reserve(static_cast<std::size_t>(graph.node_size()));
        for (const auto& proto : graph.node())
            m_parts->nodes.push_back(readNode(proto));
        sortNodes(m_parts->nodes, m_path);
        nameNodes(m_parts->nodes);
        for (const Node& node : m_parts->nodes)
            if (node.opType == "Constant" && node.domain.empty())
                addWeight(constant(node));
    }

    template <typename T>
    Weight filled(const std::string& name, DType type, Shape shape, const T* values, std::size_t count)
    {
        const auto bytes = m_parts->storage.allocate(count * sizeof(T));
        if (count != 0)
            std::memcpy(bytes.data(), values, count * sizeof(T));
        return {name, type, std::move(shape), bytes, {}, {}};
    }

    Weight constant(const Node& node)
    {
        if (node.outputs.size() != 1 || node.outputs[0].empty() || node.attributes.size() != 1)
            throw Error(node.droppedAttributes.empty() ? ErrorKind::Format : ErrorKind::Unsupported,
                fmt::format(
                    "The Constant node '{}' of {} has no value that Octet can read.", printable(node.name), m_path),
                {.file = m_path, .node = node.name});
        const auto& [key, value] = *node.attributes.begin();
        const std::string& name = node.outputs[0];
        if (const auto* tensor = std::get_if<Weight>(&value)) {
            Weight weight = *tensor;
            weight.name = name;
            return weight;
        }
        if (const auto* number = std::get_if<std::int64_t>(&value))
            return filled(name, DType::I64, {}, number, 1);
        if (const auto* number = std::get_if<float>(&value))
            return filled(name, DType::F32, {}, number, 1);
        if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value))
            return filled(name, DType::I64, {static_cast<std::int64_t>(list->size())}, list->data(), list->size());
        if (const auto* list = std::get_if<std::vector<float>>(&value))
            return filled(name, DType::F32, {static_cast<std::int64_t>(list->size())}, list->data(), list->size());
        return {name, DType::String, {}, {}, {}, {}};
    }

    // Every value that is read must come from somewhere, and from one place only.
    void checkReferences() const
    {
        std::unordered_set<std::string> known;
        for (const Weight& weight : m_parts->weights)
            known.insert(weight.name);
        for (const ValueInfo& input : m_parts->inputs)
            if (input.name.empty() || !known.insert(input.name).second)
                damaged(m_path, fmt::format("lists the input '{}' twice or without a name", printable(input.name)));
        for (const Node& node : m_parts->nodes) {
            if (node.opType == "Constant" && node.domain.empty())
                continue; // its output is among the weights
            for (const std::string& value : node.outputs)
                if (!value.empty() && !known.insert(value).second)
                    damaged(m_path,
                        fmt::format("is damaged: the node '{}' writes '{}', which is an input or a weight",
                            printable(node.name), printable(value)),
                        node.name);
        }
        for (const Node& node : m_parts->nodes)
            for (const std::string& value : node.inputs)
                if (!value.empty() && !known.count(value))
                    damaged(m_path,
                        fmt::format("is damaged: the node '{}' reads '{}', which nothing produces",
                            printable(node.name), printable(value)),
                        node.name);
        for (const ValueInfo& output : m_parts->outputs)
            if (!known.count(output.name))
                damaged(m_path, fmt::format("is damaged: nothing produces its output '{}'", printable(output.name)));
    }

    std::unique_ptr<Model::Parts> m_parts;
    std::string m_path;
    TensorReader m_tensors;
    std::unordered_set<std::string> m_constants;
};

} // namespace

std::shared_ptr<const Model> load(const std::string& path)
{
    const std::string file = modelFile(path);
    try {
        return expandFused(std::make_shared<const Model>(Loader(file).load()));
    } catch (const std::bad_alloc&) {
        throw Error(ErrorKind::Resource, fmt::format("There is not enough memory to open {}.", file), {.file = file});
    }
}

} // namespace octet::graph
