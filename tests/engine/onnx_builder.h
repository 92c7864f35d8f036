// SPDX-License-Identifier: GPL-3.0-or-later
// Small ONNX files for tests, written with onnx's own protobuf classes.
#pragma once

#include "core/graph/model.h"

#include <onnx/onnx_pb.h>

#include <QTemporaryDir>

#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

namespace octet::test {

class OnnxBuilder
{
public:
    explicit OnnxBuilder(int opset = 17)
    {
        m_model.set_ir_version(8);
        auto* import = m_model.add_opset_import();
        import->set_domain("");
        import->set_version(opset);
        m_model.mutable_graph()->set_name("test");
    }
    onnx::ModelProto& proto() { return m_model; }

    void input(const std::string& name, std::vector<std::int64_t> dims, int type = 1)
    {
        declare(m_model.mutable_graph()->add_input(), name, dims, type);
    }
    void output(const std::string& name, std::vector<std::int64_t> dims = {}, int type = 1)
    {
        declare(m_model.mutable_graph()->add_output(), name, dims, type);
    }
    void weight(const std::string& name, std::vector<std::int64_t> dims, const std::vector<float>& values)
    {
        raw(name, dims, 1, values.data(), values.size() * sizeof(float));
    }
    void ints(const std::string& name, std::vector<std::int64_t> dims, const std::vector<std::int64_t>& values)
    {
        raw(name, dims, 7, values.data(), values.size() * sizeof(std::int64_t));
    }
    onnx::NodeProto& node(const std::string& type, const std::string& name, std::initializer_list<std::string> inputs,
                          std::initializer_list<std::string> outputs)
    {
        auto* node = m_model.mutable_graph()->add_node();
        node->set_op_type(type);
        node->set_name(name);
        for (const auto& i : inputs)
            node->add_input(i);
        for (const auto& o : outputs)
            node->add_output(o);
        return *node;
    }
    static void attribute(onnx::NodeProto& node, const std::string& name, std::int64_t value)
    {
        auto* a = node.add_attribute();
        a->set_name(name);
        a->set_type(onnx::AttributeProto::INT);
        a->set_i(value);
    }
    static void attribute(onnx::NodeProto& node, const std::string& name, float value)
    {
        auto* a = node.add_attribute();
        a->set_name(name);
        a->set_type(onnx::AttributeProto::FLOAT);
        a->set_f(value);
    }
    static void attribute(onnx::NodeProto& node, const std::string& name, const std::string& value)
    {
        auto* a = node.add_attribute();
        a->set_name(name);
        a->set_type(onnx::AttributeProto::STRING);
        a->set_s(value);
    }
    static void attribute(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values)
    {
        auto* a = node.add_attribute();
        a->set_name(name);
        a->set_type(onnx::AttributeProto::INTS);
        for (const auto v : values)
            a->add_ints(v);
    }

    std::shared_ptr<const graph::Model> load()
    {
        const std::string path = m_folder.filePath(QStringLiteral("model.onnx")).toStdString();
        std::ofstream file(path, std::ios::binary);
        m_model.SerializeToOstream(&file);
        file.close();
        return graph::load(path);
    }

private:
    static void declare(onnx::ValueInfoProto* info, const std::string& name, const std::vector<std::int64_t>& dims, int type)
    {
        info->set_name(name);
        auto* tensor = info->mutable_type()->mutable_tensor_type();
        tensor->set_elem_type(type);
        if (dims.empty())
            return;
        for (const auto d : dims) {
            auto* dim = tensor->mutable_shape()->add_dim();
            if (d >= 0)
                dim->set_dim_value(d);
            else
                dim->set_dim_param("batch");
        }
    }
    void raw(const std::string& name, const std::vector<std::int64_t>& dims, int type, const void* data, std::size_t bytes)
    {
        auto* t = m_model.mutable_graph()->add_initializer();
        t->set_name(name);
        t->set_data_type(type);
        for (const auto d : dims)
            t->add_dims(d);
        t->set_raw_data(data, bytes);
    }

    onnx::ModelProto m_model;
    QTemporaryDir m_folder;
};

} // namespace octet::test
