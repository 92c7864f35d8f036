// SPDX-License-Identifier: GPL-3.0-or-later
// An ONNX model as read: immutable, weights mapped from the file and never changed.
#pragma once

#include "core/values/tensor.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace octet::graph {

/// Writes all bytes of a constant.
using Fill = std::function<void(std::span<std::byte>)>;

/// Bytes from which on a weight stays in the file, or is made when it is wanted.
constexpr std::size_t largeWeight = std::size_t(64) << 10;

/// A constant, C order, little endian, in the mapped file or in the Model. Large ones of floats and bytes are read through
/// weight_values.h, for they may lie at any byte of the file, or nowhere.
struct Weight
{
    std::string name;
    DType type = DType::Undefined;
    Shape shape;
    std::span<const std::byte> data; // empty where it is made
    /// Of a large constant that stands for others of the file: makes its byteCount() bytes whenever they are wanted.
    std::shared_ptr<const Fill> make;
    std::size_t byteCount() const
    {
        return make ? static_cast<std::size_t>(elementCount(shape)) * elementSize(type) : data.size();
    }
    /// Of a float weight that was restored from s8: the scales (1, or one a channel) that give its integers back.
    std::vector<float> quantizationScales;
    template <typename T>
    std::span<const T> as() const
    {
        return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
    }
};

using Attribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
    std::vector<std::string>, Weight>;

/// A dimension is a number, or (value -1) a name such as "batch", or unknown (-1 and no name).
struct Dim
{
    std::int64_t value = -1;
    std::string name;
    bool operator==(const Dim&) const = default;
};

/// Type and shape of a value as the file declares it (graph inputs, outputs, value_info).
struct ValueInfo
{
    std::string name;
    DType type = DType::Undefined;
    std::vector<Dim> shape;
    bool hasShape = false;
};

struct Node
{
    int index = 0; // position in Model::nodes(), a topological order
    std::string name; // unique; nameless or duplicate names get "OpType_<index>"
    std::string opType;
    std::string domain; // "" for ai.onnx
    std::vector<std::string> inputs; // "" = omitted optional input
    std::vector<std::string> outputs;
    std::map<std::string, Attribute> attributes;
    /// Attributes that were not read: subgraphs (If, Loop, Scan), sparse tensors. The engine refuses such a node.
    std::vector<std::string> droppedAttributes;
    bool expanded = false; // a part of a fused operator of the file, see expand.h

    std::int64_t intAttribute(const std::string& key, std::int64_t fallback) const;
    float floatAttribute(const std::string& key, float fallback) const;
    std::string stringAttribute(const std::string& key, const std::string& fallback) const;
    std::optional<std::vector<std::int64_t>> intsAttribute(const std::string& key) const;
};

class Model
{
public:
    struct Parts; // filled by the loader
    explicit Model(std::unique_ptr<Parts> parts);
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const std::string& path() const;
    /// sha256 of the .onnx file; computed at the first call (a 61 MB file takes a fraction of a second), thread safe.
    const std::string& hash() const;
    std::int64_t irVersion() const;
    std::int64_t opset(const std::string& domain = "") const; // 0 = not imported
    const std::map<std::string, std::int64_t>& opsets() const;
    const std::string& producer() const;

    const std::vector<Node>& nodes() const;
    const std::vector<ValueInfo>& inputs() const; // without initializers
    const std::vector<ValueInfo>& outputs() const;
    const ValueInfo* valueInfo(const std::string& value) const; // inputs, outputs, value_info; null = undeclared
    /// The constant behind a value: an initializer or the output of a Constant node; null = computed.
    const Weight* weight(const std::string& value) const;
    std::vector<const Weight*> initializers() const; // in file order
    std::vector<const Weight*> allWeights() const; // initializers, then Constant nodes'
    long long weightBytes() const;
    const Node* producer(const std::string& value) const; // null = graph input, initializer, unknown
    const std::vector<int>& consumers(const std::string& value) const; // node indices, in order
    const Node* node(const std::string& name) const;

private:
    std::unique_ptr<Parts> m_parts;
};

/// Reads a model. `path` is an .onnx file or a Hugging Face style folder (model.onnx or onnx/model.onnx inside).
/// The file is hostile until proven otherwise: throws Error(File | Format | Unsupported) with one sentence.
std::shared_ptr<const Model> load(const std::string& path);

/// The .onnx file that `path` (file or folder) stands for; all candidates of a folder, best first, in modelFiles.
std::string modelFile(const std::string& path);
std::vector<std::string> modelFiles(const std::string& folder);

/// "test fixture: outliers put in by hand" for a file whose name ends with "outlier" beside the outlier_patch.json that
/// made it; empty for any other. Whoever shows a result of it shows this too.
std::string fixtureNote(const std::string& modelFile);

} // namespace octet::graph
