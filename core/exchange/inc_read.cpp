// SPDX-License-Identifier: GPL-3.0-or-later
// INC YAML -> Config and Goal. Nothing is dropped silently: what Octet reads otherwise than INC is a warning.
#include "core/exchange/inc_names.h"
#include "core/exchange/inc_schema.h"
#include "core/exchange/yaml_scalar.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace octet::exchange {

namespace {

using Words = std::vector<std::string>;

const YamlNode& child(const YamlNode& node, const std::string& key)
{
    static const YamlNode none;
    const YamlNode* found = node.find(key);
    return found ? *found : none;
}

bool has(const Words& words, const std::string& word)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

class Reader
{
public:
    Reader(const std::string& fileName, const graph::Model* model)
        : m_fileName(fileName)
        , m_model(model)
    {
    }

    IncImport read(const YamlNode& root)
    {
        const YamlNode& quantization = child(root, "quantization");
        m_result.modelName = child(child(root, "model"), "name").text;
        m_result.framework = child(child(root, "model"), "framework").text;
        m_result.config.model.precision = Precision::Int8;
        m_result.config.model.approach = approach(child(quantization, "approach"));
        modelWise(child(quantization, "model_wise"));
        opTypeWise(child(quantization, "optype_wise"));
        opWise(child(quantization, "op_wise"));
        calibration(child(quantization, "calibration"));
        tuning(child(root, "tuning"));
        evaluation(child(root, "evaluation"));
        keep(root);
        return std::move(m_result);
    }

    void addProblem(SchemaProblem problem) { m_result.problems.push_back(std::move(problem)); }

private:
    void warn(const YamlNode& node, const std::string& path, std::string message)
    {
        addProblem({false, std::max(node.line, 1), std::max(node.column, 1), path, std::move(message)});
    }

    [[noreturn]] void refuse(const YamlNode& node, const std::string& path, const std::string& message) const
    {
        throw Error(ErrorKind::Setting,
            fmt::format("{}: {} {}", placeText(m_fileName, node.line, node.column), path, message),
            Location{m_fileName, node.line, node.column, 0, {}});
    }

    /// The ONNX Runtime frameworks imply how activations are quantized; the leaf only says it for the others.
    Approach approach(const YamlNode& leaf)
    {
        const std::string path = "quantization.approach";
        const std::string& framework = m_result.framework;
        if (leaf.text == "quant_aware_training")
            refuse(leaf, path,
                "is quant_aware_training, which needs a training run; export the trained model to ONNX and use "
                "post_training_static_quant.");
        const bool dynamic = leaf.text == "post_training_dynamic_quant";
        const bool automatic = leaf.text == "post_training_auto_quant";
        if (framework == "onnxrt_integerops") {
            if (leaf.isScalar() && !dynamic)
                warn(leaf, path,
                    fmt::format("{} contradicts the framework onnxrt_integerops, which is dynamic; dynamic is used",
                        leaf.text));
            return noteDynamic(leaf, path);
        }
        const bool staticFramework =
            framework == "onnxrt_qlinearops" || framework == "onnxrt_qoperator" || framework == "onnxrt_qdq";
        if (staticFramework && dynamic) {
            warn(leaf, path,
                fmt::format("{} contradicts the framework {}, which is static; static is used", leaf.text, framework));
            return Approach::Static;
        }
        if (automatic)
            warn(leaf, path, "post_training_auto_quant lets INC choose static or dynamic an op; static is used");
        return dynamic ? noteDynamic(leaf, path) : Approach::Static;
    }

    Approach noteDynamic(const YamlNode& node, const std::string& path)
    {
        warn(node, path, "dynamic scales are computed a token here; INC computes one a tensor");
        return Approach::Dynamic;
    }

    /// INC tries every value of a list in its search; a config here has one value a leaf.
    std::string firstWord(const YamlNode& node, const std::string& path)
    {
        const Words words = listWords(node);
        if (words.size() > 1)
            warn(
                node, path, fmt::format("INC would try each of {}; {} is used", fmt::join(words, ", "), words.front()));
        return words.empty() ? std::string() : words.front();
    }

