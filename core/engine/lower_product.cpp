// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/lowering.h"

#include "core/engine/kernels/product_choice.h"
#include "core/engine/kernels/product_halves.h"
#include "core/engine/ops/windows.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::engine {

const OpSettings& Lowering::settingsOf(const std::string& node) const
{
    static const OpSettings fp32;
    const auto it = m_settings.find(node);
    return it == m_settings.end() ? fp32 : it->second;
}

QuantizedForm Lowering::formOf(const std::string& value, const OpSettings& settings, const std::string& node) const
{
    QuantizedForm form;
    form.dynamic = settings.approach == Approach::Dynamic;
    form.scheme = settings.activationScheme;
    const Range* range = rangeOf(value, settings, node);
    if (range && !form.dynamic)
        form.affine = quantize::activationAffine(*range, settings.activationScheme);
    if (range && !range->smoothing.empty()) {
        std::vector<float> factors;
        for (const float factor : range->smoothing)
            factors.push_back(1 / factor);
        form.factors = std::make_shared<const std::vector<float>>(std::move(factors));
    }
    return form;
}

const Range* Lowering::rangeOf(const std::string& value, const OpSettings& settings, const std::string& node) const
{
    if (settings.approach == Approach::Dynamic && settings.smoothing == 0 && !settings.biasCorrection)
        return nullptr;
    const auto it = m_ranges.find(rangeKey(value, settings));
    if (it == m_ranges.end())
        throw Error(ErrorKind::Setting,
            fmt::format("Node \"{}\" is {} int8 but \"{}\" has no {} range; calibrate first.", node,
                settings.smoothing != 0 ? "smoothed" : toString(settings.approach), value,
                toString(settings.rangeMethod)),
            {.node = node});
    return &it->second;
}

QuantizedRows Lowering::quantized(
    const Rows& rows, const QuantizedForm& form, const std::string& valueName, const ByteLayout& layout, Columns needed)
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
    for (QuantizedRows& existing : *list)
        if (existing.form == form && existing.layout == layout) {
            existing.firstColumn = std::min(existing.firstColumn, needed.begin);
            existing.endColumn = std::max(existing.endColumn, needed.end);
            return used(existing);
        }
    QuantizedRows made;
    made.form = form;
    made.firstColumn = whole ? needed.begin : 0;
    made.endColumn = whole ? needed.end : rows.columns;
    made.layout = layout;
    made.values = newBuffer(static_cast<std::size_t>(layout.bytes(rows.rows)));
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

QuantizedRows Lowering::used(const QuantizedRows& rows)
{
    for (const Place* place : {&rows.values, &rows.scales, &rows.zeroPoints})
        touch(*place, currentStep());
    return rows;
}

void Lowering::lowerProduct(const IrNode& node)
{
    const ProductDetails& d = node.product;
    const OpSettings& settings = settingsOf(node);
    const bool integer = settings.precision == Precision::Int8;
    const bool half = settings.precision == Precision::Bf16 && hasBf16();
    const QuantizedForm form = integer ? formOf(d.product.activation, settings, node.source->name) : QuantizedForm{};
    if (form.factors && static_cast<std::int64_t>(form.factors->size()) != d.product.k)
        throw Error(ErrorKind::Setting,
            fmt::format("\"{}\" has {} channels, but its smoothing has {} factors; calibrate again.",
                d.product.activation, d.product.k, form.factors->size()),
            {.node = node.source->name});
    const bool conv = d.product.kind == quantize::ProductKind::Conv;
    const Rows input = conv ? patches(node) : rowsOf(node.inputs[0]);
    const Rows residual = node.inputs[1] >= 0 ? rowsOf(node.inputs[1]) : Rows{};
    const std::int64_t m = input.rows, k = d.product.k, n = d.product.n;
    const bool own = !integer || (ownProduct() != ProductKernel::OneDnn && k % 4 == 0);
    const bool tiles = integer && own && ownProduct() == ProductKernel::Amx;
    QuantizedRows bytes;
    if (integer)
        bytes = quantized(input, form, d.product.activation,
            tiles ? ByteLayout::tiles(input.columns) : ByteLayout::rowByRow(input.columns), {0, input.columns});

    auto step = std::make_unique<ProductStep>();
    step->integer = integer;
    step->input = input;
    step->quantized = integer ? used(bytes) : bytes;
    if (!integer)
        reading(input.place);
    step->rows = m;
    step->columns = n;
    step->depth = k;
    if (!own)
        step->product = std::make_unique<DnnProduct>(m, k, n);
    if (half) {
        step->halfColumns = (k + halfStep - 1) / halfStep * halfStep;
        step->halves = scratch(static_cast<std::size_t>((m + 15) * step->halfColumns) * 2);
    }
    // Without VNNI u8 x s8 saturates at 16 bits in pairs; seven weight bits cannot (measured, see DESIGN 6).
    const bool saturates = integer && effectiveIsa() < Isa::Vnni && settings.weightBits > 7;
    WeightRequest request{m_ir.model, d.weight, k, n, d.transposed, integer, half, settings.weightGranularity,
        saturates ? 7 : settings.weightBits, nullptr, nullptr,
        half         ? PanelLayout::Halves
            : !integer ? PanelLayout::Floats
            : tiles ? PanelLayout::Tiles
                    : PanelLayout::Vnni};
    const Range* range = integer ? rangeOf(d.product.activation, settings, node.source->name) : nullptr;
    if (range) {
        request.smoothing = &range->smoothing;
        request.means = settings.biasCorrection ? &range->means : nullptr;
    }
    step->weight = m_store.impl().get(request, step->product.get());
    m_program.weightBytes += static_cast<long long>(step->weight->bytes);
    step->bias = d.bias >= 0 ? placed(d.bias).place : Place{};
    if (!step->weight->biasCorrection.empty())
        step->correctedBias = corrected(d.bias, step->weight->biasCorrection);
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
        added.group.reason = noBf16;
    registerSink(added.sum);
    if (d.hasNorm)
        registerSink(added.normed);
    if (own) {
        added.own = OwnWeights(*added.weight);
        if (m_lastOwn)
            m_lastOwn->next = added.own;
        m_lastOwn = &added;
        if (!m_firstOwn)
            m_firstOwn = &added;
    }
}

