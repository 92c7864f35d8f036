// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/lowering.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::engine {

namespace {

Shape fourStrides(const Shape& strides)
{
    if (strides.size() == 4)
        return strides;
    return {strides[0], 0, strides[1], strides[2]};
}

} // namespace

void Lowering::lowerAttention(const IrNode& node)
{
    if (const ValueId mask = node.inputs[3]; mask >= 0) // kernels read a row of it, or one number for a row
        if (const Shape& shape = m_ir.value(mask).shape; !shape.empty() && shape.back() > 1 && placed(mask).strides.back() > 1)
            dense(mask);
    std::string reason;
    auto step = std::make_unique<AttentionStep>();
    const Precision marked = attentionPrecision(node, reason);
    if (marked == Precision::Int8)
        step->integers = attentionBytes(node, reason);
    step->halves = marked == Precision::Bf16;
    const Shape& q = m_ir.value(node.inputs[0]).shape;
    const Shape& kt = m_ir.value(node.inputs[1]).shape;
    const Shape& v = m_ir.value(node.inputs[2]).shape;
    const auto operand = [&](ValueId id) {
        return AttentionStep::Operand{reading(placed(id).place), fourStrides(placed(id).strides)};
    };
    if (!step->integers) {
        step->q = operand(node.inputs[0]);
        step->kt = operand(node.inputs[1]);
        step->v = operand(node.inputs[2]);
    }
    step->batch = q[0];
    step->heads = q.size() == 4 ? q[1] : 1;
    step->queries = q[q.size() - 2];
    step->depth = q.back();
    step->keys = kt.back();
    step->width = v.back();
    step->scale = node.attention.scale;
    if (node.inputs[3] >= 0) {
        Shape scores = q;
        scores.back() = step->keys;
        const Placed& mask = placed(node.inputs[3]);
        step->mask = {
            reading(mask.place), fourStrides(broadcastStrides(m_ir.value(node.inputs[3]).shape, mask.strides, scores))};
    }
    Placed& out = placeNew(node.outputs[0]);
    out.strides = stridesForReader(node.outputs[0]);
    step->out = {out.place, fourStrides(out.strides)};
    const std::int64_t columns = step->heads * step->width;
    const bool tokens = step->out.strides == Shape{step->queries * columns, step->width, columns, 1};
    if (step->integers && tokens && step->width % 16 == 0) { // whole vectors: ByteAttentionTask
        step->sink.rows = {out.place, step->batch * step->queries, columns, columns};
        step->sink.inPlace = true;
    }
    const Precision executed = step->integers ? Precision::Int8 : step->halves ? Precision::Bf16 : Precision::Fp32;
    step->scratchFloats = step->integers ? byteAttentionScratch(step->keys, step->depth, step->width) / 4
        : step->halves                   ? halfAttentionScratch(step->keys, step->depth, step->width)
                                         : attentionScratch(step->keys, step->depth, step->width);
    step->scratchFloats = (step->scratchFloats + 15) / 16 * 16;
    step->scratch = scratch(threadFloats(step->scratchFloats));
    const Kernels& kernels = *m_program.kernels;
    const char* isa = step->integers ? kernels.bytesName : step->halves ? kernels.halvesName : kernels.name;
    AttentionStep& added = addStep(std::move(step), "attention", &node, node.source->name,
        fmt::format("{} scores, softmax, context ({})", toString(executed), isa));
    added.group.asked = settingsOf(node).precision;
    added.group.executed = executed;
    added.group.reason = reason;
    registerSink(added.sink);
}

Precision Lowering::attentionPrecision(const IrNode& node, std::string& reason) const
{
    const std::string &scores = node.source->name, &context = node.attention.context->name;
    const Precision first = settingsOf(scores).precision, second = settingsOf(context).precision;
    if (first != second) {
        // Named: the product that is not in the precision that the other was marked with.
        const Precision marked = first != Precision::Fp32 ? first : second;
        reason = fmt::format("both products of an attention must be {}, and \"{}\" is not", toString(marked),
            marked == first ? context : scores);
        return Precision::Fp32;
    }
    if (first == Precision::Bf16 && !m_program.kernels->attentionHalves) {
        reason = noBf16;
        return Precision::Fp32;
    }
    return first;
}