    OpLeaves leaves(const YamlNode& node, const std::string& path)
    {
        OpLeaves result;
        const YamlNode& weight = child(node, "weight");
        const YamlNode& activation = child(node, "activation");
        result.precision = precision(child(weight, "dtype"), child(activation, "dtype"), path);
        weightLeaves(weight, path + ".weight", result);
        activationLeaves(activation, path + ".activation", result);
        return result;
    }

    void weightLeaves(const YamlNode& weight, const std::string& path, OpLeaves& result)
    {
        if (const auto word = firstWord(child(weight, "granularity"), path + ".granularity"); !word.empty())
            result.weightGranularity = granularityFromString(word);
        if (const auto word = firstWord(child(weight, "scheme"), path + ".scheme"); word == "asym_float")
            warn(child(weight, "scheme"), path + ".scheme", "asym_float exists in PyTorch only; asym is used"),
                result.weightScheme = Scheme::Asym;
        else if (!word.empty())
            result.weightScheme = schemeFromString(word);
        const YamlNode& bit = child(weight, "bit");
        const Words bits = bit.isSequence() ? listWords(bit) : bit.isScalar() ? Words{bit.text} : Words{};
        // 7.0 is INC's default and means plain int8.
        if (!bits.empty() && pythonFloat(bits.front()).value_or(7) != 7)
            warn(bit, path + ".bit", fmt::format("{} bits are not supported; weights keep 8 bits", bits.front()));
    }

    void activationLeaves(const YamlNode& activation, const std::string& path, OpLeaves& result)
    {
        const YamlNode& granularity = child(activation, "granularity");
        if (firstWord(granularity, path + ".granularity") == "per_channel")
            warn(granularity, path + ".granularity",
                "activations are never quantized a channel here; per_tensor is used");
        if (const auto word = firstWord(child(activation, "scheme"), path + ".scheme"); !word.empty())
            result.activationScheme = schemeFromString(word);
        const YamlNode& algorithm = child(activation, "algorithm");
        const auto word = firstWord(algorithm, path + ".algorithm");
        if (word == "placeholder")
            warn(algorithm, path + ".algorithm", "placeholder exists in PyTorch only; it is ignored");
        else if (!word.empty())
            result.rangeMethod = rangeMethodFromString(word);
        const YamlNode& compute = child(activation, "compute_dtype");
        if (!compute.isNull())
            warn(compute, path + ".compute_dtype", "compute_dtype exists in PyTorch only; it is ignored");
    }

    /// An op stays out of int8 when either operand's list has no 8-bit type; a mix means int8 with a fall-back.
    std::optional<Precision> precision(const YamlNode& weight, const YamlNode& activation, const std::string& path)
    {
        const Words weightTypes = listWords(weight), activationTypes = listWords(activation);
        if (weightTypes.empty() && activationTypes.empty())
            return std::nullopt;
        const auto int8 = [](const Words& types) { return types.empty() || has(types, "int8") || has(types, "uint8"); };
        if (!weightTypes.empty() && int8(weightTypes) && int8(activationTypes) && !has(weightTypes, "int8"))
            warn(weight, path + ".weight.dtype", "weights are int8 here, not uint8");
        if (!activationTypes.empty() && int8(weightTypes) && int8(activationTypes) && !has(activationTypes, "uint8"))
            warn(activation, path + ".activation.dtype", "activations are uint8 here, not int8");
        if (int8(weightTypes) && int8(activationTypes))
            return Precision::Int8;
        const bool weightDecides = !int8(weightTypes);
        const YamlNode& deciding = weightDecides ? weight : activation;
        const std::string decidingPath = path + (weightDecides ? ".weight.dtype" : ".activation.dtype");
        if (!weightTypes.empty() && !activationTypes.empty() && int8(weightTypes) != int8(activationTypes))
            warn(deciding, decidingPath, "int8 for one operand only is not supported; the op is not quantized");
        const std::string first = weightDecides ? weightTypes.front() : activationTypes.front();
        if (first == "fp16")
            warn(deciding, decidingPath, "fp16 is not supported; fp32 is used");
        return first == "bf16" ? Precision::Bf16 : Precision::Fp32;
    }

