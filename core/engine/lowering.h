// SPDX-License-Identifier: GPL-3.0-or-later
// The object behind lower(): one member function an IrKind. Bodies: lower.cpp, lower_attention.cpp, lower_product.cpp.
#pragma once

#include "core/engine/places.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace octet::engine {

constexpr const char* noBf16 = "bf16 needs AVX512-BF16, which this CPU or the ISA cap does not have";

class Lowering : private Places
{
public:
    Lowering(Program::Impl& program, const Settings& settings, const Ranges& ranges, const CompileOptions& options,
        WeightStore& store);
    void run();

private:
    /// A sum that only a norm reads goes to where its residual was, when nobody reads that any more: half the memory.
    void reuseResiduals();
    void placeInputs();
    void bindResults();

    void lowerNode(const IrNode& node);
    void lowerGeneral(const IrNode& node);
    bool lowerView(const IrNode& node, const OpDef& def, OpContext& context);
    void lowerSelect(const IrNode& node);
    /// Says of a group that it computes in fp32 where one of its nodes is marked otherwise.
    void refuseMarks(GroupProfile& group, const char* reason) const;
    void lowerRows(const IrNode& node, const char* kind, const char* kernel);
    void lowerEmbedding(const IrNode& node);
    void lowerAttention(const IrNode& node);
    void lowerProduct(const IrNode& node);

    NormPlaces normPlaces(const NormDetails& norm);
    RowSink newSink(ValueId id, std::int64_t rows, std::int64_t columns);
    void registerSink(RowSink& sink);
    std::size_t threadFloats(std::int64_t floats) const;
    std::string kernelName(const std::string& what) const;

    // attention
    struct ByteView
    {
        Rows whole;
        AttentionStep::Bytes bytes;
        std::string value;
        bool rowsAreTokens = false; // a row holds one token of all heads
    };
    /// What both products are marked with and this CPU can; else fp32 and the reason.
    Precision attentionPrecision(const IrNode& node, std::string& reason) const;
    /// The operands in int8 where the bytes come straight from products; else the reason.
    std::optional<AttentionStep::Integers> attentionBytes(const IrNode& node, std::string& reason);
    std::optional<ByteView> byteOperand(
        ValueId id, bool transposed, const std::string& value, const OpSettings& settings, const std::string& node);
    /// Tokens with a scale of their own are symmetric: the kernel counts on one zero point for all keys.
    QuantizedForm attentionForm(const std::string& value, const OpSettings& settings, const std::string& node) const;
    /// Factors [heads * columns] of an operand, moved to the columns of the rows that it lies in.
    void moveFactors(QuantizedForm& form, const ByteView& view, std::int64_t heads, std::int64_t columns) const;
    /// When a transposition alone reads the value, lie in memory as that wants it: it then costs nothing.
    Shape stridesForReader(ValueId id) const;

    // products
    const OpSettings& settingsOf(const IrNode& node) const { return settingsOf(node.source->name); }
    const OpSettings& settingsOf(const std::string& node) const;
    /// What calibration found for the value, where the settings need it; else null. Throws Error(Setting) without it.
    const Range* rangeOf(const std::string& value, const OpSettings& settings, const std::string& node) const;
    QuantizedForm formOf(const std::string& value, const OpSettings& settings, const std::string& node) const;
    struct Columns
    {
        std::int64_t begin = 0, end = 0;
    };
    /// The rows in int8, of which these columns are needed: made by the step that makes them where it can, else by a
    /// step of its own.
    QuantizedRows quantized(const Rows& rows, const QuantizedForm& form, const std::string& valueName,
        const ByteLayout& layout, Columns needed);
    QuantizedRows used(const QuantizedRows& rows);
    std::vector<float> corrected(ValueId bias, std::vector<float> correction);
    std::string productKernel(const ProductStep& step, const OpSettings& settings, bool saturates) const;
    /// The patches that a convolution multiplies with its weights, as rows.
    Rows patches(const IrNode& node);
    /// The product of patches leaves channels last; the ONNX value is that memory seen channels first.
    void placeConvOutput(ValueId id);

    Program::Impl& m_program;
    Ir& m_ir;
    Uses m_uses;
    const Settings& m_settings;
    const Ranges& m_ranges;
    const CompileOptions& m_options;
    WeightStore& m_store;
    std::map<int, RowSink*> m_sinks; // by fp32 buffer: who can also write it in int8
    std::map<int, int> m_sinkStep;
    ProductStep* m_firstOwn = nullptr; // products of our own kernel, chained for prefetching across their borders
    ProductStep* m_lastOwn = nullptr;
    std::map<std::array<std::int64_t, 5>, std::vector<QuantizedRows>> m_copies;
};

} // namespace octet::engine
