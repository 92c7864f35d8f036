// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/resolve.h"

#include "core/quantize/pattern.h"
#include "core/quantize/smoothing.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace octet::quantize {

namespace {

/// One entry of a level that touches an op: its leaves and where they stand.
struct Entry
{
    const OpLeaves* leaves = nullptr;
    LeafSource source;
    std::string path; // as in Problem
};

void apply(const Entry& entry, ResolvedOp& op)
{
    const OpLeaves& from = *entry.leaves;
    OpSettings& to = op.asked;
    if (from.precision) {
        to.precision = *from.precision;
        op.precisionSource = entry.source;
    }
    if (from.rangeMethod || from.percentile)
        op.rangeSource = entry.source;
    to.weightGranularity = from.weightGranularity.value_or(to.weightGranularity);
    to.weightScheme = from.weightScheme.value_or(to.weightScheme);
    to.weightBits = from.weightBits.value_or(to.weightBits);
    to.approach = from.approach.value_or(to.approach);
    to.activationScheme = from.activationScheme.value_or(to.activationScheme);
    to.rangeMethod = from.rangeMethod.value_or(to.rangeMethod);
    to.percentile = from.percentile.value_or(to.percentile);
    to.smoothing = from.smoothing.value_or(to.smoothing);
    to.biasCorrection = from.biasCorrection.value_or(to.biasCorrection);
    to.locked = from.locked.value_or(to.locked);
}

std::string joined(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "\"" : ", \"") + name + "\"";
    return text;
}

/// Why the product cannot run in this precision; empty: it can.
std::string refusalOf(const Product& product, Precision precision)
{
    switch (precision) {
    case Precision::Int8:
        return product.int8Refusal;
    case Precision::Bf16:
        return product.bf16Refusal;
    case Precision::Fp32:
        break;
    }
    return {};
}

class Resolver
{
public:
    Resolver(const graph::Model& model, const std::vector<Product>& products, const Config& config)
        : m_model(model)
        , m_products(products)
        , m_config(config)
    {
    }

    Resolution run()
    {
        checkLeaves(m_config.model, "model");
        compileOpTypes();
        compileRules();
        compileOps();
        for (const Product& product : m_products)
            m_result.ops.push_back(resolved(product));
        checkManualRanges();
        describeSources();
        reportRefusals();
        return std::move(m_result);
    }

private:
    const graph::Node& nodeOf(const Product& product) const
    {
        return m_model.nodes()[static_cast<std::size_t>(product.node)];
    }

    void problem(bool error, const std::string& path, const std::string& message)
    {
        m_result.problems.push_back({error, path, message});
    }

    std::vector<std::string> nodeNames() const
    {
        std::vector<std::string> names;
        for (const Product& product : m_products)
            names.push_back(nodeOf(product).name);
        return names;
    }

    void checkLeaves(const OpLeaves& leaves, const std::string& path)
    {
        if (leaves.weightBits && *leaves.weightBits != 8 && *leaves.weightBits != 7)
            problem(true, path, fmt::format("{} weight bits are not possible; use 8 or 7.", *leaves.weightBits));
        if (leaves.percentile && !(*leaves.percentile > 50 && *leaves.percentile <= 100))
            problem(true, path,
                fmt::format("Percentile {} makes no sense; use more than 50 and at most 100.", *leaves.percentile));
        if (leaves.smoothing && *leaves.smoothing != searchedAlpha && !(*leaves.smoothing >= 0 && *leaves.smoothing <= 1))
            problem(true, path,
                fmt::format("Smoothing {} makes no sense; use an alpha from 0 (none) to 1, or -1 to search it.",
                    *leaves.smoothing));
        if (leaves.smoothing.value_or(0) != 0 && leaves.rangeMethod.value_or(RangeMethod::MinMax) != RangeMethod::MinMax)
            problem(false, path, "Smoothed values take min-max ranges; the range method is not used.");
        if (leaves.rangeMethod == RangeMethod::Manual)
            problem(true, path, "A range is set by hand for a value, not for ops: name it under manual_ranges.");
        if (leaves.weightScheme == Scheme::Asym)
            problem(false, path, "Asymmetric weights are not supported; weights stay symmetric.");
    }

    void compileOpTypes()
    {
        std::set<std::string> types;
        if (!m_config.opTypes.empty())
            for (const graph::Node& node : m_model.nodes())
                types.insert(node.opType);
        for (const auto& [type, leaves] : m_config.opTypes) {
            const std::string path = "opTypes." + type;
            checkLeaves(leaves, path);
            if (!types.contains(type)) {
                const std::vector<std::string> all(types.begin(), types.end());
                problem(false, path,
                    fmt::format(
                        "The model has no op of type \"{}\"; nearest: {}.", type, joined(nearestNames(all, type))));
            }
        }
    }