std::optional<AttentionStep::Integers> Lowering::attentionBytes(const IrNode& node, std::string& reason)
{
    const OpSettings& scores = settingsOf(node.source->name);
    const OpSettings& context = settingsOf(node.attention.context->name);
    if (!(node.attention.queryScale > 0)) {
        reason = "Q is scaled by a number that is not positive";
        return std::nullopt;
    }
    const auto bytes = [&](std::size_t input, const std::string& value, const OpSettings& settings) {
        return byteOperand(node.inputs[input], input == 1, value, settings, node.source->name);
    };
    const auto q = bytes(0, node.source->inputs[0], scores), k = bytes(1, node.source->inputs[1], scores),
               v = bytes(2, node.attention.context->inputs[1], context);
    if (!q || !k || !v) {
        reason = fmt::format("\"{}\" does not come straight from a product",
            m_ir.value(node.inputs[!q ? 0
                               : !k   ? 1
                                      : 2])
                .name);
        return std::nullopt;
    }
    // Only now that nothing is missing: who reads bytes makes the product write them.
    const Shape& query = m_ir.value(node.inputs[0]).shape;
    const std::int64_t heads = query.size() == 4 ? query[1] : 1;
    const std::int64_t width = m_ir.value(node.inputs[2]).shape.back();
    const auto made = [&](const ByteView& view, const OpSettings& settings, float factor, std::int64_t columns) {
        AttentionStep::Bytes result = view.bytes;
        QuantizedForm form = attentionForm(view.value, settings, node.source->name);
        form.affine.scale /= factor;
        moveFactors(form, view, heads, columns);
        const std::int64_t begin = view.bytes.offset % view.whole.columns;
        const std::int64_t end = begin + (heads - 1) * view.bytes.head + columns;
        const bool part = view.rowsAreTokens && end <= view.whole.columns;
        result.rows = quantized(view.whole, form, view.value, ByteLayout::rowByRow(view.whole.columns),
            part ? Columns{begin, end} : Columns{0, view.whole.columns});
        return result;
    };
    AttentionStep::Integers integers{made(*q, scores, node.attention.queryScale, query.back()),
        made(*k, scores, 1, query.back()), made(*v, context, 1, width), {}};
    if (integers.v.rows.form.factors)
        integers.outFactors = rangeOf(v->value, context, node.source->name)->smoothing;
    return integers;
}

void Lowering::moveFactors(
    QuantizedForm& form, const ByteView& view, std::int64_t heads, std::int64_t columns) const
{
    if (!form.factors)
        return;
    if (form.factors->size() != static_cast<std::size_t>(heads * columns))
        throw Error(ErrorKind::Setting,
            fmt::format("\"{}\" has {} channels, but its smoothing has {} factors; calibrate again.", view.value,
                heads * columns, form.factors->size()));
    const std::int64_t all = view.whole.columns;
    std::vector<float> moved(static_cast<std::size_t>(all), 1);
    for (std::int64_t h = 0; h < heads; ++h)
        for (std::int64_t c = 0; c < columns; ++c)
            moved[static_cast<std::size_t>((view.bytes.offset + h * view.bytes.head + c) % all)] =
                (*form.factors)[static_cast<std::size_t>(h * columns + c)];
    form.factors = std::make_shared<const std::vector<float>>(std::move(moved));
}

std::optional<Lowering::ByteView> Lowering::byteOperand(
    ValueId id, bool transposed, const std::string& value, const OpSettings& settings, const std::string& node)
{
    const Placed& p = placed(id);
    Shape strides = fourStrides(p.strides);
    if (transposed)
        std::swap(strides[2], strides[3]);
    const auto sink = m_sinks.find(p.place.buffer);
    if (sink == m_sinks.end() || strides[3] != 1 || sink->second->rows.stride != sink->second->rows.columns)
        return std::nullopt;
    ByteView view;
    view.whole = sink->second->rows;
    view.value = value;
    view.bytes.rowColumns = view.whole.columns;
    view.bytes.offset = p.place.offset / static_cast<std::int64_t>(sizeof(float));
    view.bytes.batch = strides[0], view.bytes.head = strides[1], view.bytes.row = strides[2];
    view.rowsAreTokens =
        strides[2] == view.whole.columns && strides[0] % view.whole.columns == 0 && strides[1] < view.whole.columns;
    const Range* range = rangeOf(value, settings, node);
    if ((settings.approach == Approach::Dynamic || (range && !range->smoothing.empty())) && !view.rowsAreTokens)
        return std::nullopt;
    return view;
}

QuantizedForm Lowering::attentionForm(
    const std::string& value, const OpSettings& settings, const std::string& node) const
{
    QuantizedForm form = formOf(value, settings, node);
    if (form.dynamic)
        form.scheme = Scheme::Sym;
    return form;
}

Shape Lowering::stridesForReader(ValueId id) const
{
    const Shape& shape = m_ir.value(id).shape;
    const int reader = m_uses.onlyReader(m_ir, id);
    if (reader >= 0) {
        const IrNode& next = m_ir.nodes[static_cast<std::size_t>(reader)];
        if (next.kind == IrKind::General && next.source->opType == "Transpose") {
            if (const auto perm = next.source->intsAttribute("perm"); perm && perm->size() == shape.size()) {
                const Shape order = denseStrides(m_ir.value(next.outputs[0]).shape);
                Shape strides(shape.size());
                for (std::size_t i = 0; i < shape.size(); ++i)
                    strides[static_cast<std::size_t>((*perm)[i])] = order[i];
                return strides;
            }
        }
    }
    return denseStrides(shape);
}

} // namespace octet::engine
