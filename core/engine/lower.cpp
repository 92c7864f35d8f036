// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/lowering.h"

#include "core/engine/kernel_isa.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::engine {

namespace {

double bytesOf(const IrValue& value)
{
    return static_cast<double>(elementCount(value.shape)) * static_cast<double>(elementSize(value.type));
}

} // namespace

Lowering::Lowering(Program::Impl& program, const Settings& settings, const Ranges& ranges,
    const CompileOptions& options, WeightStore& store)
    : Places(program, store)
    , m_program(program)
    , m_ir(program.ir)
    , m_uses(program.ir)
    , m_settings(settings)
    , m_ranges(ranges)
    , m_options(options)
    , m_store(store)
{
}

void Lowering::run()
{
    placeInputs();
    for (const IrNode& node : m_ir.nodes) {
        if (m_options.cancelled && m_options.cancelled())
            throw Error(ErrorKind::Cancelled, "Compiling was cancelled.");
        lowerNode(node);
    }
    bindResults();
    for (const auto& [index, sink] : m_sinks) {
        Buffer& buffer = m_program.buffers[static_cast<std::size_t>(index)];
        sink->wanted = buffer.reads > 0 || (sink->inPlace && !sink->oneStaticForm());
        if (!sink->wanted)
            buffer.first = buffer.last = -1; // leaves in int8 only: needs no place
    }
    reuseResiduals();
    if (m_lastOwn)
        m_lastOwn->next = m_firstOwn->own; // the next run begins there
    for (const auto& step : m_program.steps) {
        const Work work = step->work();
        step->group.operations = work.operations;
        step->group.bytesRead = work.read;
        step->group.bytesWritten = work.written;
        step->group.isa = isaOfKernel(step->group.kernel, effectiveIsa());
        m_program.groups.push_back(step->group);
    }
}

void Lowering::reuseResiduals()
{
    for (std::size_t i = 0; i < m_program.steps.size(); ++i) {
        auto* step = dynamic_cast<ProductStep*>(m_program.steps[i].get());
        if (!step || step->product || !step->integer || !step->norm || step->sum.wanted)
            continue;
        const Rows& residual = step->residual;
        if (residual.place.buffer < 0 || residual.place.offset != 0 || residual.rows != step->rows
            || residual.columns != step->columns || residual.stride != step->columns)
            continue;
        if (m_program.buffers[static_cast<std::size_t>(residual.place.buffer)].last != static_cast<int>(i))
            continue;
        Buffer& unused = m_program.buffers[static_cast<std::size_t>(step->accumulators.buffer)];
        unused.first = unused.last = -1;
        step->accumulators = residual.place;
    }
}

void Lowering::placeInputs()
{
    for (std::size_t i = 0; i < m_ir.inputs.size(); ++i) {
        const IrValue& value = m_ir.value(m_ir.inputs[i]);
        Placed& p = placeNew(m_ir.inputs[i]);
        // Set before the first step; a caller may run again without setting it anew.
        touch(p.place, 0);
        touch(p.place, lastStepEver);
        m_program.inputs.push_back({value.name, value.type, value.shape, p.place});
        m_program.inputNames.push_back(value.name);
    }
}

void Lowering::bindResults()
{
    const auto bind = [&](ValueId id) {
        const IrValue& value = m_ir.value(id);
        const Place place = reading(dense(id));
        touch(place, lastStepEver);
        return Program::Impl::Binding{value.name, value.type, value.shape, place};
    };
    for (const ValueId id : m_ir.outputs) {
        m_program.outputs.push_back(bind(id));
        m_program.outputNames.push_back(m_ir.value(id).name);
    }
    for (const ValueId id : m_ir.kept) {
        const std::string& name = m_ir.value(id).name;
        if (std::find(m_options.taps.begin(), m_options.taps.end(), name) != m_options.taps.end())
            m_program.taps.push_back(bind(id));
    }
}

void Lowering::lowerNode(const IrNode& node)
{
    switch (node.kind) {
    case IrKind::General:
        lowerGeneral(node);
        break;
    case IrKind::Norm:
        lowerRows(node, "layernorm", "layer norm");
        break;
    case IrKind::Gelu:
        lowerRows(node, "elementwise", "gelu");
        break;
    case IrKind::Embedding:
        lowerEmbedding(node);
        break;
    case IrKind::Attention:
        lowerAttention(node);
        break;
    case IrKind::Product:
        lowerProduct(node);
        break;
    case IrKind::Select:
        lowerSelect(node);
        break;
    }
}

void Lowering::lowerGeneral(const IrNode& node)
{
    const OpDef& def = *findOp(node.source->domain, node.source->opType);
    OpContext context = contextOf(m_ir, node);
    if (def.view && lowerView(node, def, context))
        return;
    auto step = std::make_unique<GeneralStep>();
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] < 0) {
            step->inputs.push_back({});
            continue;
        }
        if (!def.takesStrides)
            dense(node.inputs[i]);
        const Placed& p = placed(node.inputs[i]);
        context.inputs[i].strides = p.strides;
        step->inputs.push_back(p.place);
    }
    for (const Place& place : step->inputs)
        reading(place);
    for (const ValueId id : node.outputs)
        step->outputs.push_back(id < 0 ? Place{} : placeNew(id).place);
    for (const ValueId id : node.inputs)
        if (id >= 0)
            step->bytesIn += bytesOf(m_ir.value(id));
    for (const ValueId id : node.outputs)
        if (id >= 0) {
            step->bytesOut += bytesOf(m_ir.value(id));
            step->elementsOut += static_cast<double>(elementCount(m_ir.value(id).shape));
        }
    // Of a table only the rows that are looked up cross memory.
    if (node.source->opType == "Gather" && node.inputs[0] >= 0)
        step->bytesIn += std::min(0.0, step->bytesOut - bytesOf(m_ir.value(node.inputs[0])));
    step->kernel = def.make(context);
    Step& added = addStep(std::move(step), "elementwise", &node, node.source->name, "general " + node.source->opType);
    refuseMarks(added.group, "runs as a general operator, which computes in fp32");
}