    void compileRules()
    {
        m_patterns.resize(m_config.rules.size());
        m_ruleOps.resize(m_config.rules.size());
        for (std::size_t i = 0; i < m_config.rules.size(); ++i) {
            const Rule& rule = m_config.rules[i];
            const std::string path = fmt::format("rules[{}]", i);
            checkLeaves(rule.leaves, path);
            try {
                m_patterns[i] = Pattern(rule.pattern);
            } catch (const Error& error) {
                problem(true, path, error.message());
                continue;
            }
            for (const Product& product : m_products)
                m_ruleOps[i].push_back(m_patterns[i]->matches(nodeOf(product).name));
            if (std::find(m_ruleOps[i].begin(), m_ruleOps[i].end(), true) == m_ruleOps[i].end())
                reportIdleRule(rule, path);
        }
    }

    void reportIdleRule(const Rule& rule, const std::string& path)
    {
        const std::vector<std::string> matching = matchingNodes(m_model, rule.pattern);
        if (matching.empty()) {
            std::string plain = rule.pattern;
            std::erase(plain, '\\');
            problem(true, path,
                fmt::format(
                    "\"{}\" matches no op; nearest: {}.", rule.pattern, joined(nearestNames(nodeNames(), plain))));
        } else if (rule.leaves.precision != Precision::Fp32) {
            problem(false, path,
                fmt::format("\"{}\" matches {} ops, but none that can be quantized: {}", rule.pattern, matching.size(),
                    whyNotProduct(m_model, *m_model.node(matching.front()))));
        }
    }

    void compileOps()
    {
        std::set<int> products;
        if (!m_config.ops.empty())
            for (const Product& product : m_products)
                products.insert(product.node);
        for (const auto& [name, leaves] : m_config.ops) {
            const std::string path = "ops." + name;
            checkLeaves(leaves, path);
            const graph::Node* node = m_model.node(name);
            if (!node)
                problem(true, path,
                    fmt::format(
                        "The model has no op \"{}\"; nearest: {}.", name, joined(nearestNames(nodeNames(), name))));
            else if (!products.contains(node->index) && leaves.precision != Precision::Fp32)
                problem(false, path, whyNotProduct(m_model, *node));
        }
    }

    ResolvedOp resolved(const Product& product)
    {
        ResolvedOp op;
        op.product = product;
        const graph::Node& node = nodeOf(product);
        op.name = node.name;
        const std::size_t index = m_result.ops.size();

        std::vector<Entry> entries{{&m_config.model, {Level::Model, -1}, "model"}};
        if (const auto it = m_config.opTypes.find(node.opType); it != m_config.opTypes.end())
            entries.push_back({&it->second, {Level::OpType, -1}, "opTypes." + it->first});
        for (std::size_t i = 0; i < m_config.rules.size(); ++i)
            if (m_patterns[i] && m_ruleOps[i][index])
                entries.push_back(
                    {&m_config.rules[i].leaves, {Level::Rule, static_cast<int>(i)}, fmt::format("rules[{}]", i)});
        if (const auto it = m_config.ops.find(node.name); it != m_config.ops.end())
            entries.push_back({&it->second, {Level::Op, -1}, "ops." + it->first});

        std::string path;
        for (const Entry& entry : entries) {
            apply(entry, op);
            if (entry.leaves->precision)
                path = entry.path;
        }
        for (const std::string& value : valuesOf(op.product))
            if (const auto it = m_config.manualRanges.find(value); it != m_config.manualRanges.end())
                op.asked.manualRanges.insert(*it);
        op.refusal = refusalOf(op.product, op.asked.precision);
        op.settings = realisable(op.product, op.asked);
        noteRefusal(op, path);
        return op;
    }

    void checkManualRanges()
    {
        if (m_config.manualRanges.empty())
            return;
        std::set<std::string> readable;
        for (const ResolvedOp& op : m_result.ops)
            for (const std::string& value : valuesOf(op.product))
                readable.insert(value);
        for (const auto& [value, range] : m_config.manualRanges) {
            const std::string path = "manualRanges." + value;
            if (!(range.min <= 0 && range.max >= 0 && range.min < range.max && std::isfinite(range.max - range.min)))
                problem(true, path,
                    fmt::format("From {} to {} is no range; 0 must lie inside, and max above min.", range.min, range.max));
            if (!readable.contains(value)) {
                const std::vector<std::string> all(readable.begin(), readable.end());
                problem(false, path,
                    fmt::format("No product reads a value \"{}\"; nearest: {}.", value, joined(nearestNames(all, value))));
                continue;
            }
            for (const ResolvedOp& op : m_result.ops)
                if (op.asked.manualRanges.contains(value) && op.settings.precision == Precision::Int8
                    && !op.settings.manualRanges.contains(value))
                    problem(false, path, fmt::format("{} does not follow it: {}.", op.name, whyNotManual(op.settings)));
        }
    }

