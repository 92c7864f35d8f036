// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/qdq.h"

#include "core/exchange/atomic_file.h"
#include "core/exchange/qdq_nodes.h"
#include "core/exchange/qdq_opset.h"
#include "core/graph/weight_values.h"
#include "core/quantize/affine.h"
#include "core/quantize/bias_correction.h"
#include "core/quantize/products.h"
#include "core/values/error.h"
#include "core/values/hash.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace octet::exchange {

namespace {

/// Protobuf cannot write 2 GiB, and this leaves room for what comes around the weights.
constexpr std::uint64_t maxBytes = 1'932'735'283; // 1.8 GiB
constexpr std::int64_t minIrVersion = 7;

onnx::ModelProto parse(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        throw Error(ErrorKind::File, fmt::format("Cannot read the model {} again; is it still there?", path),
            Location{path, 0, 0, 0, {}});
    google::protobuf::io::IstreamInputStream input(&stream);
    google::protobuf::io::CodedInputStream coded(&input);
    coded.SetTotalBytesLimit(std::numeric_limits<int>::max());
    onnx::ModelProto proto;
    if (!proto.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
        throw Error(ErrorKind::Format, fmt::format("{} changed since it was opened and is no ONNX model now.", path),
            Location{path, 0, 0, 0, {}});
    return proto;
}

template <typename Visit>
void forEachSubgraph(const onnx::NodeProto& node, Visit visit)
{
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.has_g())
            visit(attribute.g());
        for (const onnx::GraphProto& graph : attribute.graphs())
            visit(graph);
    }
}

void collectNames(const onnx::GraphProto& graph, std::unordered_set<std::string>& names)
{
    for (const auto& value : graph.input())
        names.insert(value.name());
    for (const auto& tensor : graph.initializer())
        names.insert(tensor.name());
    for (const onnx::NodeProto& node : graph.node()) {
        names.insert(node.name());
        names.insert(node.output().begin(), node.output().end());
        forEachSubgraph(node, [&](const onnx::GraphProto& inner) { collectNames(inner, names); });
    }
}

void setInt(onnx::NodeProto& node, const char* name, std::int64_t value)
{
    onnx::AttributeProto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(value);
}

class QdqWriter
{
public:
    QdqWriter(const graph::Model& model, const Settings& settings, const Ranges& ranges)
        : m_model(model)
        , m_settings(settings)
        , m_ranges(ranges)
        , m_proto(parse(model.path()))
        , m_graph(*m_proto.mutable_graph())
    {
        writeNodes(m_proto, model);
        collectNames(m_graph, m_names);
        for (const graph::Weight* weight : model.allWeights())
            m_names.insert(weight->name);
    }

    void rewrite()
    {
        raiseOpset(m_proto, m_model);
        m_proto.set_ir_version(std::max<std::int64_t>(m_proto.ir_version(), minIrVersion));
        const auto products = selectProducts();
        for (const auto& output : m_graph.output())
            m_outputs.insert(output.name());
        planFolds(products);
        google::protobuf::RepeatedPtrField<onnx::NodeProto> old;
        old.Swap(m_graph.mutable_node());
        for (onnx::NodeProto& node : old) {
            const auto it = node.output_size() > 0 ? products.find(node.output(0)) : products.end();
            if (it == products.end()) {
                const auto folded = node.output_size() > 0 ? m_folded.find(node.output(0)) : m_folded.end();
                if (folded != m_folded.end())
                    fold(node, *folded->second);
                m_graph.add_node()->Swap(&node);
            } else {
                product(node, it->second);
            }
        }
        dropReplaced();
        writeConstants(m_proto, m_model);
        inlineExternal();
        if (m_proto.ByteSizeLong() > maxBytes)
            tooLarge();
    }

    QdqExport save(const std::string& path)
    {
        writeAtomically(path, [this](int descriptor) {
            google::protobuf::io::FileOutputStream output(descriptor);
            const bool good = m_proto.SerializeToZeroCopyStream(&output) && output.Flush();
            return good ? 0 : (output.GetErrno() ? output.GetErrno() : EIO);
        });
        // A pipe or a device cannot be read back.
        return {std::filesystem::is_regular_file(path) ? sha256File(path) : std::string(), losses()};
    }

private:
    struct Job
    {
        quantize::Product product;
        OpSettings settings;
        std::string name;
    };