void Lowering::refuseMarks(GroupProfile& group, const char* reason) const
{
    for (const std::string& node : group.nodes)
        if (const Precision asked = settingsOf(node).precision; asked != Precision::Fp32) {
            group.asked = asked;
            group.reason = reason;
        }
}

bool Lowering::lowerView(const IrNode& node, const OpDef& def, OpContext& context)
{
    if (m_ir.isConstant(node.inputs[0]))
        return false;
    context.inputs[0].strides = placed(node.inputs[0]).strides;
    auto views = def.view(context);
    if (!views) {
        if (def.make)
            return false; // Gather by a list copies
        dense(node.inputs[0]);
        context.inputs[0].strides = placed(node.inputs[0]).strides;
        views = def.view(context);
    }
    const Place from = placed(node.inputs[0]).place;
    const auto size = static_cast<std::int64_t>(elementSize(m_ir.value(node.inputs[0]).type));
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        if (node.outputs[i] < 0)
            continue;
        Place place = from;
        place.offset += views->at(i).offset * size;
        placeView(node.outputs[i], place, views->at(i).strides);
    }
    return true;
}

void Lowering::lowerSelect(const IrNode& node)
{
    const Placed from = placed(node.inputs[0]);
    Place place = from.place;
    place.offset += node.select.first * from.strides[static_cast<std::size_t>(node.select.axis)]
        * static_cast<std::int64_t>(elementSize(m_ir.value(node.inputs[0]).type));
    placeView(node.outputs[0], place, from.strides);
}

NormPlaces Lowering::normPlaces(const NormDetails& norm)
{
    return {placed(norm.gamma).place, norm.beta >= 0 ? placed(norm.beta).place : Place{}, norm.epsilon};
}

RowSink Lowering::newSink(ValueId id, std::int64_t rows, std::int64_t columns)
{
    RowSink sink;
    sink.rows = {id >= 0 ? placeNew(id).place : Place{}, rows, columns, columns};
    return sink;
}

void Lowering::registerSink(RowSink& sink)
{
    if (sink.rows.place.buffer >= 0) {
        m_sinks[sink.rows.place.buffer] = &sink;
        m_sinkStep[sink.rows.place.buffer] = currentStep() - 1;
    }
}

void Lowering::lowerRows(const IrNode& node, const char* kind, const char* kernel)
{
    const Rows input = rowsOf(node.inputs[0]);
    auto step = std::make_unique<RowStep>();
    step->input = input;
    reading(input.place);
    step->activation = node.kind == IrKind::Gelu ? node.activation : Activation::None;
    if (node.kind == IrKind::Norm)
        step->norm = normPlaces(node.norm);
    step->sink = newSink(node.outputs[0], input.rows, input.columns);
    step->scratch = scratch(threadFloats(input.columns));
    RowStep& added = addStep(std::move(step), kind, &node, node.source->name, kernelName(kernel));
    registerSink(added.sink);
}

void Lowering::lowerEmbedding(const IrNode& node)
{
    const Shape& shape = m_ir.value(node.outputs[0]).shape;
    auto step = std::make_unique<EmbeddingStep>();
    for (std::size_t i = 0; i < node.inputs.size(); i += 2) {
        EmbeddingStep::Term term;
        term.rows = rowsOf(node.inputs[i]);
        if (const ValueId ids = node.inputs[i + 1]; ids >= 0) {
            term.ids = dense(ids);
            term.idCount = elementCount(m_ir.value(ids).shape);
            term.wide = m_ir.value(ids).type == DType::I64;
            term.node = node.lookups[i / 2]->name;
        }
        step->terms.push_back(std::move(term));
    }
    for (const EmbeddingStep::Term& term : step->terms) {
        reading(term.rows.place);
        reading(term.ids);
    }
    step->norm = normPlaces(node.norm);
    step->sink = newSink(node.outputs[0], elementCount(shape) / std::max<std::int64_t>(shape.back(), 1), shape.back());
    step->scratch = scratch(threadFloats(shape.back()));
    EmbeddingStep& added
        = addStep(std::move(step), "layernorm", &node, node.source->name, kernelName("embedding sums, layer norm"));
    registerSink(added.sink);
    refuseMarks(added.group, "embeddings are looked up and summed in fp32");
}

std::size_t Lowering::threadFloats(std::int64_t floats) const
{
    return static_cast<std::size_t>(floats * m_options.threads) * sizeof(float);
}

std::string Lowering::kernelName(const std::string& what) const
{
    return fmt::format("{} ({})", what, m_program.kernels->name);
}

void lower(Program::Impl& program, const Settings& settings, const Ranges& ranges, const CompileOptions& options,
    WeightStore& store)
{
    Lowering(program, settings, ranges, options, store).run();
}

} // namespace octet::engine
