// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/qdq_weights.h"

#include "core/values/error.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

namespace octet::exchange {

namespace {

std::vector<std::int8_t> transpose(const quantize::QuantizedWeight& weight)
{
    std::vector<std::int8_t> result(weight.values.size());
    const auto k = static_cast<std::size_t>(weight.k), n = static_cast<std::size_t>(weight.n);
    for (std::size_t row = 0; row < k; ++row)
        for (std::size_t column = 0; column < n; ++column)
            result[column * k + row] = weight.values[row * n + column];
    return result;
}

std::vector<std::int64_t> scaleDims(const QdqJob& job)
{
    const bool perChannel = job.settings.weightGranularity == Granularity::PerChannel;
    return perChannel ? std::vector<std::int64_t>{job.product.n} : std::vector<std::int64_t>{};
}

} // namespace

bool QdqWeights::storedTransposed(const QdqJob& job) const
{
    if (job.product.kind == quantize::ProductKind::Conv)
        return true;
    const graph::Node& node = m_model.nodes()[static_cast<std::size_t>(job.product.node)];
    return job.product.kind == quantize::ProductKind::Gemm && node.intAttribute("transB", 0) != 0;
}

quantize::QuantizedWeight QdqWeights::valuesOf(const QdqJob& job) const
{
    const std::string& name = job.product.weight;
    const graph::Weight* weight = m_model.weight(name);
    if (!weight || weight->type != DType::F32)
        throw Error(ErrorKind::Unsupported,
            fmt::format("The QDQ export needs float32 weights; {} of {} is {}.", name, job.name,
                weight ? toString(weight->type) : "computed"),
            Location{{}, 0, 0, 0, job.name});
    const Range* range = m_values.smoothingOf(job, job.product.activation);
    return quantize::quantizeWeight(*weight, job.product.k, job.product.n, storedTransposed(job),
        job.settings.weightGranularity, job.settings.weightBits, range ? range->smoothing : std::vector<float>());
}

QdqWeights::Weight& QdqWeights::quantized(const QdqJob& job, bool fileLayout)
{
    const std::string& name = job.product.weight;
    const bool transposed = storedTransposed(job);
    const bool smoothed = m_values.smoothingOf(job, job.product.activation) != nullptr;
    const auto [it, added] = m_weights.try_emplace(
        {name, job.settings.weightGranularity, job.settings.weightBits, transposed, transposed && fileLayout,
            smoothed ? rangeKey(job.product.activation, job.settings) : RangeKey{}});
    if (!added)
        return it->second;
    const quantize::QuantizedWeight weight = valuesOf(job);
    it->second.values = fileLayout
        ? m_file.constant(name + "_quantized", m_model.weight(name)->shape,
            transposed ? transpose(weight) : weight.values)
        : m_file.constant(name + "_quantized", {job.product.k, job.product.n}, weight.values);
    it->second.scale = m_file.constant(name + "_scale", scaleDims(job), weight.scales);
    m_file.replaced(name);
    return it->second;
}

std::string QdqWeights::dequantized(const QdqJob& job)
{
    Weight& weight = quantized(job, true);
    if (!weight.restored.empty())
        return weight.restored;
    const std::string& name = job.product.weight;
    const bool perChannel = job.settings.weightGranularity == Granularity::PerChannel;
    const std::vector<std::int8_t> zeros(perChannel ? static_cast<std::size_t>(job.product.n) : 1, 0);
    const std::string zeroPoint = m_file.constant(name + "_zero_point", scaleDims(job), zeros);
    weight.restored = m_file.unique(name + "_dequantized");
    onnx::NodeProto& restore = m_file.add(
        "DequantizeLinear", name + "_DequantizeLinear", {weight.values, weight.scale, zeroPoint}, {weight.restored});
    if (perChannel)
        setInt(restore, "axis", storedTransposed(job) ? 0 : 1);
    return weight.restored;
}

} // namespace octet::exchange
