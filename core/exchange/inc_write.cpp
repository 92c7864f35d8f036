// SPDX-License-Identifier: GPL-3.0-or-later
// Config and Goal -> INC YAML, with a list of what that schema cannot say.
#include "core/exchange/inc_names.h"
#include "core/exchange/inc_schema.h"
#include "core/exchange/yaml_scalar.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

namespace octet::exchange {

namespace {

YamlNode integer(long long value)
{
    return YamlNode::scalar(fmt::format("{}", value), true);
}
YamlNode real(double value)
{
    return YamlNode::scalar(floatText(value), true);
}

YamlNode listOf(const std::string& word)
{
    YamlNode list = YamlNode::sequence(true);
    list.items.push_back(YamlNode::string(word));
    return list;
}

std::string plural(std::size_t count, const std::string& what)
{
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// The value that most ops have; the earliest declared one when two are as frequent.
template <typename T>
T mostFrequent(const std::vector<OpSettings>& ops, T OpSettings::*member)
{
    std::map<T, int> counts;
    for (const OpSettings& op : ops)
        ++counts[op.*member];
    T best = OpSettings{}.*member;
    int most = 0;
    for (const auto& [value, count] : counts)
        if (count > most) {
            best = value;
            most = count;
        }
    return best;
}

class Writer
{
public:
    Writer(const graph::Model& model, const Config& config, const Goal& goal, long samples, const std::string& verbatim)
        : m_model(model)
        , m_resolution(quantize::resolve(model, config))
        , m_goal(goal)
        , m_samples(samples)
    {
        if (!verbatim.empty())
            m_kept = parseYaml(verbatim, "kept INC sections");
        for (const auto& op : m_resolution.ops)
            m_ops.push_back(sayable(op.settings));
    }

    IncExport write()
    {
        losses();
        const bool anyInt8 = std::any_of(
            m_ops.begin(), m_ops.end(), [](const OpSettings& op) { return op.precision == Precision::Int8; });
        m_dynamic = anyInt8 && majorityDynamic();
        modelSettings();

        YamlNode root = YamlNode::map();
        root["model"]["name"] = YamlNode::string(modelName());
        root["model"]["framework"] = YamlNode::string(m_dynamic ? "onnxrt_integerops" : "onnxrt_qdq");
        root["version"] = real(1.0);
        root["quantization"]["approach"] =
            YamlNode::string(m_dynamic ? "post_training_dynamic_quant" : "post_training_static_quant");
        if (m_samples > 0) {
            YamlNode sizes = YamlNode::sequence(true);
            sizes.items.push_back(integer(m_samples));
            root["quantization"]["calibration"]["sampling_size"] = std::move(sizes);
        }
        root["quantization"]["model_wise"] = leaves(m_base, nullptr);
        for (std::size_t i = 0; i < m_ops.size(); ++i)
            if (!(m_ops[i] == m_base))
                root["quantization"]["op_wise"][escapedName(m_resolution.ops[i].name)] = leaves(m_ops[i], &m_base);
        root["tuning"] = tuning();
        merge(root, m_kept);
        return {header() + yamlText(root), std::move(m_losses)};
    }

private:
    /// Settings without what the schema has no words for, so that "differs" means "differs in the file".
    static OpSettings sayable(OpSettings op)
    {
        op.locked = false;
        op.manualRanges.clear();
        op.weightBits = 8;
        op.percentile = OpSettings{}.percentile;
        op.approach = Approach::Static; // one for the whole file
        if (op.rangeMethod != RangeMethod::Kl)
            op.rangeMethod = RangeMethod::MinMax;
        return op;
    }

    bool isDynamic(const OpSettings& op) const
    {
        return op.precision == Precision::Int8 && op.approach == Approach::Dynamic;
    }

    bool majorityDynamic()
    {
        std::size_t dynamic = 0, fixed = 0;
        for (const auto& op : m_resolution.ops) {
            dynamic += isDynamic(op.settings) ? 1 : 0;
            fixed += op.settings.precision == Precision::Int8 && op.settings.approach == Approach::Static ? 1 : 0;
        }
        const bool result = dynamic > fixed;
        if (dynamic && fixed)
            loss("{} {}: the schema has one approach a file, so {} written",
                plural(result ? fixed : dynamic, "product"), result ? "with static scales" : "with dynamic scales",
                result ? "dynamic is" : "static is");
        return result;
    }

    void modelSettings()
    {
        // The levels below name what differs; so the model level is what most products have.
        std::vector<OpSettings> int8;
        std::copy_if(m_ops.begin(), m_ops.end(), std::back_inserter(int8),
            [](const OpSettings& op) { return op.precision == Precision::Int8; });
        const std::vector<OpSettings>& deciding = int8.empty() ? m_ops : int8;
        m_base.precision = int8.empty() ? mostFrequent(m_ops, &OpSettings::precision) : Precision::Int8;
        m_base.weightGranularity = mostFrequent(deciding, &OpSettings::weightGranularity);
        m_base.weightScheme = mostFrequent(deciding, &OpSettings::weightScheme);
        m_base.activationScheme = mostFrequent(deciding, &OpSettings::activationScheme);
        m_base.rangeMethod = mostFrequent(deciding, &OpSettings::rangeMethod);
    }

    /// All leaves (`base` null) or those that differ from `base`.
    static YamlNode leaves(const OpSettings& op, const OpSettings* base)
    {
        YamlNode node = YamlNode::map();
        const auto differs = [&](auto member) { return !base || op.*member != base->*member; };
        if (differs(&OpSettings::weightGranularity))
            node["weight"]["granularity"] = listOf(toString(op.weightGranularity));
        if (differs(&OpSettings::weightScheme))
            node["weight"]["scheme"] = listOf(toString(op.weightScheme));
        const bool int8 = op.precision == Precision::Int8;
        if (differs(&OpSettings::precision))
            node["weight"]["dtype"] = listOf(toString(op.precision));
        if (!base) {
            node["weight"]["algorithm"] = listOf("minmax");
            node["activation"]["granularity"] = listOf("per_tensor");
        }
        if (differs(&OpSettings::activationScheme))
            node["activation"]["scheme"] = listOf(toString(op.activationScheme));
        if (differs(&OpSettings::precision))
            node["activation"]["dtype"] = listOf(int8 ? "uint8" : toString(op.precision));
        if (differs(&OpSettings::rangeMethod))
            node["activation"]["algorithm"] = listOf(toString(op.rangeMethod));
        return node;
    }

    template <typename... Args>
    void loss(fmt::format_string<Args...> text, Args&&... args)
    {
        m_losses.push_back(fmt::format(text, std::forward<Args>(args)...));
    }

    /// "A on 3 ops" for each way in which settings say more than the schema.
    void losses()
    {
        std::map<std::string, std::size_t> counts;
        std::size_t locked = 0, smoothed = 0, corrected = 0;
        for (const auto& op : m_resolution.ops) {
            const OpSettings& settings = op.settings;
            locked += op.asked.locked ? 1 : 0;
            if (settings.precision != Precision::Int8)
                continue;
            smoothed += settings.smoothing != 0;
            corrected += settings.biasCorrection;
            if (settings.weightBits != 8)
                ++counts[fmt::format("{} bit weights become 8 bits", settings.weightBits)];
            if (settings.approach == Approach::Dynamic)
                ++counts["dynamic scales a token become one a tensor"];
            else if (!settings.manualRanges.empty())
                ++counts["a range set by hand becomes what calibration finds"];
            else if (settings.rangeMethod == RangeMethod::Percentile)
                ++counts[fmt::format("range method percentile {} becomes minmax", settings.percentile)];
            else if (settings.rangeMethod == RangeMethod::Mse)
                ++counts["range method mse becomes minmax"];
        }
        // These two change weights: the accuracy that was measured does not hold without them.
        if (smoothed)
            loss("smoothing (SmoothQuant) on {} is not written, so the accuracy is not what was measured with it",
                plural(smoothed, "op"));
        if (corrected)
            loss("bias correction on {} is not written, so the accuracy is not what was measured with it",
                plural(corrected, "op"));
        for (const auto& [what, count] : counts)
            loss("{}, on {}", what, plural(count, "op"));
        if (locked)
            loss("locks on {} are not written", plural(locked, "op"));
        otherOps();
        goalLosses();
        bool gemm = std::any_of(m_model.nodes().begin(), m_model.nodes().end(),
            [](const graph::Node& node) { return node.opType == "Gemm"; });
        if (gemm)
            loss("INC splits Gemm into MatMul and Add before it looks for names; check that its names still match");
    }

    /// INC's ONNX Runtime adaptor quantizes more op types than products.
    void otherOps()
    {
        static const std::set<std::string> quantizedByInc{"Gather", "Add", "Mul", "Concat", "Split", "MaxPool",
            "AveragePool", "Relu", "Clip", "Sigmoid", "LeakyRelu", "GlobalAveragePool", "EmbedLayerNormalization",
            "Attention"};
        std::set<std::string> found;
        for (const graph::Node& node : m_model.nodes())
            if (quantizedByInc.count(node.opType))
                found.insert(node.opType);
        if (!found.empty())
            loss("INC may also quantize {}, which Octet leaves in fp32", fmt::join(found, ", "));
    }

    void goalLosses()
    {
        if (m_goal.keepWeights)
            loss("\"keep the weights as they are\" is not written");
        if (m_goal.searchOn)
            loss("\"search on although a baseline meets the goal\" is not written");
        if (m_goal.timeoutSeconds != std::floor(m_goal.timeoutSeconds))
            loss("the time limit of {} s becomes whole seconds", m_goal.timeoutSeconds);
    }

    YamlNode tuning()
    {
        YamlNode node = YamlNode::map();
        const std::string& strategy = m_goal.strategy;
        YamlNode named = YamlNode::map();
        named["tuning"]["strategy"]["name"] = YamlNode::string(strategy);
        const auto findings = checkInc(named, incSchema());
        const bool unknown = std::any_of(findings.begin(), findings.end(), [](const IncFinding& finding) {
            return finding.problem.error && finding.problem.path == "tuning.strategy.name";
        });
        if (strategy == Goal{}.strategy) // left out, which INC reads as basic and Octet as its own
            loss("the strategy {} is Octet's; INC runs basic", strategy);
        else if (unknown)
            loss("the strategy {} is not INC's; INC runs basic", strategy);
        if (!unknown)
            node["strategy"]["name"] = YamlNode::string(strategy);
        if (!std::isfinite(m_goal.maxDrop) || (m_goal.relative && std::abs(m_goal.maxDrop) >= 1))
            throw Error(ErrorKind::Setting,
                fmt::format("A relative drop of {} is no goal; it must lie between -1 and 1.", m_goal.maxDrop));
        node["accuracy_criterion"][m_goal.relative ? "relative" : "absolute"] = real(m_goal.maxDrop);
        node["exit_policy"]["timeout"] = integer(seconds(m_goal.timeoutSeconds));
        node["exit_policy"]["max_trials"] = integer(m_goal.maxTrials);
        node["random_seed"] = integer(m_goal.seed);
        return node;
    }

    static long long seconds(double value)
    {
        if (!(value >= 0) || value > std::numeric_limits<int>::max())
            throw Error(ErrorKind::Setting,
                fmt::format("A time limit of {} s is no goal; it must lie between 0 and {}.", value,
                    std::numeric_limits<int>::max()));
        return static_cast<long long>(std::ceil(value));
    }

    /// What was kept goes where it came from; what this export says itself stays.
    static void merge(YamlNode& to, const YamlNode& from)
    {
        for (const auto& [key, value] : from.entries) {
            YamlNode* existing = to.find(key.text);
            if (!existing)
                to.entries.emplace_back(key, value);
            else if (existing->isMap() && value.isMap())
                merge(*existing, value);
        }
    }

    std::string modelName() const
    {
        const std::filesystem::path path(m_model.path());
        const std::string stem = path.stem().string();
        const bool generic = stem == "model" && path.has_parent_path();
        const std::string name = generic ? path.parent_path().filename().string() : stem;
        return name.empty() ? "model" : name;
    }

    std::string header() const
    {
        std::string text =
            "# Intel Neural Compressor 1.x configuration, written by Octet " OCTET_VERSION ".\n"
            "# op_wise keys are regular expressions in the dialect of INC 1.14.1 and later (the whole name must "
            "match).\n"
            "# They name the nodes of the ONNX file; INC looks in its own optimised copy of the graph.\n";
        if (!m_losses.empty())
            text += "# What this schema cannot say:\n";
        for (std::string line : m_losses) {
            std::replace_if(
                line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
            text += "# - " + line + "\n";
        }
        return text;
    }

    const graph::Model& m_model;
    quantize::Resolution m_resolution;
    Goal m_goal;
    long m_samples;
    YamlNode m_kept;
    std::vector<OpSettings> m_ops;
    OpSettings m_base;
    bool m_dynamic = false;
    std::vector<std::string> m_losses;
};

} // namespace

IncExport writeIncYaml(const graph::Model& model, const Config& config, const Goal& goal, long calibrationSamples,
    const std::string& verbatim)
{
    return Writer(model, config, goal, calibrationSamples, verbatim).write();
}

} // namespace octet::exchange
