// SPDX-License-Identifier: GPL-3.0-or-later
// The general operators: every ONNX operator that is not part of a fused group runs (and folds) through these.
#pragma once

#include "core/graph/model.h"
#include "core/values/tensor.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace octet::engine {

/// One input as an operator sees it while it is compiled.
struct OpInput
{
    bool present = false; // false: omitted optional input
    DType type = DType::Undefined;
    Shape shape;
    Shape strides; // elements; dense unless the operator takes strides
    const std::byte* constant = nullptr; // dense data, when the value is known at compile time
};

struct OpOutput
{
    DType type = DType::Undefined;
    Shape shape;
};

struct OpContext
{
    const graph::Node* node = nullptr;
    std::int64_t opset = 0; // of the node's domain
    std::vector<OpInput> inputs;
    std::vector<OpOutput> outputs; // filled by infer; wanted count = node->outputs.size()

    const OpInput& in(std::size_t index) const; // throws Error(Format) when missing
    bool has(std::size_t index) const { return index < inputs.size() && inputs[index].present; }
    /// A constant integer list (axes, shapes, starts): from an input. Throws Error(Unsupported) when it is computed.
    std::vector<std::int64_t> constantInts(std::size_t index, const char* what) const;
    [[noreturn]] void refuse(const std::string& reason) const; // Error(Unsupported) with node and type
    [[noreturn]] void malformed(const std::string& reason) const; // Error(Format) with node and type
};

[[noreturn]] void throwMalformed(const graph::Node& node, const std::string& reason); // Error(Format)

/// Everything fixed at compile time; run() allocates nothing. Inputs that were omitted are null.
class OpKernel
{
public:
    virtual ~OpKernel() = default;
    virtual void run(const std::byte* const* in, std::byte* const* out) const = 0;
};

/// Where an output of a view operator lies in its input's memory.
struct OpView
{
    Shape shape;
    std::int64_t offset = 0; // elements
    Shape strides; // elements
};

struct OpDef
{
    /// Types and shapes of the outputs.
    std::function<std::vector<OpOutput>(const OpContext&)> infer;
    /// Null for pure views.
    std::function<std::unique_ptr<OpKernel>(const OpContext&)> make;
    /// Views of input 0; nullopt = not as a view of these strides (of a dense input it always is).
    std::function<std::optional<std::vector<OpView>>(const OpContext&)> view;
    bool takesStrides = false; // make() honours the inputs' strides
};

/// Null when Octet does not have the operator.
const OpDef* findOp(const std::string& domain, const std::string& opType);

/// Adds definitions; called once by findOp's table. One function a file of operators.
using OpTable = std::map<std::string, OpDef>;
void addElementwiseOps(OpTable& table);
void addViewOps(OpTable& table);
void addMovementOps(OpTable& table);
void addReductionOps(OpTable& table);
void addNeuralOps(OpTable& table);
void addQuantizationOps(OpTable& table);
void addActivationOps(OpTable& table);
void addIndexingOps(OpTable& table);
void addAlongAxisOps(OpTable& table);
void addArrangingOps(OpTable& table);
void addPoolingOps(OpTable& table);
void addNormalizationOps(OpTable& table);
void addSelectionOps(OpTable& table);
void addVariadicOps(OpTable& table);
void addResizeOps(OpTable& table);
void addEinsumOps(OpTable& table);
void addConvolutionOps(OpTable& table);
void addContribOps(OpTable& table);

// Helpers shared by the operator files.
Shape denseStrides(const Shape& shape);
bool isDense(const Shape& shape, const Shape& strides);
std::int64_t normalizedAxis(const OpContext& context, std::int64_t axis, std::size_t rank);
/// Products of the dimensions before, along and behind an axis: outer x dim x inner elements, row-major.
struct Along
{
    std::int64_t outer = 1, dim = 1, inner = 1;
};
Along along(const Shape& shape, std::int64_t axis);
/// What Softmax, LogSoftmax and Hardmax of input 0 work along: before opset 13 everything from the axis on is one.
Along distributions(const OpContext& context);
Shape broadcastShapes(const OpContext& context, const Shape& a, const Shape& b);
/// Strides of an operand seen in the broadcast shape (0 along broadcast dimensions).
Shape broadcastStrides(const Shape& shape, const Shape& strides, const Shape& to);

/// A kernel from a callable.
template <typename F>
std::unique_ptr<OpKernel> kernelOf(F function)
{
    class Lambda final : public OpKernel
    {
    public:
        explicit Lambda(F f)
            : m_f(std::move(f))
        {
        }
        void run(const std::byte* const* in, std::byte* const* out) const override { m_f(in, out); }

    private:
        F m_f;
    };
    return std::make_unique<Lambda>(std::move(function));
}

template <typename T>
const T* as(const std::byte* data)
{
    return reinterpret_cast<const T*>(data);
}
template <typename T>
T* as(std::byte* data)
{
    return reinterpret_cast<T*>(data);
}

/// Calls f(T{}) with the C++ type of a numeric DType; refuses the others.
template <typename F>
auto dispatchType(const OpContext& context, DType type, F&& f)
{
    switch (type) {
    case DType::F32: return f(float {});
    case DType::F64: return f(double {});
    case DType::I64: return f(std::int64_t {});
    case DType::I32: return f(std::int32_t {});
    case DType::I16: return f(std::int16_t {});
    case DType::I8: return f(std::int8_t {});
    case DType::U8:
    case DType::Bool: return f(std::uint8_t {});
    case DType::U16: return f(std::uint16_t {});
    case DType::U32: return f(std::uint32_t {});
    case DType::U64: return f(std::uint64_t {});
    default: context.refuse("element type " + toString(type) + " is not supported here");
    }
}

} // namespace octet::engine
