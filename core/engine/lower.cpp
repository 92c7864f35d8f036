// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/lower.h"

#include "core/engine/kernels/product_choice.h"
#include "core/engine/places.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace octet::engine {

namespace {

class Lowering : private Places
{
public:
    Lowering(Program::Impl& program, const Settings& settings, const Ranges& ranges, const CompileOptions& options,
             WeightStore& store)
        : Places(program)
        , m_program(program)
        , m_ir(program.ir)
        , m_uses(program.ir)
        , m_settings(settings)
        , m_ranges(ranges)
        , m_options(options)
        , m_store(store)
    {
    }

    void run()
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
            sink->wanted = buffer.reads > 0;
            if (!sink->wanted)
                buffer.first = buffer.last = -1; // leaves in int8 only: needs no place
        }
        if (m_lastOwn)
            m_lastOwn->next = m_firstOwn; // the next run begins there
        for (const auto& step : m_program.steps)
            m_program.groups.push_back(step->group);
    }

private:
    void placeInputs()
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

    void bindResults()
    {
        const auto bind = [&](ValueId id) {
            const IrValue& value = m_ir.value(id);
            const Place place = reading(dense(id));
            touch(place, lastStepEver);
            return Program::Impl::Binding {value.name, value.type, value.shape, place};
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

    // ---- nodes ----------------------------------------------------------------------------------------------------

    void lowerNode(const IrNode& node)
    {
        switch (node.kind) {
        case IrKind::General: lowerGeneral(node); break;
        case IrKind::Norm: lowerRows(node, "layernorm", "layer norm"); break;
        case IrKind::Gelu: lowerRows(node, "elementwise", "gelu"); break;
        case IrKind::Attention: lowerAttention(node); break;
        case IrKind::Product: lowerProduct(node); break;
        case IrKind::Select: lowerSelect(node); break;
        }
    }

    void lowerGeneral(const IrNode& node)
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
            step->outputs.push_back(id < 0 ? Place {} : placeNew(id).place);
        step->kernel = def.make(context);
        Step& added = addStep(std::move(step), "elementwise", &node, node.source->name,
                              "general " + node.source->opType);
        if (const auto it = m_settings.find(node.source->name);
            it != m_settings.end() && it->second.precision != Precision::Fp32) {
            added.group.asked = it->second.precision;
            added.group.reason = "runs as a general operator, which computes in fp32";
        }
    }

    bool lowerView(const IrNode& node, const OpDef& def, OpContext& context)
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

    void lowerSelect(const IrNode& node)
    {
        const Placed from = placed(node.inputs[0]);
        Place place = from.place;
        place.offset += node.select.first * from.strides[static_cast<std::size_t>(node.select.axis)]
            * static_cast<std::int64_t>(elementSize(m_ir.value(node.inputs[0]).type));
        placeView(node.outputs[0], place, from.strides);
    }

    NormPlaces normPlaces(const NormDetails& norm)
    {
        return {placed(norm.gamma).place, norm.beta >= 0 ? placed(norm.beta).place : Place {}, norm.epsilon};
    }

    RowSink newSink(ValueId id, std::int64_t rows, std::int64_t columns)
    {
        RowSink sink;
        sink.rows = {id >= 0 ? placeNew(id).place : Place {}, rows, columns, columns};
        return sink;
    }

    void registerSink(RowSink& sink)
    {
        if (sink.rows.place.buffer >= 0) {
            m_sinks[sink.rows.place.buffer] = &sink;
            m_sinkStep[sink.rows.place.buffer] = currentStep() - 1;
        }
    }

    void lowerRows(const IrNode& node, const char* kind, const char* kernel)
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

    std::size_t threadFloats(std::int64_t floats) const
    {
        return static_cast<std::size_t>(floats * m_options.threads) * sizeof(float);
    }

    std::string kernelName(const std::string& what) const { return fmt::format("{} ({})", what, m_program.kernels->name); }

    void lowerAttention(const IrNode& node)
    {
        std::string reason;
        auto step = std::make_unique<AttentionStep>();
        step->integers = attentionBytes(node, reason);
        const Shape& q = m_ir.value(node.inputs[0]).shape;
        const Shape& kt = m_ir.value(node.inputs[1]).shape;
        const Shape& v = m_ir.value(node.inputs[2]).shape;
        const auto operand = [&](ValueId id) { return AttentionStep::Operand {reading(placed(id).place), fourStrides(placed(id).strides)}; };
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
            step->mask = {reading(mask.place),
                          fourStrides(broadcastStrides(m_ir.value(node.inputs[3]).shape, mask.strides, scores))};
        }
        Placed& out = placeNew(node.outputs[0]);
        out.strides = stridesForReader(node.outputs[0]);
        step->out = {out.place, fourStrides(out.strides)};
        const bool integer = step->integers.has_value();
        step->scratchFloats = integer ? byteAttentionScratch(step->keys, step->depth, step->width) / 4
                                      : attentionScratch(step->keys, step->depth, step->width);
        step->scratchFloats = (step->scratchFloats + 15) / 16 * 16;
        step->scratch = scratch(threadFloats(step->scratchFloats));
        const char* isa = integer ? m_program.kernels->bytesName : m_program.kernels->name;
        Step& added = addStep(std::move(step), "attention", &node, node.source->name,
                              fmt::format("{} scores, softmax, context ({})", integer ? "int8" : "fp32", isa));
        added.group.asked = settingsOf(node).precision;
        added.group.executed = integer ? Precision::Int8 : Precision::Fp32;
        added.group.reason = reason;
    }

    /// The operands in int8 where both products are marked and the bytes come straight from products; else the reason.
    std::optional<AttentionStep::Integers> attentionBytes(const IrNode& node, std::string& reason)
    {
        const OpSettings& scores = settingsOf(node.source->name);
        const OpSettings& context = settingsOf(node.attention.context->name);
        if (scores.precision != Precision::Int8 && context.precision != Precision::Int8) {
            if (scores.precision == Precision::Bf16 || context.precision == Precision::Bf16)
                reason = "attention products run in fp32 or int8";
            return std::nullopt;
        }
        if (!(node.attention.queryScale > 0)) {
            reason = "Q is scaled by a number that is not positive";
            return std::nullopt;
        }
        if (scores.precision != context.precision) {
            reason = fmt::format("both products of an attention must be int8, and \"{}\" is not",
                                 scores.precision == Precision::Int8 ? node.attention.context->name : node.source->name);
            return std::nullopt;
        }
        const auto bytes = [&](std::size_t input, const std::string& value, const OpSettings& settings) {
            return byteOperand(node.inputs[input], input == 1, value, settings);
        };
        const auto q = bytes(0, node.source->inputs[0], scores), k = bytes(1, node.source->inputs[1], scores),
                   v = bytes(2, node.attention.context->inputs[1], context);
        if (!q || !k || !v) {
            reason = fmt::format("\"{}\" does not come straight from a product",
                                 m_ir.value(node.inputs[!q ? 0 : !k ? 1 : 2]).name);
            return std::nullopt;
        }
        // Only now that nothing is missing: who reads bytes makes the product write them.
        const auto made = [&](const ByteView& view, const OpSettings& settings, float factor) {
            AttentionStep::Bytes result = view.bytes;
            QuantizedForm form = attentionForm(view.value, settings, node.source->name);
            form.affine.scale /= factor;
            result.rows = quantized(view.whole, form, view.value);
            return result;
        };
        return AttentionStep::Integers {made(*q, scores, node.attention.queryScale), made(*k, scores, 1),
                                        made(*v, context, 1)};
    }

    struct ByteView
    {
        Rows whole;
        AttentionStep::Bytes bytes;
        std::string value;
    };

    std::optional<ByteView> byteOperand(ValueId id, bool transposed, const std::string& value, const OpSettings& settings)
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
        const bool rowsAreTokens = strides[2] == view.whole.columns && strides[0] % view.whole.columns == 0
            && strides[1] < view.whole.columns;
        if (settings.approach == Approach::Dynamic && !rowsAreTokens)
            return std::nullopt;
        return view;
    }

    /// Tokens with a scale of their own are symmetric: the kernel counts on one zero point for all keys.
    QuantizedForm attentionForm(const std::string& value, const OpSettings& settings, const std::string& node) const
    {
        QuantizedForm form = formOf(value, settings, node);
        if (form.dynamic)
            form.scheme = Scheme::Sym;
        return form;
    }

    static Shape fourStrides(const Shape& strides)
    {
        if (strides.size() == 4)
            return strides;
        return {strides[0], 0, strides[1], strides[2]};
    }

    /// When a transposition alone reads the value, lie in memory as that wants it: it then costs nothing.
    Shape stridesForReader(ValueId id) const
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

    // ---- products -------------------------------------------------------------------------------------------------

    const OpSettings& settingsOf(const IrNode& node) const { return settingsOf(node.source->name); }

    const OpSettings& settingsOf(const std::string& node) const
    {
        static const OpSettings fp32;
        const auto it = m_settings.find(node);
        return it == m_settings.end() ? fp32 : it->second;
    }

    QuantizedForm formOf(const std::string& value, const OpSettings& settings, const std::string& node) const
    {
        QuantizedForm form;
        form.dynamic = settings.approach == Approach::Dynamic;
        form.scheme = settings.activationScheme;
        if (form.dynamic)
            return form;
        const auto it = m_ranges.find(rangeKey(value, settings));
        if (it == m_ranges.end())
            throw Error(ErrorKind::Setting,
                        fmt::format("Node \"{}\" is static int8 but \"{}\" has no {} range; calibrate first.",
                                    node, value, toString(settings.rangeMethod)),
                        {.node = node});
        form.affine = quantize::activationAffine(it->second, settings.activationScheme);
        return form;
    }

    /// The rows in int8: made by the step that makes them where it can, else by a step of its own.
    QuantizedRows quantized(const Rows& rows, const QuantizedForm& form, const std::string& valueName)
    {
        const auto sink = m_sinks.find(rows.place.buffer);
        const bool whole = sink != m_sinks.end() && rows.place.offset == 0 && rows.stride == rows.columns
            && sink->second->rows.rows == rows.rows && sink->second->rows.columns == rows.columns;
        std::vector<QuantizedRows>* list = nullptr;
        int madeAt = currentStep();
        if (whole) {
            list = &sink->second->quantized;
            madeAt = m_sinkStep.at(rows.place.buffer);
        } else {
            list = &m_copies[{rows.place.buffer, rows.place.offset, rows.rows, rows.columns, rows.stride}];
        }
        for (const QuantizedRows& existing : *list)
            if (existing.form == form)
                return used(existing);
        QuantizedRows made;
        made.form = form;
        made.values = newBuffer(static_cast<std::size_t>(rows.rows * rows.columns));
        if (form.dynamic) {
            made.scales = newBuffer(static_cast<std::size_t>(rows.rows) * sizeof(float));
            made.zeroPoints = newBuffer(static_cast<std::size_t>(rows.rows) * sizeof(std::int32_t));
        }
        for (const Place* place : {&made.values, &made.scales, &made.zeroPoints})
            touch(*place, madeAt);
        list->push_back(made);
        if (!whole) {
            auto step = std::make_unique<RowStep>();
            step->input = rows;
            reading(rows.place);
            step->sink.rows = {{}, rows.rows, rows.columns, rows.columns};
            step->sink.quantized = {made};
            addStep(std::move(step), "quantize", nullptr, valueName,
                    kernelName(form.dynamic ? "quantize per token" : "quantize"));
        }
        return used(made);
    }

    QuantizedRows used(const QuantizedRows& rows)
    {
        for (const Place* place : {&rows.values, &rows.scales, &rows.zeroPoints})
            touch(*place, currentStep());
        return rows;
    }

    void lowerProduct(const IrNode& node)
    {
        const ProductDetails& d = node.product;
        const OpSettings& settings = settingsOf(node);
        const bool integer = settings.precision == Precision::Int8;
        const bool half = settings.precision == Precision::Bf16 && hasBf16();
        const QuantizedForm form = integer ? formOf(d.product.activation, settings, node.source->name) : QuantizedForm {};
        const bool conv = d.product.kind == quantize::ProductKind::Conv;
        const Rows input = conv ? patches(node) : rowsOf(node.inputs[0]);
        const Rows residual = node.inputs[1] >= 0 ? rowsOf(node.inputs[1]) : Rows {};
        const QuantizedRows bytes = integer ? quantized(input, form, d.product.activation) : QuantizedRows {};

        auto step = std::make_unique<ProductStep>();
        const std::int64_t m = input.rows, k = d.product.k, n = d.product.n;
        step->integer = integer;
        step->input = input;
        step->quantized = integer ? used(bytes) : bytes;
        if (!integer)
            reading(input.place);
        step->rows = m;
        step->columns = n;
        step->depth = k;
        const bool own = integer && ownProduct() != ProductKernel::OneDnn && k % 4 == 0;
        if (!own)
            step->product = std::make_unique<DnnProduct>(integer    ? DnnProduct::Kind::U8S8
                                                             : half ? DnnProduct::Kind::Bf16
                                                                    : DnnProduct::Kind::F32,
                                                         m, k, n, integer || half ? k : input.stride);
        if (half)
            step->halves = scratch(static_cast<std::size_t>(m * k) * 2);
        // Without VNNI u8 x s8 saturates at 16 bits in pairs; seven weight bits cannot (measured, see DESIGN 6).
        const bool saturates = integer && effectiveIsa() < Isa::Vnni && settings.weightBits > 7;
        step->weight = m_store.impl().get({m_ir.model, d.weight, k, n, d.transposed, integer, half, settings.weightGranularity,
                                           saturates ? 7 : settings.weightBits,
                                           ownProduct() == ProductKernel::Amx ? PanelLayout::Tiles : PanelLayout::Vnni},
                                          step->product.get());
        m_program.weightBytes += static_cast<long long>(step->weight->bytes);
        step->bias = d.bias >= 0 ? placed(d.bias).place : Place {};
        step->activation = d.activation;
        step->residual = residual;
        reading(residual.place);
        step->sum = newSink(node.outputs[0], m, n);
        if (d.hasNorm) {
            step->norm = normPlaces(d.norm);
            step->normed = newSink(node.outputs[1], m, n);
        }
        if (conv)
            placeConvOutput(node.outputs[0]);
        step->accumulators = scratch(static_cast<std::size_t>(m * n) * 4);
        step->scratch = scratch(threadFloats(n));
        if (const std::size_t size = step->product ? step->product->scratchBytes() : 0)
            step->dnnScratch = scratch(size);

        std::string kernel = productKernel(*step, settings, saturates);
        ProductStep& added = addStep(std::move(step), "product", &node, node.source->name, kernel);
        added.group.asked = settings.precision;
        added.group.executed = integer ? Precision::Int8 : half ? Precision::Bf16 : Precision::Fp32;
        if (settings.precision == Precision::Bf16 && !half)
            added.group.reason = "bf16 needs AVX512-BF16, which this CPU or the ISA cap does not have";
        registerSink(added.sum);
        if (d.hasNorm)
            registerSink(added.normed);
        if (own) {
            if (m_lastOwn)
                m_lastOwn->next = &added;
            m_lastOwn = &added;
            if (!m_firstOwn)
                m_firstOwn = &added;
        }
    }

    std::string productKernel(const ProductStep& step, const OpSettings& settings, bool saturates) const
    {
        const bool tiles = step.weight->panels && step.weight->panels->layout() == PanelLayout::Tiles;
        std::string text = step.product ? step.product->kernelName() : tiles ? "octet:amx" : "octet:vnni";
        if (!step.halves.none())
            text += ", bf16";
        if (step.integer)
            text += settings.approach == Approach::Dynamic ? ", per token" : ", static";
        if (saturates)
            text += ", 7-bit weights because 8 would saturate without VNNI";
        const char* activations[] = {"", " + gelu", " + gelu", " + relu", " + tanh"};
        text += step.bias.none() ? "" : " + bias";
        text += activations[static_cast<int>(step.activation)];
        text += step.residual.place.none() ? "" : " + residual";
        text += step.norm ? " + layer norm" : "";
        return text;
    }

    /// The patches that a convolution multiplies with its weights, as rows.
    Rows patches(const IrNode& node)
    {
        const Shape& out = m_ir.value(node.outputs[0]).shape;
        const graph::Node& source = *node.source;
        const auto ints = [&](const char* key, std::size_t index, std::int64_t fallback) {
            const auto list = source.intsAttribute(key);
            return list && index < list->size() ? (*list)[index] : fallback;
        };
        if (const std::string pad = source.stringAttribute("auto_pad", "NOTSET"); pad != "NOTSET" && pad != "VALID")
            throw Error(ErrorKind::Unsupported,
                        fmt::format("Node \"{}\" (Conv) cannot run: auto_pad {} is not supported.", source.name, pad),
                        {.node = source.name});
        auto step = std::make_unique<PatchStep>();
        const Placed& image = placed(node.inputs[0]);
        step->image = reading(image.place);
        step->imageShape = m_ir.value(node.inputs[0]).shape;
        step->imageStrides = image.strides;
        const Shape& weight = node.product.weight->shape;
        step->kernelHeight = weight[2], step->kernelWidth = weight[3];
        step->top = ints("pads", 0, 0), step->left = ints("pads", 1, 0);
        step->strideHeight = ints("strides", 0, 1), step->strideWidth = ints("strides", 1, 1);
        step->dilationHeight = ints("dilations", 0, 1), step->dilationWidth = ints("dilations", 1, 1);
        step->outHeight = out[2], step->outWidth = out[3];
        Rows rows;
        rows.rows = out[0] * out[2] * out[3];
        rows.columns = rows.stride = node.product.product.k;
        rows.place = newBuffer(static_cast<std::size_t>(rows.rows * rows.columns) * sizeof(float));
        touch(rows.place, currentStep());
        step->sink.rows = rows;
        step->scratch = scratch(threadFloats(rows.columns));
        PatchStep& added = addStep(std::move(step), "reorder", nullptr, source.name, "patches as rows");
        registerSink(added.sink);
        return rows;
    }

    /// The product of patches leaves channels last; the ONNX value is that memory seen channels first.
    void placeConvOutput(ValueId id)
    {
        const Shape& shape = m_ir.value(id).shape;
        placed(id).strides = {shape[1] * shape[2] * shape[3], 1, shape[3] * shape[1], shape[1]};
    }

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

} // namespace

void lower(Program::Impl& program, const Settings& settings, const Ranges& ranges, const CompileOptions& options,
           WeightStore& store)
{
    Lowering(program, settings, ranges, options, store).run();
}

} // namespace octet::engine
