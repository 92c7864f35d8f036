// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/qdq_values.h"

#include "core/graph/weight_values.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <unordered_set>

namespace octet::exchange {

QdqValues::QdqValues(const graph::Model& model, const Ranges& ranges, const QdqJobs& jobs, QdqFile& file)
    : m_model(model)
    , m_ranges(ranges)
    , m_file(file)
{
    planFolds(jobs);
}

const Range& QdqValues::rangeOf(const QdqJob& job, const std::string& value) const
{
    const RangeKey key = rangeKey(value, job.settings);
    const auto range = m_ranges.find(key);
    if (range == m_ranges.end())
        throw Error(ErrorKind::Setting,
            fmt::format("{} is int8, but its input {} has no {} range; calibrate first.", job.name, value,
                toString(key.method)),
            Location{{}, 0, 0, 0, job.name});
    return range->second;
}

const Range* QdqValues::smoothingOf(const QdqJob& job, const std::string& value) const
{
    if (job.settings.approach == Approach::Dynamic && job.settings.smoothing == 0)
        return nullptr;
    const Range& range = rangeOf(job, value);
    return range.smoothing.empty() ? nullptr : &range;
}

std::string QdqValues::factors(
    const std::string& value, const Range& range, const std::vector<float>& values, bool transposed)
{
    const auto count = static_cast<std::int64_t>(values.size());
    std::vector<std::int64_t> dims{count};
    if (range.heads > 0 && count % range.heads == 0)
        dims = {range.heads, transposed ? count / range.heads : 1, transposed ? 1 : count / range.heads};
    return m_file.constant(value + "_smoothing", dims, values);
}

std::string QdqValues::smoothed(const QdqJob& job, const std::string& value)
{
    const Range* range = smoothingOf(job, value);
    if (!range || m_folded.count(value))
        return value;
    const RangeKey key = rangeKey(value, job.settings);
    const auto known = m_smoothed.find(key);
    if (known != m_smoothed.end())
        return known->second;
    std::vector<float> inverse;
    for (const float factor : range->smoothing)
        inverse.push_back(1 / factor);
    const bool transposed = job.product.kind == quantize::ProductKind::Scores && value == job.product.weight;
    const std::string result = m_file.unique(value + "_smooth");
    m_file.add("Mul", value + "_Smooth", {value, factors(value, *range, inverse, transposed)}, {result});
    return m_smoothed[key] = result;
}

/// Normalizations all of whose readers want their output divided in the same way: gamma and beta are.
void QdqValues::planFolds(const QdqJobs& jobs)
{
    std::unordered_set<std::string> outputs;
    for (const auto& output : m_file.graph().output())
        outputs.insert(output.name());
    for (const graph::Node& node : m_model.nodes()) {
        if (node.opType != "LayerNormalization" || node.inputs.size() < 2 || node.outputs.empty())
            continue;
        const graph::Weight* gamma = m_model.weight(node.inputs[1]);
        const bool beta = node.inputs.size() > 2 && !node.inputs[2].empty();
        const std::string& value = node.outputs[0];
        const std::vector<int> readers = m_model.consumers(value);
        const Range* range = nullptr;
        RangeKey key;
        bool all = gamma && gamma->type == DType::F32 && !readers.empty()
            && (!beta || m_model.weight(node.inputs[2])) && !outputs.count(value);
        for (const int reader : readers) {
            const graph::Node& r = m_model.nodes()[static_cast<std::size_t>(reader)];
            const auto job = r.outputs.empty() ? jobs.end() : jobs.find(r.outputs[0]);
            const bool shapeOnly = r.opType == "Shape";
            if (shapeOnly)
                continue;
            const Range* own = job != jobs.end() && job->second.product.counted()
                    && job->second.product.activation == value
                ? smoothingOf(job->second, value)
                : nullptr;
            const RangeKey ownKey = own ? rangeKey(value, job->second.settings) : RangeKey{};
            all = all && own && (!range || ownKey == key);
            range = own, key = ownKey;
        }
        if (all && range && range->smoothing.size() == gamma->byteCount() / sizeof(float))
            m_folded[value] = range;
    }
}

void QdqValues::fold(onnx::NodeProto& norm)
{
    const auto folded = norm.output_size() > 0 ? m_folded.find(norm.output(0)) : m_folded.end();
    if (folded == m_folded.end())
        return;
    const std::vector<float>& factors = folded->second->smoothing;
    for (int input = 1; input < norm.input_size() && input < 3; ++input) {
        if (norm.input(input).empty())
            continue;
        const graph::Weight& weight = *m_model.weight(norm.input(input));
        std::vector<float> values;
        for (const float value : graph::floats(weight))
            values.push_back(value);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] /= factors[i];
        const std::string old = norm.input(input);
        norm.set_input(
            input, m_file.constant(old + "_smooth", {static_cast<std::int64_t>(values.size())}, values));
        m_file.replaced(old);
    }
}

std::string QdqValues::staticPair(const QdqJob& job, const std::string& value)
{
    const RangeKey key = rangeKey(value, job.settings);
    const auto known = m_pairs.find({key, job.settings.activationScheme});
    if (known != m_pairs.end())
        return known->second;
    const quantize::Affine affine = quantize::activationAffine(rangeOf(job, value), job.settings.activationScheme);
    return m_pairs[{key, job.settings.activationScheme}] = pairOf(smoothed(job, value), affine);
}

std::string QdqValues::pairOf(const std::string& value, const quantize::Affine& affine)
{
    const auto zero = static_cast<std::uint8_t>(std::clamp(affine.zeroPoint, 0, 255));
    const std::string scale = m_file.constant(value + "_scale", {}, std::span(&affine.scale, 1));
    const std::string zeroPoint = m_file.constant(value + "_zero_point", zero);
    const std::string quantized = m_file.unique(value + "_quantized");
    const std::string restored = m_file.unique(value + "_dequantized");
    m_file.add("QuantizeLinear", value + "_QuantizeLinear", {value, scale, zeroPoint}, {quantized});
    m_file.add("DequantizeLinear", value + "_DequantizeLinear", {quantized, scale, zeroPoint}, {restored});
    return restored;
}

QdqValues::Dynamic& QdqValues::dynamic(const std::string& value)
{
    const auto [it, added] = m_dynamic.try_emplace(value);
    if (added) {
        it->second = {m_file.unique(value + "_quantized"), m_file.unique(value + "_scale"),
            m_file.unique(value + "_zero_point"), {}};
        m_file.add("DynamicQuantizeLinear", value + "_DynamicQuantizeLinear", {value},
            {it->second.quantized, it->second.scale, it->second.zeroPoint});
    }
    return it->second;
}

std::string QdqValues::dynamicPair(const std::string& value)
{
    Dynamic& dynamic = this->dynamic(value);
    if (dynamic.restored.empty()) {
        dynamic.restored = m_file.unique(value + "_dequantized");
        m_file.add("DequantizeLinear", value + "_DequantizeLinear",
            {dynamic.quantized, dynamic.scale, dynamic.zeroPoint}, {dynamic.restored});
    }
    return dynamic.restored;
}

} // namespace octet::exchange