    std::unordered_map<std::string, Job> selectProducts()
    {
        std::unordered_map<std::string, Job> jobs;
        for (const quantize::Product& product : quantize::products(m_model)) {
            const graph::Node& node = m_model.nodes()[static_cast<std::size_t>(product.node)];
            const auto it = m_settings.find(node.name);
            if (it == m_settings.end() || it->second.precision == Precision::Fp32)
                continue;
            if (it->second.precision == Precision::Bf16)
                ++m_bf16;
            else if (!product.int8Refusal.empty())
                ++m_refused;
            else
                jobs[node.outputs.front()] = {product, it->second, node.name};
        }
        return jobs;
    }

    std::string unique(const std::string& wanted)
    {
        std::string name = wanted;
        for (int i = 1; !m_names.insert(name).second; ++i)
            name = fmt::format("{}_{}", wanted, i);
        return name;
    }

    onnx::NodeProto& add(const char* type, const std::string& name, const std::vector<std::string>& inputs,
        const std::vector<std::string>& outputs)
    {
        onnx::NodeProto& node = *m_graph.add_node();
        node.set_op_type(type);
        node.set_name(unique(name));
        for (const std::string& input : inputs)
            node.add_input(input);
        for (const std::string& output : outputs)
            node.add_output(output);
        return node;
    }

    std::string initializer(const std::string& name, onnx::TensorProto_DataType type,
        const std::vector<std::int64_t>& dims, const void* data, std::size_t bytes)
    {
        onnx::TensorProto& tensor = *m_graph.add_initializer();
        tensor.set_name(unique(name));
        tensor.set_data_type(type);
        for (const std::int64_t dim : dims)
            tensor.add_dims(dim);
        tensor.set_raw_data(data, bytes);
        return tensor.name();
    }

    /// Q K^T or P V: pairs on both operands. Probabilities lie between 0 and 1, whatever the data.
    void attentionProduct(onnx::NodeProto& node, const Job& job)
    {
        const bool dynamic = job.settings.approach == Approach::Dynamic;
        m_dynamic += dynamic;
        const auto pair = [&](const std::string& value) {
            return dynamic ? dynamicPair(smoothed(job, value)) : staticPair(job, value);
        };
        std::string first;
        if (job.product.kind == quantize::ProductKind::Context) {
            ++m_probabilities;
            first = pairOf(job.product.activation, {1.0f / 255, 0});
        } else {
            first = pair(job.product.activation);
        }
        const std::string second = pair(job.product.weight);
        const Range* range = smoothingOf(job, job.product.weight);
        onnx::NodeProto& copy = *m_graph.add_node();
        copy.Swap(&node);
        copy.set_input(0, first);
        copy.set_input(1, second);
        if (!range || job.product.kind != quantize::ProductKind::Context)
            return;
        // The columns of V were divided: the result makes up for it.
        const std::string result = copy.output(0), divided = unique(result + "_smoothed");
        copy.set_output(0, divided);
        add("Mul", result + "_unsmooth", {divided, factors(result, *range, range->smoothing, false)}, {result});
    }

    void product(onnx::NodeProto& node, const Job& job)
    {
        if (!job.product.counted())
            return attentionProduct(node, job);
        if (job.settings.weightScheme == Scheme::Asym)
            ++m_asymmetricWeights;
        const bool dynamic = job.settings.approach == Approach::Dynamic;
        if (dynamic)
            ++m_dynamic;
        if (dynamic && job.product.kind != quantize::ProductKind::Conv)
            return integerProduct(node, job);
        if (dynamic)
            ++m_dynamicConv;
        const std::string activation =
            dynamic ? dynamicPair(smoothed(job, job.product.activation)) : staticPair(job, job.product.activation);
        const std::string weight = dequantizedWeight(job);
        onnx::NodeProto& copy = *m_graph.add_node();
        copy.Swap(&node);
        copy.set_input(0, activation);
        copy.set_input(1, weight);
        correctBias(copy, job);
    }

