// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/qdq_opset.h"

#include "core/graph/model.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>

namespace octet::exchange {

namespace {

bool isDefaultDomain(const std::string& domain)
{
    return domain.empty() || domain == "ai.onnx";
}

class Raiser
{
public:
    Raiser(std::int64_t from, const graph::Model& model)
        : m_from(from)
        , m_model(model)
    {
    }

    void graph(onnx::GraphProto& graph)
    {
        m_graph = &graph;
        for (onnx::NodeProto& node : *graph.mutable_node()) {
            if (isDefaultDomain(node.domain()))
                rewrite(node);
            for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
                onnx::GraphProto* outer = m_graph;
                if (attribute.has_g())
                    this->graph(*attribute.mutable_g());
                for (onnx::GraphProto& inner : *attribute.mutable_graphs())
                    this->graph(inner);
                m_graph = outer;
            }
        }
    }

private:
    [[noreturn]] void refuse(const onnx::NodeProto& node, const std::string& why) const
    {
        throw Error(ErrorKind::Unsupported,
            fmt::format("Cannot raise the model from opset {} to {}, which the QDQ export needs: {} {} {}; export the "
                        "model again with opset 13 or above.",
                m_from, qdqOpset, node.op_type(), node.name(), why),
            Location{{}, 0, 0, 0, node.name()});
    }

    static const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const std::string& name)
    {
        const auto it = std::find_if(node.attribute().begin(), node.attribute().end(),
            [&](const onnx::AttributeProto& a) { return a.name() == name; });
        return it == node.attribute().end() ? nullptr : &*it;
    }

    static void drop(onnx::NodeProto& node, const std::string& name)
    {
        auto* attributes = node.mutable_attribute();
        for (int i = 0; i < attributes->size(); ++i)
            if (attributes->Get(i).name() == name) {
                attributes->DeleteSubrange(i, 1);
                return;
            }
    }

    static void putInput(onnx::NodeProto& node, int index, const std::string& name)
    {
        while (node.input_size() <= index)
            node.add_input();
        node.set_input(index, name);
    }

    template <typename T>
    std::string constant(const onnx::NodeProto& node, const std::string& what, onnx::TensorProto_DataType type,
        const std::vector<T>& values, bool scalar)
    {
        onnx::TensorProto* tensor = m_graph->add_initializer();
        tensor->set_name(fmt::format("octet_{}_{}_{}", node.op_type(), what, m_count++));
        tensor->set_data_type(type);
        if (!scalar)
            tensor->add_dims(static_cast<std::int64_t>(values.size()));
        tensor->set_raw_data(values.data(), values.size() * sizeof(T));
        return tensor->name();
    }

    /// An integer list attribute becomes an input.
    void intsToInput(onnx::NodeProto& node, const std::string& name, int index)
    {
        const onnx::AttributeProto* found = attribute(node, name);
        if (!found)
            return;
        const std::vector<std::int64_t> values(found->ints().begin(), found->ints().end());
        putInput(node, index, constant(node, name, onnx::TensorProto::INT64, values, false));
        drop(node, name);
    }

    void floatToInput(onnx::NodeProto& node, const std::string& name, int index)
    {
        if (const onnx::AttributeProto* found = attribute(node, name)) {
            putInput(node, index, constant(node, name, onnx::TensorProto::FLOAT, std::vector<float>{found->f()}, true));
            drop(node, name);
        }
    }

    /// Before 13 Softmax flattened all dimensions from `axis` on; that is today's meaning for the last axis only.
    void softmax(onnx::NodeProto& node)
    {
        const onnx::AttributeProto* found = attribute(node, "axis");
        const std::int64_t axis = found ? found->i() : 1;
        if (axis != -1) {
            const graph::ValueInfo* info = m_model.valueInfo(node.input(0));
            if (!info && node.output_size() > 0)
                info = m_model.valueInfo(node.output(0));
            if (!info || !info->hasShape)
                refuse(node, "has an axis that may not be the last one, and no declared shape");
            const auto rank = static_cast<std::int64_t>(info->shape.size());
            if (axis != rank - 1)
                refuse(node, "works on several axes at once");
        }
        drop(node, "axis");
        onnx::AttributeProto* last = node.add_attribute();
        last->set_name("axis");
        last->set_type(onnx::AttributeProto::INT);
        last->set_i(-1);
    }

    void pad(onnx::NodeProto& node)
    {
        intsToInput(node, "pads", 1);
        floatToInput(node, "value", 2);
    }

    void slice(onnx::NodeProto& node)
    {
        intsToInput(node, "starts", 1);
        intsToInput(node, "ends", 2);
        intsToInput(node, "axes", 3);
    }

    void topK(onnx::NodeProto& node)
    {
        if (const onnx::AttributeProto* k = attribute(node, "k")) {
            putInput(node, 1, constant(node, "k", onnx::TensorProto::INT64, std::vector<std::int64_t>{k->i()}, false));
            drop(node, "k");
        }
    }

    void rewrite(onnx::NodeProto& node)
    {
        const std::string& type = node.op_type();
        if (type == "Squeeze" || type == "Unsqueeze" || type == "ReduceSum")
            intsToInput(node, "axes", 1);
        else if (type == "Split")
            intsToInput(node, "split", 1);
        else if (type == "Softmax" || type == "LogSoftmax" || type == "Hardmax")
            softmax(node);
        else if (type == "Dropout" && m_from < 12)
            drop(node, "ratio");
        else if (type == "Clip" && m_from < 11)
            floatToInput(node, "min", 1), floatToInput(node, "max", 2);
        else if (type == "Pad" && m_from < 11)
            pad(node);
        else if (type == "Slice" && m_from < 10)
            slice(node);
        else if (type == "TopK" && m_from < 10)
            topK(node);
        else if (type == "Scatter")
            node.set_op_type("ScatterElements");
        else if (type == "BatchNormalization" && m_from < 9)
            batchNormalization(node);
        else if (type == "Upsample" || (type == "Resize" && m_from < 11) || (type == "Scan" && m_from < 9))
            refuse(node, "has no equal there");
    }

    void batchNormalization(onnx::NodeProto& node)
    {
        const onnx::AttributeProto* spatial = attribute(node, "spatial");
        if (spatial && spatial->i() == 0)
            refuse(node, "is not spatial");
        drop(node, "spatial");
    }

    std::int64_t m_from;
    const graph::Model& m_model;
    onnx::GraphProto* m_graph = nullptr;
    int m_count = 0;
};

} // namespace

void raiseOpset(onnx::ModelProto& proto, const graph::Model& model)
{
    onnx::OperatorSetIdProto* found = nullptr;
    for (onnx::OperatorSetIdProto& opset : *proto.mutable_opset_import())
        if (isDefaultDomain(opset.domain()))
            found = &opset;
    if (!found) {
        proto.add_opset_import()->set_version(qdqOpset);
        return;
    }
    if (found->version() >= qdqOpset)
        return;
    if (found->version() < 7)
        throw Error(ErrorKind::Unsupported,
            fmt::format("{} uses opset {}; the QDQ export can raise opsets from 7 on, so export the model again.",
                model.path(), found->version()));
    Raiser(found->version(), model).graph(*proto.mutable_graph());
    found->set_version(qdqOpset);
}

} // namespace octet::exchange