    static void apply(OpLeaves& target, const OpLeaves& leaves)
    {
        const auto set = [](auto& to, const auto& from) {
            if (from)
                to = from;
        };
        set(target.precision, leaves.precision);
        set(target.weightGranularity, leaves.weightGranularity);
        set(target.weightScheme, leaves.weightScheme);
        set(target.activationScheme, leaves.activationScheme);
        set(target.rangeMethod, leaves.rangeMethod);
    }

    void modelWise(const YamlNode& node) { apply(m_result.config.model, leaves(node, "quantization.model_wise")); }

    void opTypeWise(const YamlNode& node)
    {
        std::set<std::string> types;
        if (m_model)
            for (const graph::Node& modelNode : m_model->nodes())
                types.insert(modelNode.opType);
        for (const auto& [key, value] : node.entries) {
            const std::string path = "quantization.optype_wise." + key.text;
            m_result.config.opTypes[key.text] = leaves(value, path);
            if (m_model && !types.count(key.text))
                warn(key, path, nothing("no op type of the model", key.text, {types.begin(), types.end()}));
        }
    }

    static std::string nothing(const std::string& what, const std::string& key, const Words& names)
    {
        const auto nearest = quantize::nearestNames(names, key);
        return fmt::format("\"{}\" matches {}{}", key, what,
            nearest.empty() ? "" : fmt::format("; nearest: {}", fmt::join(nearest, ", ")));
    }

    struct Entry
    {
        OpLeaves leaves;
        ResolvedKey key;
        std::string node; // the one node that the key names literally
    };

    void opWise(const YamlNode& node)
    {
        std::map<std::string, std::size_t> lastOf; // key -> its last entry, which wins
        for (std::size_t i = 0; i < node.entries.size(); ++i)
            lastOf[node.entries[i].first.text] = i;
        std::vector<Entry> entries;
        std::map<std::string, std::size_t> lastMatch; // node -> the last entry that matches it
        for (std::size_t i = 0; i < node.entries.size(); ++i) {
            const auto& [key, value] = node.entries[i];
            if (lastOf[key.text] != i)
                continue;
            const std::string path = "quantization.op_wise." + key.text;
            if (key.text == "default_qconfig") {
                warn(key, path, "is INC's reserved name for all ops of pytorch_fx; it is applied to the model level");
                apply(m_result.config.model, leaves(value, path));
                continue;
            }
            entries.push_back(resolve(key, leaves(value, path), path));
            for (const std::string& name : entries.back().key.match.nodes)
                lastMatch[name] = entries.size() - 1;
        }
        for (std::size_t i = 0; i < entries.size(); ++i) {
            Entry& entry = entries[i];
            // In INC a later key wins; here a named op wins over every rule. So a name that a later rule overrides
            // has to be a rule as well.
            if (!entry.node.empty() && lastMatch[entry.node] == i)
                m_result.config.ops[entry.node] = entry.leaves;
            else
                m_result.config.rules.push_back({entry.key.pattern, entry.leaves});
            if (m_model)
                m_result.matches.push_back(std::move(entry.key.match));
        }
    }

    Entry resolve(const YamlNode& key, OpLeaves opLeaves, const std::string& path)
    {
        Entry entry;
        entry.leaves = std::move(opLeaves);
        entry.key.pattern = key.text;
        if (!m_model)
            return entry;
        entry.key = resolveKey(*m_model, key.text);
        NameMatch& match = entry.key.match;
        match.line = key.line;
        match.column = key.column;
        const auto literal = match.rule == "exact" ? key.text : literalName(key.text);
        if (literal && match.rule != "prefix match" && m_model->node(*literal))
            entry.node = *literal;
        if (!entry.key.problem.empty()) {
            warn(key, path, fmt::format("\"{}\" is no name and no valid expression: {}", key.text, entry.key.problem));
        } else if (match.nodes.empty()) {
            Words names;
            for (const auto& product : products())
                names.push_back(m_model->nodes()[static_cast<std::size_t>(product.node)].name);
            warn(key, path, nothing("no node of the model", key.text, names) + renamedHint(key.text));
        } else if (match.rule == "prefix match") {
            warn(key, path,
                fmt::format(
                    "\"{}\" matches {} as a prefix only, as INC up to 1.14.0 does", key.text, nodesText(match.nodes)));
        }
        return entry;
    }