    void describeSources()
    {
        for (ResolvedOp& op : m_result.ops) {
            switch (op.precisionSource.level) {
            case Level::Default:
                op.sourceText = "not set: fp32";
                break;
            case Level::Model:
                op.sourceText = "model default";
                break;
            case Level::OpType:
                op.sourceText = "from op type " + nodeOf(op.product).opType;
                break;
            case Level::Op:
                op.sourceText = "set on this op";
                break;
            case Level::Rule: {
                const auto rule = static_cast<std::size_t>(op.precisionSource.rule);
                const auto count = std::count(m_ruleOps[rule].begin(), m_ruleOps[rule].end(), true);
                op.sourceText = fmt::format(
                    "from rule \"{}\", {} op{}", m_config.rules[rule].pattern, count, count == 1 ? "" : "s");
                break;
            }
            }
        }
    }

    struct Refused
    {
        int refused = 0, all = 0;
        Precision asked = Precision::Fp32;
        std::string reason;
    };

    void noteRefusal(const ResolvedOp& op, const std::string& path)
    {
        if (path.empty())
            return;
        if (m_refused.find(path) == m_refused.end())
            m_refusedPaths.push_back(path);
        Refused& entry = m_refused[path];
        ++entry.all;
        if (op.refusal.empty())
            return;
        ++entry.refused;
        entry.asked = op.asked.precision;
        entry.reason = op.refusal;
    }

    /// "int8 for the whole model" means everything that can; only an entry that gets nothing of what it asked is told.
    void reportRefusals()
    {
        for (const std::string& path : m_refusedPaths) {
            const Refused& entry = m_refused[path];
            if (entry.refused == 0 || entry.refused < entry.all)
                continue;
            problem(false, path,
                fmt::format("{} is not possible on {} op{}, which stay{} in fp32: {}", toString(entry.asked),
                    entry.refused, entry.refused == 1 ? "" : "s", entry.refused == 1 ? "s" : "", entry.reason));
        }
    }

    const graph::Model& m_model;
    const std::vector<Product>& m_products;
    const Config& m_config;
    std::vector<std::optional<Pattern>> m_patterns;
    std::vector<std::vector<bool>> m_ruleOps; // by rule, by product
    std::map<std::string, Refused> m_refused;
    std::vector<std::string> m_refusedPaths; // in order of appearance
    Resolution m_result;
};

} // namespace

std::vector<std::string> valuesOf(const Product& product)
{
    std::vector<std::string> values;
    if (product.kind != ProductKind::Context) // its probabilities lie between 0 and 1, whatever the data
        values.push_back(product.activation);
    if (!product.counted())
        values.push_back(product.weight);
    return values;
}

std::string whyNotManual(const OpSettings& settings)
{
    if (settings.smoothing != 0)
        return "it is smoothed, and its range follows from the channels";
    if (settings.approach == Approach::Dynamic)
        return "it takes a scale from each token";
    return {};
}

OpSettings realisable(const Product& product, const OpSettings& asked)
{
    OpSettings settings = asked;
    settings.weightScheme = Scheme::Sym;
    if (!canSmooth(product.kind) || settings.smoothing > 1
        || (settings.smoothing < 0 && settings.smoothing != searchedAlpha))
        settings.smoothing = 0;
    if (!whyNotManual(settings).empty())
        settings.manualRanges.clear();
    if (settings.rangeMethod == RangeMethod::Manual)
        settings.rangeMethod = OpSettings{}.rangeMethod;
    if (settings.smoothing != 0)
        settings.rangeMethod = RangeMethod::MinMax; // a pooled histogram cannot be rescaled per channel
    if (!product.counted() || product.kind == ProductKind::Conv)
        settings.biasCorrection = false;
    if (settings.weightBits != 7)
        settings.weightBits = 8;
    if (!(settings.percentile > 50 && settings.percentile <= 100))
        settings.percentile = OpSettings{}.percentile;
    if (!refusalOf(product, asked.precision).empty())
        settings.precision = Precision::Fp32;
    return settings;
}

Settings Resolution::settings() const
{
    Settings all;
    for (const ResolvedOp& op : ops)
        all[op.name] = op.settings;
    return all;
}

PrecisionCounts Resolution::counts() const
{
    PrecisionCounts counts;
    for (const ResolvedOp& op : ops)
        if (op.product.counted())
            counts.add(op.settings.precision);
    return counts;
}

const ResolvedOp* Resolution::find(const std::string& node) const
{
    for (const ResolvedOp& op : ops)
        if (op.name == node)
            return &op;
    return nullptr;
}

Resolution resolve(const graph::Model& model, const Config& config)
{
    return resolve(model, products(model), config);
}

Resolution resolve(const graph::Model& model, const std::vector<Product>& products, const Config& config)
{
    return Resolver(model, products, config).run();
}

} // namespace octet::quantize
