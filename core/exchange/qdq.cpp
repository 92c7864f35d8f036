// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/qdq.h"

#include "core/exchange/qdq_file.h"
#include "core/exchange/qdq_values.h"
#include "core/exchange/qdq_weights.h"
#include "core/quantize/bias_correction.h"
#include "core/values/hash.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <filesystem>

namespace octet::exchange {

namespace {

/// What the format cannot say, by the number of products that it concerns.
struct Losses
{
    int bf16 = 0, probabilities = 0, refused = 0, asymmetricWeights = 0, dynamic = 0, dynamicConv = 0;

    std::vector<std::string> sentences() const
    {
        std::vector<std::string> result;
        const auto say = [&](int count, const std::string& what) {
            if (count > 0)
                result.push_back(fmt::format("{}, on {} op{}", what, count, count == 1 ? "" : "s"));
        };
        say(bf16, "bf16 stays fp32");
        say(probabilities, "probabilities of attention are rounded to steps of 1/255 after normalising, Octet before it");
        say(refused, "int8 is not possible and stays fp32");
        say(asymmetricWeights, "asymmetric weights are written symmetric");
        say(dynamic, "per-token scales become DynamicQuantizeLinear per tensor");
        say(dynamicConv, "a dynamic Conv computes in fp32 on dynamically quantized input");
        return result;
    }
};

QdqJobs selectProducts(const graph::Model& model, const Settings& settings, Losses& losses)
{
    QdqJobs jobs;
    for (const quantize::Product& product : quantize::products(model)) {
        const graph::Node& node = model.nodes()[static_cast<std::size_t>(product.node)];
        const auto it = settings.find(node.name);
        if (it == settings.end() || it->second.precision == Precision::Fp32)
            continue;
        if (it->second.precision == Precision::Bf16)
            ++losses.bf16;
        else if (!product.int8Refusal.empty())
            ++losses.refused;
        else
            jobs[node.outputs.front()] = {product, it->second, node.name};
    }
    return jobs;
}

/// Puts each product with its quantization in the place that it had.
class ProductWriter
{
public:
    ProductWriter(const graph::Model& model, const Ranges& ranges, const QdqJobs& jobs, QdqFile& file, Losses& losses)
        : m_model(model)
        , m_jobs(jobs)
        , m_file(file)
        , m_losses(losses)
        , m_values(model, ranges, jobs, file)
        , m_weights(model, m_values, file)
    {
    }

    void rewrite()
    {
        google::protobuf::RepeatedPtrField<onnx::NodeProto> old;
        old.Swap(m_file.graph().mutable_node());
        for (onnx::NodeProto& node : old) {
            const auto job = node.output_size() > 0 ? m_jobs.find(node.output(0)) : m_jobs.end();
            if (job != m_jobs.end()) {
                product(node, job->second);
            } else {
                m_values.fold(node);
                keep(node);
            }
        }
    }

private:
    onnx::NodeProto& keep(onnx::NodeProto& node)
    {
        onnx::NodeProto& kept = *m_file.graph().add_node();
        kept.Swap(&node);
        return kept;
    }

    void product(onnx::NodeProto& node, const QdqJob& job)
    {
        if (!job.product.counted())
            return attentionProduct(node, job);
        const bool dynamic = job.settings.approach == Approach::Dynamic;
        m_losses.asymmetricWeights += job.settings.weightScheme == Scheme::Asym;
        m_losses.dynamic += dynamic;
        if (dynamic && job.product.kind != quantize::ProductKind::Conv)
            return integerProduct(node, job);
        m_losses.dynamicConv += dynamic;
        const std::string activation = pair(job, job.product.activation), weight = m_weights.dequantized(job);
        onnx::NodeProto& kept = keep(node);
        kept.set_input(0, activation);
        kept.set_input(1, weight);
        correctBias(kept, job);
    }

    std::string pair(const QdqJob& job, const std::string& value)
    {
        return job.settings.approach == Approach::Dynamic ? m_values.dynamicPair(m_values.smoothed(job, value))
                                                          : m_values.staticPair(job, value);
    }

