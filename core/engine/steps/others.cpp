// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/steps/rows.h"

namespace octet::engine {

namespace {

ByteOperand operandOf(const Frame& frame, const AttentionStep::Bytes& o, std::int64_t b, std::int64_t h)
{
    const std::int64_t start = o.offset + b * o.batch + h * o.head;
    ByteOperand operand;
    operand.values = frame.in<std::uint8_t>(o.rows.values) + start;
    operand.row = o.row;
    if (o.rows.form.dynamic) {
        operand.scales = frame.in<float>(o.rows.scales) + start / o.rowColumns;
        operand.zeroPoint = 128;
    } else {
        operand.scale = o.rows.form.affine.scale;
        operand.zeroPoint = o.rows.form.affine.zeroPoint;
    }
    return operand;
}

} // namespace

void AttentionStep::runBytes(const Frame& frame) const
{
    const bool bytesAlone = sink.oneStaticForm(), floats = !bytesAlone || sink.wanted;
    ByteOutput bytes;
    if (bytesAlone) {
        const QuantizedRows& to = sink.quantized.front();
        bytes = {frame.out<std::uint8_t>(to.values), to.layout, 1.0f / to.form.affine.scale, to.form.affine.zeroPoint,
            to.form.columnFactors()};
    }
    inParallel(frame.threads, batch * heads, [&](std::int64_t begin, std::int64_t end, int thread) {
        for (std::int64_t at = begin; at < end; ++at) {
            const std::int64_t b = at / heads, h = at % heads;
            ByteAttentionTask task;
            task.q = operandOf(frame, integers->q, b, h);
            task.k = operandOf(frame, integers->k, b, h);
            task.v = operandOf(frame, integers->v, b, h);
            if (!mask.place.none()) {
                task.mask = frame.in<float>(mask.place) + b * mask.strides[0] + h * mask.strides[1];
                task.maskRow = mask.strides[2], task.maskColumn = mask.strides[3];
            }
            if (!integers->outFactors.empty())
                task.outFactors = integers->outFactors.data() + h * width;
            if (floats)
                task.out = frame.out<float>(out.place) + b * out.strides[0] + h * out.strides[1];
            task.outRow = out.strides[2], task.outColumn = out.strides[3];
            task.bytes = bytes, task.bytesRow = b * queries, task.bytesColumn = h * width;
            task.queries = queries, task.keys = keys, task.depth = depth, task.width = width;
            task.scale = scale;
            task.scratch = frame.out<std::byte>(scratch) + thread * scratchFloats * static_cast<std::int64_t>(sizeof(float));
            frame.kernels->attentionBytes(task);
        }
    });
    if (bytesAlone || sink.quantized.empty())
        return;
    inParallel(frame.threads, sink.rows.rows, [&](std::int64_t begin, std::int64_t end, int) {
        for (std::int64_t at = begin; at < end; ++at)
            finishRow(frame, sink, frame.out<float>(out.place) + at * sink.rows.stride, at);
    });
}

void AttentionStep::run(const Frame& frame, StepState*) const
{
    if (integers)
        return runBytes(frame);
    const auto attend = halves ? frame.kernels->attentionHalves : frame.kernels->attention;
    inParallel(frame.threads, batch * heads, [&](std::int64_t begin, std::int64_t end, int thread) {
        for (std::int64_t at = begin; at < end; ++at) {
            const std::int64_t b = at / heads, h = at % heads;
            const auto start = [&](const Operand& o) { return b * o.strides[0] + h * o.strides[1]; };
            AttentionTask task;
            task.q = frame.in<float>(q.place) + start(q);
            task.qRow = q.strides[2], task.qColumn = q.strides[3];
            task.kt = frame.in<float>(kt.place) + start(kt);
            task.ktRow = kt.strides[2], task.ktColumn = kt.strides[3];
            task.v = frame.in<float>(v.place) + start(v);
            task.vRow = v.strides[2], task.vColumn = v.strides[3];
            if (!mask.place.none()) {
                task.mask = frame.in<float>(mask.place) + start(mask);
                task.maskRow = mask.strides[2], task.maskColumn = mask.strides[3];
            }
            task.out = frame.out<float>(out.place) + start(out);
            task.outRow = out.strides[2], task.outColumn = out.strides[3];
            task.queries = queries, task.keys = keys, task.depth = depth, task.width = width;
            task.scale = scale;
            task.scratch = frame.out<float>(scratch) + thread * scratchFloats;
            attend(task);
        }
    });
}

namespace {

/// Pointer lists that run() fills, so that it allocates nothing.
class GeneralState final : public StepState
{
public:
    std::vector<const std::byte*> in;
    std::vector<std::byte*> out;
};

} // namespace

std::unique_ptr<StepState> GeneralStep::makeState() const
{
    auto state = std::make_unique<GeneralState>();
    state->in.resize(inputs.size());
    state->out.resize(outputs.size());
    return state;
}

void GeneralStep::run(const Frame& frame, StepState* state) const
{
    auto& lists = *static_cast<GeneralState*>(state);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        lists.in[i] = frame.in<std::byte>(inputs[i]);
    for (std::size_t i = 0; i < outputs.size(); ++i)
        lists.out[i] = outputs[i].none() ? nullptr : frame.out<std::byte>(outputs[i]);
    kernel->run(lists.in.data(), lists.out.data());
}

namespace {

template <typename T>
void copyStrided(const std::byte* from, std::byte* to, const StridedLoop<2>& loop)
{
    loop.run([&](const auto& offset, std::int64_t count, const auto& step) {
        const T* source = as<T>(from) + offset[0];
        T* target = as<T>(to) + offset[1];
        for (std::int64_t i = 0; i < count; ++i)
            target[i * step[1]] = source[i * step[0]];
    });
}

} // namespace

CopyStep::CopyStep(const Shape& shape, const Shape& strides, std::size_t elementBytes)
    : m_loop(shape, {strides, denseStrides(shape)})
    , m_elementBytes(elementBytes)
    , m_bytes(static_cast<double>(elementCount(shape)) * static_cast<double>(elementBytes))
{
}

void CopyStep::run(const Frame& frame, StepState*) const
{
    const std::byte* source = frame.in<std::byte>(from);
    std::byte* target = frame.out<std::byte>(to);
    switch (m_elementBytes) {
    case 1: copyStrided<std::uint8_t>(source, target, m_loop); break;
    case 2: copyStrided<std::uint16_t>(source, target, m_loop); break;
    case 4: copyStrided<std::uint32_t>(source, target, m_loop); break;
    default: copyStrided<std::uint64_t>(source, target, m_loop);
    }
}

} // namespace octet::engine