    static std::string nodesText(const Words& nodes)
    {
        return nodes.size() == 1 ? nodes.front() : fmt::format("{} nodes", nodes.size());
    }

    static std::string renamedHint(const std::string& key)
    {
        const bool numbered = key.find("_nc_rename_") != std::string::npos
            || (key.find('/') == std::string::npos && !key.empty() && key.back() >= '0' && key.back() <= '9');
        return numbered
            ? "; INC names nodes of its own optimised graph, so look the op up in INC's Optimized_model.onnx"
            : "";
    }

    const std::vector<quantize::Product>& products()
    {
        if (m_products.empty() && m_model)
            m_products = quantize::products(*m_model);
        return m_products;
    }

    void calibration(const YamlNode& node)
    {
        const std::string path = "quantization.calibration";
        const YamlNode& size = child(node, "sampling_size");
        for (const std::string& word : listWords(size)) {
            const auto value = pythonInt(word);
            if (!value || *value <= 0 || *value > std::numeric_limits<int>::max())
                refuse(size, path + ".sampling_size", fmt::format("needs integers above 0, not \"{}\".", word));
            m_result.samplingSizes.push_back(static_cast<long>(*value));
        }
        if (m_result.samplingSizes.size() > 1)
            warn(size, path + ".sampling_size",
                fmt::format("INC tries {} calibration samples in turn; Octet calibrates once, on the data given to it",
                    fmt::join(m_result.samplingSizes, ", ")));
        const YamlNode& loader = child(node, "dataloader");
        if (!loader.isMap())
            return;
        dataloader(loader, path + ".dataloader", true);
        if (child(loader, "batch_size").isNull()) {
            const long asked = m_result.samplingSizes.empty() ? 100 : m_result.samplingSizes.front();
            warn(loader, path + ".dataloader",
                fmt::format("without batch_size INC uses batches of 64, so {} samples become {} there", asked,
                    (asked + 63) / 64 * 64));
        }
    }

    void dataloader(const YamlNode& loader, const std::string& path, bool calibrates)
    {
        for (const auto& [key, value] : child(loader, "dataset").entries) {
            warn(key, path + ".dataset." + key.text,
                fmt::format("the data set {} is kept, not read; give the data to Octet itself", key.text));
            const YamlNode& evaluate = child(value, "evaluate");
            if (calibrates && key.text == "GLUE" && (evaluate.isNull() || boolValue(evaluate).value_or(true)))
                warn(evaluate.isNull() ? key : evaluate, path + ".dataset.GLUE.evaluate",
                    "INC calibrates on the evaluation split here (evaluate is true by default), which flatters the "
                    "accuracy; "
                    "calibrate on training data");
        }
    }

    void tuning(const YamlNode& node)
    {
        Goal& goal = m_result.goal;
        goal.timeoutSeconds = 0; // INC's default: stop at the first trial that meets the goal
        criterion(child(node, "accuracy_criterion"));
        const YamlNode& exits = child(node, "exit_policy");
        goal.maxTrials = bounded(child(exits, "max_trials"), "tuning.exit_policy.max_trials", 100);
        goal.timeoutSeconds = bounded(child(exits, "timeout"), "tuning.exit_policy.timeout", 0);
        goal.seed = static_cast<unsigned>(bounded(child(node, "random_seed"), "tuning.random_seed", 1978));
        if (boolValue(child(exits, "performance_only")).value_or(false))
            warn(child(exits, "performance_only"), "tuning.exit_policy.performance_only",
                "Octet always measures the accuracy as well");
        const YamlNode& strategy = child(child(node, "strategy"), "name");
        if (strategy.isScalar())
            goal.strategy = strategy.text;
        const YamlNode& objective = child(node, "objective");
        if (objective.isScalar() && objective.text != "performance")
            warn(objective, "tuning.objective",
                fmt::format("{} is kept; Octet makes the latency small", objective.text));
    }