    /// Q K^T or P V: pairs on both operands. Probabilities lie between 0 and 1, whatever the data.
    void attentionProduct(onnx::NodeProto& node, const QdqJob& job)
    {
        const bool context = job.product.kind == quantize::ProductKind::Context;
        m_losses.dynamic += job.settings.approach == Approach::Dynamic;
        m_losses.probabilities += context;
        const std::string first = context ? m_values.pairOf(job.product.activation, {1.0f / 255, 0})
                                          : pair(job, job.product.activation);
        const std::string second = pair(job, job.product.weight);
        const Range* range = m_values.smoothingOf(job, job.product.weight);
        onnx::NodeProto& kept = keep(node);
        kept.set_input(0, first);
        kept.set_input(1, second);
        if (!range || !context)
            return;
        // The columns of V were divided: the result makes up for it.
        const std::string result = kept.output(0), divided = m_file.unique(result + "_smoothed");
        kept.set_output(0, divided);
        m_file.add("Mul", result + "_unsmooth",
            {divided, m_values.factors(result, *range, range->smoothing, false)}, {result});
    }

    /// y = cast(MatMulInteger(q(x), W)) * (scale(x) * scale(W)) (+ bias), under the name of the node it replaces.
    void integerProduct(const onnx::NodeProto& node, const QdqJob& job)
    {
        const QdqValues::Dynamic& activation
            = m_values.dynamicValue(m_values.smoothed(job, job.product.activation));
        const QdqWeights::Weight& weight = m_weights.forIntegers(job);
        const std::string& y = node.output(0);
        const bool bias = node.input_size() > 2 && !node.input(2).empty();
        const std::string sums = m_file.unique(y + "_int32"), real = m_file.unique(y + "_float");
        const std::string scale = m_file.unique(y + "_scale"), product = bias ? m_file.unique(y + "_product") : y;
        m_file.add(
            "MatMulInteger", job.name + "_quant", {activation.quantized, weight.values, activation.zeroPoint}, {sums});
        setInt(m_file.add("Cast", job.name + "_cast", {sums}, {real}), "to", onnx::TensorProto::FLOAT);
        m_file.add("Mul", job.name + "_scales_mul", {activation.scale, weight.scale}, {scale});
        onnx::NodeProto* last = &m_file.add("Mul", job.name + "_output_scale_mul", {real, scale}, {product});
        if (bias)
            last = &m_file.add("Add", job.name + "_bias_add", {product, node.input(2)}, {y});
        correctBias(*last, job);
    }

    /// What quantizing the weights loses on average comes behind the product.
    void correctBias(onnx::NodeProto& node, const QdqJob& job)
    {
        if (!job.settings.biasCorrection)
            return;
        const Range& range = m_values.rangeOf(job, job.product.activation);
        const auto correction = quantize::biasCorrection(*m_model.weight(job.product.weight),
            m_weights.storedTransposed(job), m_weights.valuesOf(job), range.smoothing, range.means);
        const std::string result = node.output(0), before = m_file.unique(result + "_uncorrected");
        node.set_output(0, before);
        const std::string constant = m_file.constant(
            result + "_correction", {static_cast<std::int64_t>(correction.size())}, correction);
        m_file.add("Add", result + "_bias_correction", {before, constant}, {result});
    }

    const graph::Model& m_model;
    const QdqJobs& m_jobs;
    QdqFile& m_file;
    Losses& m_losses;
    QdqValues m_values;
    QdqWeights m_weights;
};

} // namespace

QdqExport writeQdq(const graph::Model& model, const Settings& settings, const Ranges& ranges, const std::string& path)
{
    Losses losses;
    QdqFile file(model);
    const QdqJobs jobs = selectProducts(model, settings, losses);
    ProductWriter(model, ranges, jobs, file, losses).rewrite();
    file.finish();
    file.save(path);
    // A pipe or a device cannot be read back.
    return {std::filesystem::is_regular_file(path) ? sha256File(path) : std::string(), losses.sentences()};
}

} // namespace octet::exchange