    /// What quantizing the weights loses on average comes behind the product.
    void correctBias(onnx::NodeProto& node, const Job& job)
    {
        if (!job.settings.biasCorrection)
            return;
        const graph::Node& source = m_model.nodes()[static_cast<std::size_t>(job.product.node)];
        const bool transposed = storedTransposed(source, job.product);
        const Range& range = rangeOf(job, job.product.activation);
        const graph::Weight& weight = *m_model.weight(job.product.weight);
        const auto quantized = quantize::quantizeWeight(weight, job.product.k, job.product.n, transposed,
            job.settings.weightGranularity, job.settings.weightBits, range.smoothing);
        const auto correction = quantize::biasCorrection(weight, transposed, quantized, range.smoothing, range.means);
        const std::string result = node.output(0), before = unique(result + "_uncorrected");
        node.set_output(0, before);
        const std::string name = initializer(result + "_correction", onnx::TensorProto::FLOAT,
            {static_cast<std::int64_t>(correction.size())}, correction.data(), correction.size() * sizeof(float));
        add("Add", result + "_bias_correction", {before, name}, {result});
    }

    const Range& rangeOf(const Job& job, const std::string& value) const
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

    /// The range whose factors the value is divided by, if it is.
    const Range* smoothingOf(const Job& job, const std::string& value) const
    {
        if (job.settings.approach == Approach::Dynamic && job.settings.smoothing == 0)
            return nullptr;
        const Range& range = rangeOf(job, value);
        return range.smoothing.empty() ? nullptr : &range;
    }

    /// One factor a channel in a shape that broadcasts over the value; `transposed`: K, whose channels are rows.
    std::string factors(
        const std::string& value, const Range& range, const std::vector<float>& values, bool transposed)
    {
        const auto count = static_cast<std::int64_t>(values.size());
        std::vector<std::int64_t> dims{count};
        if (range.heads > 0 && count % range.heads == 0)
            dims = {range.heads, transposed ? count / range.heads : 1, transposed ? 1 : count / range.heads};
        return initializer(
            value + "_smoothing", onnx::TensorProto::FLOAT, dims, values.data(), values.size() * sizeof(float));
    }