    void criterion(const YamlNode& node)
    {
        if (!node.isMap())
            return;
        Goal& goal = m_result.goal;
        const YamlNode& absolute = child(node, "absolute");
        goal.relative = absolute.isNull();
        goal.maxDrop = percentValue(goal.relative ? child(node, "relative") : absolute).value_or(goal.maxDrop);
        const YamlNode& higher = child(node, "higher_is_better");
        if (!boolValue(higher).value_or(true))
            warn(higher, "tuning.accuracy_criterion.higher_is_better",
                "is false; Octet counts right answers, where higher is better");
    }

    int bounded(const YamlNode& node, const std::string& path, int fallback)
    {
        if (node.isNull())
            return fallback;
        const auto value = intValue(node);
        if (!value || *value < 0 || *value > std::numeric_limits<int>::max())
            refuse(node, path, fmt::format("must lie between 0 and {}.", std::numeric_limits<int>::max()));
        return static_cast<int>(*value);
    }

    void evaluation(const YamlNode& node)
    {
        const YamlNode& accuracy = child(node, "accuracy");
        for (const auto& [key, value] : child(accuracy, "metric").entries)
            if (key.text != "GLUE" && key.text != "Accuracy" && !(key.text == "topk" && value.text == "1"))
                warn(key, "evaluation.accuracy.metric." + key.text,
                    fmt::format("the metric {} is kept; it needs an evaluation outside Octet", key.text));
        if (child(accuracy, "multi_metrics").isMap())
            warn(child(accuracy, "multi_metrics"), "evaluation.accuracy.multi_metrics",
                "several metrics are kept; they need an evaluation outside Octet");
        for (const char* part : {"accuracy", "performance"})
            dataloader(child(child(node, part), "dataloader"), fmt::format("evaluation.{}.dataloader", part), false);
    }

    /// What Octet neither reads nor changes, for the next export.
    void keep(const YamlNode& root)
    {
        YamlNode kept = YamlNode::map();
        const auto take = [&](const Words& path) {
            const YamlNode* from = &root;
            for (const std::string& key : path)
                from = from ? from->find(key) : nullptr;
            if (!from)
                return;
            YamlNode* to = &kept;
            for (const std::string& key : path)
                to = &(*to)[key];
            *to = *from;
            m_result.kept.push_back(fmt::format("{}", fmt::join(path, ".")));
        };
        for (const char* key : {"inputs", "outputs"})
            take({"model", key});
        take({"device"});
        for (const char* key : {"train", "advance", "recipes"})
            take({"quantization", key});
        take({"quantization", "calibration", "dataloader"});
        take({"tuning", "accuracy_criterion", "higher_is_better"});
        take({"tuning", "exit_policy", "performance_only"});
        for (const char* key : {"objective", "multi_objectives", "tensorboard", "workspace", "diagnosis"})
            take({"tuning", key});
        for (const char* key : {"evaluation", "graph_optimization", "mixed_precision", "model_conversion", "pruning",
                 "distillation", "auto_distillation", "nas", "train"})
            take({key});
        if (!kept.entries.empty())
            m_result.verbatim = yamlText(kept);
    }

    std::string m_fileName;
    const graph::Model* m_model;
    std::vector<quantize::Product> m_products;
    IncImport m_result;
};

} // namespace

IncImport readIncYaml(const std::string& text, const std::string& fileName, const graph::Model* model)
{
    const YamlNode root = parseYaml(text, fileName);
    Reader reader(fileName, model);
    for (IncFinding& finding : checkInc(root, incSchema())) {
        SchemaProblem& problem = finding.problem;
        if (problem.error && !finding.importable)
            throw Error(ErrorKind::Setting,
                fmt::format(
                    "{}: {}: {}.", placeText(fileName, problem.line, problem.column), problem.path, problem.message),
                Location{fileName, problem.line, problem.column, 0, {}});
        problem.error = false;
        reader.addProblem(std::move(problem));
    }
    return reader.read(root);
}

} // namespace octet::exchange
