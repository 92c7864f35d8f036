// SPDX-License-Identifier: GPL-3.0-or-later
// What the user decides: a precision and its details for every product, in four levels.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace octet {

enum class Precision { Fp32, Bf16, Int8 };
enum class Granularity { PerTensor, PerChannel };
enum class Scheme { Sym, Asym };
enum class Approach { Static, Dynamic }; // Dynamic is always per token: see DESIGN, "one executor"
/// MseWeighted: squared error of each channel weighted with the squared norm of the weight rows that read it.
/// Manual: set by hand, see Config::manualRanges; no leaf can ask for it.
enum class RangeMethod { MinMax, Percentile, Kl, Mse, MseWeighted, Manual };

/// Every leaf of one op, set or unset. What a level of a Config holds.
struct OpLeaves
{
    std::optional<Precision> precision;
    std::optional<Granularity> weightGranularity; // of V for an attention's P V, whose static min-max range it scales a channel
    std::optional<Scheme> weightScheme;
    std::optional<int> weightBits; // 8 or 7
    std::optional<Approach> approach;
    std::optional<Scheme> activationScheme;
    std::optional<RangeMethod> rangeMethod;
    std::optional<double> percentile; // 50 < p <= 100, two-sided, for RangeMethod::Percentile
    /// SmoothQuant's alpha (Xiao et al., ICML 2023), 0 < alpha <= 1; 0 = no smoothing; -1 = searched per value.
    std::optional<double> smoothing;
    std::optional<bool> biasCorrection; // adds what quantizing the weights loses on average (Nagel et al., ICCV 2019)
    std::optional<bool> locked; // the search may not touch it
    bool operator==(const OpLeaves&) const = default;
    bool empty() const { return *this == OpLeaves {}; }
};

/// A rule sets leaves on every op whose whole name matches `pattern` (ECMAScript regular expression).
struct Rule
{
    std::string pattern;
    OpLeaves leaves;
    bool operator==(const Rule&) const = default;
};

struct Interval
{
    double min = 0, max = 0;
    bool operator==(const Interval&) const = default;
};

/// Levels, weakest first: model < op type < rules in order (last match wins) < op. See quantize::resolve.
struct Config
{
    OpLeaves model;
    std::map<std::string, OpLeaves> opTypes;
    std::vector<Rule> rules;
    std::map<std::string, OpLeaves> ops; // by ONNX node name
    /// By ONNX value: where all its static int8 readers cut, whatever their range method. 0 lies inside. A smoothed
    /// reader does not follow, since its range is that of another value.
    std::map<std::string, Interval> manualRanges;
    bool operator==(const Config&) const = default;
};

/// All leaves of one op, resolved. The defaults are those of a leaf that no level sets.
struct OpSettings
{
    Precision precision = Precision::Fp32;
    Granularity weightGranularity = Granularity::PerChannel;
    Scheme weightScheme = Scheme::Sym;
    int weightBits = 8;
    Approach approach = Approach::Static;
    Scheme activationScheme = Scheme::Asym;
    RangeMethod rangeMethod = RangeMethod::MinMax;
    double percentile = 99.99;
    double smoothing = 0;
    bool biasCorrection = false;
    bool locked = false;
    std::map<std::string, Interval> manualRanges; // of the values that this op reads
    bool operator==(const OpSettings&) const = default;
};

/// Settings of every product of a model, by node name. Ops that are not in it run in fp32.
using Settings = std::map<std::string, OpSettings>;

/// The configs that a name stands for: "fp32", "bf16", "static", "smoothed" (static, alpha 0.5), "dynamic".
/// Throws Error(Setting) with the accepted names for any other.
Config presetConfig(const std::string& name);

/// Lower-case names as they stand in files and on the command line ("int8", "per_channel", "asym", "minmax", ...).
std::string toString(Precision value);
std::string toString(Granularity value);
std::string toString(Scheme value);
std::string toString(Approach value);
std::string toString(RangeMethod value);
/// Inverse of toString; throws Error(Setting) that lists the accepted names.
Precision precisionFromString(const std::string& text);
Granularity granularityFromString(const std::string& text);
Scheme schemeFromString(const std::string& text);
Approach approachFromString(const std::string& text);
RangeMethod rangeMethodFromString(const std::string& text);

} // namespace octet