    /// The value divided by its smoothing: by a normalization that only such readers have, else by a Mul.
    std::string smoothed(const Job& job, const std::string& value)
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
        const std::string result = unique(value + "_smooth");
        add("Mul", value + "_Smooth", {value, factors(value, *range, inverse, transposed)}, {result});
        return m_smoothed[key] = result;
    }

    /// Normalizations all of whose readers want their output divided in the same way: gamma and beta are.
    void planFolds(const std::unordered_map<std::string, Job>& jobs)
    {
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
                && (!beta || m_model.weight(node.inputs[2])) && !m_outputs.count(value);
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

    void fold(onnx::NodeProto& norm, const Range& range)
    {
        for (int input = 1; input < norm.input_size() && input < 3; ++input) {
            if (norm.input(input).empty())
                continue;
            const graph::Weight& weight = *m_model.weight(norm.input(input));
            std::vector<float> values;
            for (const float value : graph::floats(weight))
                values.push_back(value);
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] /= range.smoothing[i];
            const std::string old = norm.input(input);
            norm.set_input(input,
                initializer(old + "_smooth", onnx::TensorProto::FLOAT, {static_cast<std::int64_t>(values.size())},
                    values.data(), values.size() * sizeof(float)));
            m_replaced.insert(old);
        }
    }

    /// QuantizeLinear + DequantizeLinear over the value, one pair for all readers with the same range and scheme.
    std::string staticPair(const Job& job, const std::string& value)
    {
        const RangeKey key = rangeKey(value, job.settings);
        const auto known = m_pairs.find({key, job.settings.activationScheme});
        if (known != m_pairs.end())
            return known->second;
        const quantize::Affine affine = quantize::activationAffine(rangeOf(job, value), job.settings.activationScheme);
        return m_pairs[{key, job.settings.activationScheme}] = pairOf(smoothed(job, value), affine);
    }

    std::string pairOf(const std::string& value, const quantize::Affine& affine)
    {
        const auto zero = static_cast<std::uint8_t>(std::clamp(affine.zeroPoint, 0, 255));
        const std::string scale =
            initializer(value + "_scale", onnx::TensorProto::FLOAT, {}, &affine.scale, sizeof(float));
        const std::string zeroPoint = initializer(value + "_zero_point", onnx::TensorProto::UINT8, {}, &zero, 1);
        const std::string quantized = unique(value + "_quantized");
        const std::string restored = unique(value + "_dequantized");
        add("QuantizeLinear", value + "_QuantizeLinear", {value, scale, zeroPoint}, {quantized});
        add("DequantizeLinear", value + "_DequantizeLinear", {quantized, scale, zeroPoint}, {restored});
        return restored;
    }

    struct Dynamic
    {
        std::string quantized, scale, zeroPoint, restored;
    };

    Dynamic& dynamicValue(const std::string& value)
    {
        const auto [it, added] = m_dynamicValues.try_emplace(value);
        if (added) {
            it->second = {unique(value + "_quantized"), unique(value + "_scale"), unique(value + "_zero_point"), {}};
            add("DynamicQuantizeLinear", value + "_DynamicQuantizeLinear", {value},
                {it->second.quantized, it->second.scale, it->second.zeroPoint});
        }
        return it->second;
    }

    std::string dynamicPair(const std::string& value)
    {
        Dynamic& dynamic = dynamicValue(value);
        if (dynamic.restored.empty()) {
            dynamic.restored = unique(value + "_dequantized");
            add("DequantizeLinear", value + "_DequantizeLinear",
                {dynamic.quantized, dynamic.scale, dynamic.zeroPoint}, {dynamic.restored});
        }
        return dynamic.restored;
    }

    struct Weight
    {
        std::string values, scale, restored;
    };

    static bool storedTransposed(const graph::Node& node, const quantize::Product& product)
    {
        if (product.kind == quantize::ProductKind::Conv)
            return true;
        return product.kind == quantize::ProductKind::Gemm && node.intAttribute("transB", 0) != 0;
    }

    /// The s8 weight, [K, N] for MatMulInteger or in the layout of the file for DequantizeLinear.
    Weight& quantizedWeight(const Job& job, bool fileLayout)
    {
        const graph::Node& node = m_model.nodes()[static_cast<std::size_t>(job.product.node)];
        const bool transposed = storedTransposed(node, job.product);
        const std::string& name = job.product.weight;
        const Range* range = smoothingOf(job, job.product.activation);
        const auto key = std::tuple(name, job.settings.weightGranularity, job.settings.weightBits, transposed,
            transposed && fileLayout, range ? rangeKey(job.product.activation, job.settings) : RangeKey{});
        const auto [it, added] = m_weights.try_emplace(key);
        if (!added)
            return it->second;
        const graph::Weight* weight = m_model.weight(name);
        if (!weight || weight->type != DType::F32)
            throw Error(ErrorKind::Unsupported,
                fmt::format("The QDQ export needs float32 weights; {} of {} is {}.", name, job.name,
                    weight ? toString(weight->type) : "computed"),
                Location{{}, 0, 0, 0, job.name});
        const auto quantized = quantize::quantizeWeight(
            *weight, job.product.k, job.product.n, transposed, job.settings.weightGranularity, job.settings.weightBits,
            range ? range->smoothing : std::vector<float>());
        m_quantizedBytes += quantized.values.size();
        if (m_quantizedBytes > maxBytes)
            tooLarge();
        const bool back = transposed && fileLayout;
        const std::vector<std::int8_t> values = back ? transpose(quantized) : quantized.values;
        const std::vector<std::int64_t> dims =
            fileLayout ? weight->shape : std::vector<std::int64_t>{job.product.k, job.product.n};
        const bool perChannel = job.settings.weightGranularity == Granularity::PerChannel;
        std::vector<std::int64_t> scaleDims;
        if (perChannel)
            scaleDims.push_back(static_cast<std::int64_t>(quantized.scales.size()));
        it->second.values =
            initializer(name + "_quantized", onnx::TensorProto::INT8, dims, values.data(), values.size());
        it->second.scale = initializer(name + "_scale", onnx::TensorProto::FLOAT, scaleDims, quantized.scales.data(),
            quantized.scales.size() * sizeof(float));
        m_replaced.insert(name);
        return it->second;
    }

    static std::vector<std::int8_t> transpose(const quantize::QuantizedWeight& weight)
    {
        std::vector<std::int8_t> result(weight.values.size());
        const auto k = static_cast<std::size_t>(weight.k), n = static_cast<std::size_t>(weight.n);
        for (std::size_t row = 0; row < k; ++row)
            for (std::size_t column = 0; column < n; ++column)
                result[column * k + row] = weight.values[row * n + column];
        return result;
    }

    std::string dequantizedWeight(const Job& job)
    {
        Weight& weight = quantizedWeight(job, true);
        if (!weight.restored.empty())
            return weight.restored;
        const graph::Node& node = m_model.nodes()[static_cast<std::size_t>(job.product.node)];
        const std::string& name = job.product.weight;
        const bool perChannel = job.settings.weightGranularity == Granularity::PerChannel;
        const std::vector<std::int8_t> zeros(perChannel ? static_cast<std::size_t>(job.product.n) : 1, 0);
        const std::vector<std::int64_t> dims =
            perChannel ? std::vector<std::int64_t>{job.product.n} : std::vector<std::int64_t>{};
        const std::string zeroPoint =
            initializer(name + "_zero_point", onnx::TensorProto::INT8, dims, zeros.data(), zeros.size());
        weight.restored = unique(name + "_dequantized");
        onnx::NodeProto& restore = add("DequantizeLinear", name + "_DequantizeLinear",
            {weight.values, weight.scale, zeroPoint}, {weight.restored});
        if (perChannel)
            setInt(restore, "axis", storedTransposed(node, job.product) ? 0 : 1);
        return weight.restored;
    }

    /// y = cast(MatMulInteger(q(x), W)) * (scale(x) * scale(W)) (+ bias), under the name of the node it replaces.
    void integerProduct(const onnx::NodeProto& node, const Job& job)
    {
        const Dynamic& activation = dynamicValue(smoothed(job, job.product.activation));
        const Weight& weight = quantizedWeight(job, false);
        const std::string& y = node.output(0);
        const bool bias = node.input_size() > 2 && !node.input(2).empty();
        const std::string sums = unique(y + "_int32"), real = unique(y + "_float"), scale = unique(y + "_scale");
        const std::string product = bias ? unique(y + "_product") : y;
        add("MatMulInteger", job.name + "_quant", {activation.quantized, weight.values, activation.zeroPoint}, {sums});
        setInt(add("Cast", job.name + "_cast", {sums}, {real}), "to", onnx::TensorProto::FLOAT);
        add("Mul", job.name + "_scales_mul", {activation.scale, weight.scale}, {scale});
        add("Mul", job.name + "_output_scale_mul", {real, scale}, {product});
        if (bias)
            add("Add", job.name + "_bias_add", {product, node.input(2)}, {y});
        correctBias(*m_graph.mutable_node(m_graph.node_size() - 1), job);
    }

    /// Weights that nobody reads any more.
    void dropReplaced()
    {
        std::unordered_set<std::string> reads;
        collectReads(m_graph, reads);
        const auto unused = [&](const std::string& name) { return m_replaced.count(name) && !reads.count(name); };
        const auto removeIf = [](auto* list, auto predicate) {
            list->erase(std::remove_if(list->begin(), list->end(), predicate), list->end());
        };
        removeIf(m_graph.mutable_node(), [&](const onnx::NodeProto& node) {
            const bool makesConstant = node.op_type() == "Constant" || node.op_type() == "DequantizeLinear";
            if (!makesConstant || node.output_size() != 1 || !unused(node.output(0)))
                return false;
            m_replaced.insert(node.input().begin(), node.input().end());
            return true;
        });
        reads.clear();
        collectReads(m_graph, reads);
        removeIf(m_graph.mutable_initializer(), [&](const onnx::TensorProto& tensor) { return unused(tensor.name()); });
        removeIf(m_graph.mutable_input(), [&](const onnx::ValueInfoProto& value) { return unused(value.name()); });
        removeIf(m_graph.mutable_value_info(), [&](const onnx::ValueInfoProto& value) { return unused(value.name()); });
    }

    /// The export is one file: what lay beside the model is copied in.
    void inlineExternal()
    {
        std::uint64_t bytes = m_quantizedBytes;
        for (onnx::TensorProto& tensor : *m_graph.mutable_initializer())
            inlineTensor(tensor, tensor.name(), bytes);
        for (onnx::NodeProto& node : *m_graph.mutable_node()) {
            for (onnx::AttributeProto& attribute : *node.mutable_attribute())
                if (attribute.has_t())
                    inlineTensor(*attribute.mutable_t(), node.output_size() > 0 ? node.output(0) : "", bytes);
            forEachSubgraph(node, [&](const onnx::GraphProto& inner) { refuseExternal(inner); });
        }
    }

    void inlineTensor(onnx::TensorProto& tensor, const std::string& value, std::uint64_t& bytes)
    {
        if (tensor.data_location() != onnx::TensorProto::EXTERNAL)
            return;
        const graph::Weight* weight = m_model.weight(value);
        if (!weight)
            throw Error(ErrorKind::Unsupported,
                fmt::format("The QDQ export cannot copy the external data of {} into one file.", tensor.name()));
        bytes += weight->byteCount();
        if (bytes > maxBytes)
            tooLarge();
        tensor.clear_external_data();
        tensor.clear_data_location();
        const graph::WeightBytes values(*weight);
        tensor.set_raw_data(values.span().data(), values.span().size());
    }

    void refuseExternal(const onnx::GraphProto& graph)
    {
        for (const onnx::TensorProto& tensor : graph.initializer())
            if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
                throw Error(ErrorKind::Unsupported,
                    fmt::format("The QDQ export cannot copy the external data of {}, which belongs to a subgraph.",
                        tensor.name()));
        for (const onnx::NodeProto& node : graph.node())
            forEachSubgraph(node, [&](const onnx::GraphProto& inner) { refuseExternal(inner); });
    }

    [[noreturn]] void tooLarge() const
    {
        throw Error(ErrorKind::Unsupported,
            fmt::format("The QDQ export of {} would be larger than 1.8 GiB, which one ONNX file cannot hold; set more "
                        "products to int8.",
                m_model.path()));
    }

    std::vector<std::string> losses() const
    {
        std::vector<std::string> result;
        const auto say = [&](int count, const std::string& what) {
            if (count > 0)
                result.push_back(fmt::format("{}, on {} op{}", what, count, count == 1 ? "" : "s"));
        };
        say(m_bf16, "bf16 stays fp32");
        say(m_probabilities, "probabilities of attention are rounded to steps of 1/255 after normalising, Octet before it");
        say(m_refused, "int8 is not possible and stays fp32");
        say(m_asymmetricWeights, "asymmetric weights are written symmetric");
        say(m_dynamic, "per-token scales become DynamicQuantizeLinear per tensor");
        say(m_dynamicConv, "a dynamic Conv computes in fp32 on dynamically quantized input");
        return result;
    }

    const graph::Model& m_model;
    const Settings& m_settings;
    const Ranges& m_ranges;
    onnx::ModelProto m_proto;
    onnx::GraphProto& m_graph;
    std::unordered_set<std::string> m_names;
    std::map<std::pair<RangeKey, Scheme>, std::string> m_pairs;
    std::map<std::string, Dynamic> m_dynamicValues;
    std::map<std::tuple<std::string, Granularity, int, bool, bool, RangeKey>, Weight> m_weights;
    std::map<RangeKey, std::string> m_smoothed;
    std::map<std::string, const Range*> m_folded; // outputs of normalizations
    std::unordered_set<std::string> m_outputs; // of the graph
    std::set<std::string> m_replaced;
    std::uint64_t m_quantizedBytes = 0;
    int m_bf16 = 0, m_probabilities = 0, m_refused = 0, m_asymmetricWeights = 0, m_dynamic = 0, m_dynamicConv = 0;
};

} // namespace

QdqExport writeQdq(const graph::Model& model, const Settings& settings, const Ranges& ranges, const std::string& path)
{
    QdqWriter writer(model, settings, ranges);
    writer.rewrite();
    return writer.save(path);
}

} // namespace octet::exchange
