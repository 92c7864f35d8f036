// SPDX-License-Identifier: GPL-3.0-or-later
// Names of the fields of every struct in an .octet.yaml, in the order of the text. Writer and reader share them.
#pragma once

#include "core/exchange/octet_yaml.h"

namespace octet::exchange {

/// Calls visit(key, &T::member) for every field; visit.inlined(&T::member) for a struct whose fields stand in the
/// same map.
template <typename T>
struct Fields
{
    static constexpr bool known = false;
};

template <>
struct Fields<OpLeaves>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("precision", &OpLeaves::precision);
        v("weight_granularity", &OpLeaves::weightGranularity);
        v("weight_scheme", &OpLeaves::weightScheme);
        v("weight_bits", &OpLeaves::weightBits);
        v("approach", &OpLeaves::approach);
        v("activation_scheme", &OpLeaves::activationScheme);
        v("range_method", &OpLeaves::rangeMethod);
        v("percentile", &OpLeaves::percentile);
        v("smoothing", &OpLeaves::smoothing);
        v("bias_correction", &OpLeaves::biasCorrection);
        v("locked", &OpLeaves::locked);
    }
};

template <>
struct Fields<Rule>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("pattern", &Rule::pattern);
        v.inlined(&Rule::leaves);
    }
};

template <>
struct Fields<Config>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("model", &Config::model);
        v("op_types", &Config::opTypes);
        v("rules", &Config::rules);
        v("ops", &Config::ops);
        v("manual_ranges", &Config::manualRanges);
    }
};

template <>
struct Fields<Interval>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("min", &Interval::min);
        v("max", &Interval::max);
    }
};

/// A text that holds nothing but the config.
struct ConfigOnly
{
    Config config;
};

template <>
struct Fields<ConfigOnly>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("config", &ConfigOnly::config);
    }
};

template <>
struct Fields<Goal>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("relative", &Goal::relative);
        v("max_drop", &Goal::maxDrop);
        v("max_trials", &Goal::maxTrials);
        v("timeout_seconds", &Goal::timeoutSeconds);
        v("metric", &Goal::metric);
        v("objective", &Goal::objective);
        v("strategy", &Goal::strategy);
        v("keep_weights", &Goal::keepWeights);
        v("search_on", &Goal::searchOn);
        v("seed", &Goal::seed);
    }
};

template <>
struct Fields<Workload>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("batch", &Workload::batch);
        v("length", &Workload::length);
        v("threads", &Workload::threads);
        v("isa", &Workload::isa);
        v("runs", &Workload::runs);
    }
};

template <>
struct Fields<DataSpec>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("kind", &DataSpec::kind);
        v("test_file", &DataSpec::testFile);
        v("calib_file", &DataSpec::calibFile);
        v("text_column", &DataSpec::textColumn);
        v("text_pair_column", &DataSpec::textPairColumn);
        v("label_column", &DataSpec::labelColumn);
        v("tokenizer_dir", &DataSpec::tokenizerDir);
        v("max_length", &DataSpec::maxLength);
        v("test_inputs", &DataSpec::testInputs);
        v("calib_inputs", &DataSpec::calibInputs);
        v("labels_file", &DataSpec::labelsFile);
        v("mean", &DataSpec::mean);
        v("std", &DataSpec::std);
        v("limit", &DataSpec::limit);
        v("calib_limit", &DataSpec::calibLimit);
        v("split_seed", &DataSpec::splitSeed);
        v("shared_rows", &DataSpec::sharedRows);
        v("batch_size", &DataSpec::batchSize);
        v("label_names", &DataSpec::labelNames);
        v("hashes", &DataSpec::hashes);
    }
};

template <>
struct Fields<Accuracy>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("metric", &Accuracy::metric);
        v("value", &Accuracy::value);
        v("correct", &Accuracy::correct);
        v("samples", &Accuracy::samples);
        v("ci_low", &Accuracy::ciLow);
        v("ci_high", &Accuracy::ciHigh);
        v("worse", &Accuracy::worse);
        v("better", &Accuracy::better);
        v("flips", &Accuracy::flips);
        v("loss_low", &Accuracy::lossLow);
        v("loss_high", &Accuracy::lossHigh);
    }
};

template <>
struct Fields<GroupProfile>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("name", &GroupProfile::name);
        v("nodes", &GroupProfile::nodes);
        v("kind", &GroupProfile::kind);
        v("asked", &GroupProfile::asked);
        v("executed", &GroupProfile::executed);
        v("reason", &GroupProfile::reason);
        v("kernel", &GroupProfile::kernel);
        v("ms", &GroupProfile::ms);
    }
};

template <>
struct Fields<Machine>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("cpu", &Machine::cpu);
        v("isa", &Machine::isa);
        v("cores", &Machine::cores);
    }
};

template <>
struct Fields<Manifest>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("model_path", &Manifest::modelPath);
        v("model_hash", &Manifest::modelHash);
        v("data_hash", &Manifest::dataHash);
        v("config_hash", &Manifest::configHash);
        v("machine", &Manifest::machine);
        v("threads", &Manifest::threads);
        v("seed", &Manifest::seed);
        v("versions", &Manifest::versions);
        v("started", &Manifest::started);
        v("seconds", &Manifest::seconds);
    }
};

/// One entry of the list of ranges: key and value in one map.
struct RangeEntry
{
    std::string value;
    RangeMethod method = RangeMethod::MinMax;
    double percentile = 0;
    double min = 0, max = 0;
    long samples = 0;
    double alpha = 0;
    std::vector<double> smoothing, means;
    std::optional<long> heads;
    std::optional<RangeMethod> foundMethod; // where the range's own method differs from its key's
    std::optional<double> foundPercentile, foundAlpha;
};

template <>
struct Fields<RangeEntry>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("value", &RangeEntry::value);
        v("min", &RangeEntry::min);
        v("max", &RangeEntry::max);
        v("method", &RangeEntry::method);
        v("percentile", &RangeEntry::percentile);
        v("samples", &RangeEntry::samples);
        v("alpha", &RangeEntry::alpha);
        v("smoothing", &RangeEntry::smoothing);
        v("means", &RangeEntry::means);
        v("heads", &RangeEntry::heads);
        v("found_method", &RangeEntry::foundMethod);
        v("found_percentile", &RangeEntry::foundPercentile);
        v("found_alpha", &RangeEntry::foundAlpha);
    }
};

template <>
struct Fields<OctetDocument>
{
    static constexpr bool known = true;
    template <typename V>
    static void visit(V& v)
    {
        v("config", &OctetDocument::config);
        v("workload", &OctetDocument::workload);
        v("goal", &OctetDocument::goal);
        v("data", &OctetDocument::data);
        v("accuracy", &OctetDocument::accuracy);
        v("output_digest", &OctetDocument::outputDigest);
        v("manifest", &OctetDocument::manifest);
        v("ranges", &OctetDocument::ranges);
        v("groups", &OctetDocument::groups);
    }
};

} // namespace octet::exchange