std::vector<float> Lowering::corrected(ValueId bias, std::vector<float> correction)
{
    if (bias >= 0) {
        const auto* values = reinterpret_cast<const float*>(placed(bias).place.constant);
        for (std::size_t i = 0; i < correction.size(); ++i)
            correction[i] += values[i];
    }
    return correction;
}

std::string Lowering::productKernel(const ProductStep& step, const OpSettings& settings, bool saturates) const
{
    const char* const own[] // by PanelLayout
        = {"octet:vnni", "octet:amx", effectiveIsa() >= Isa::Avx512 ? "octet:avx512" : "octet:avx2",
            halvesOnTiles() ? "octet:amx" : "octet:avx512_bf16"};
    std::string text = step.product ? step.product->kernelName() : own[static_cast<int>(step.weight->panels->layout())];
    if (text.find("avx") == std::string::npos && step.product)
        text += ":" + toString(effectiveIsa()); // oneDNN's gemm takes the widest instructions within the cap
    if (!step.halves.none())
        text += ", bf16";
    if (step.integer)
        text += settings.approach == Approach::Dynamic ? ", per token" : ", static";
    if (step.integer && step.quantized.form.factors)
        text += ", smoothed";
    if (saturates)
        text += ", 7-bit weights because 8 would saturate without VNNI";
    const char* activations[] = {"", " + gelu", " + gelu", " + relu", " + tanh"};
    text += !step.correctedBias.empty() ? " + corrected bias" : step.bias.none() ? "" : " + bias";
    text += activations[static_cast<int>(step.activation)];
    text += step.residual.place.none() ? "" : " + residual";
    text += step.norm ? " + layer norm" : "";
    if (step.product)
        text += fmt::format(" (rows: {})", m_program.kernels->name);
    return text;
}

Rows Lowering::patches(const IrNode& node)
{
    const Shape& out = m_ir.value(node.outputs[0]).shape;
    const graph::Node& source = *node.source;
    const Shape& weight = node.product.weight->shape;
    const Windows windows =
        windowsOf(source, m_ir.value(node.inputs[0]).shape, Shape(weight.begin() + 2, weight.end()));
    auto step = std::make_unique<PatchStep>();
    const Placed& image = placed(node.inputs[0]);
    step->image = reading(image.place);
    step->imageShape = m_ir.value(node.inputs[0]).shape;
    step->imageStrides = image.strides;
    step->kernelHeight = windows.kernel[0], step->kernelWidth = windows.kernel[1];
    step->top = windows.before[0], step->left = windows.before[1];
    step->strideHeight = windows.strides[0], step->strideWidth = windows.strides[1];
    step->dilationHeight = windows.dilations[0], step->dilationWidth = windows.dilations[1];
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

void Lowering::placeConvOutput(ValueId id)
{
    const Shape& shape = m_ir.value(id).shape;
    placed(id).strides = {shape[1] * shape[2] * shape[3], 1, shape[3] * shape[1], shape[1]};
}

} // namespace octet::engine
