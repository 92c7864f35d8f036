// SPDX-License-Identifier: GPL-3.0-or-later
// Config levels -> settings of every product, each leaf with the level that it came from.
#pragma once

#include "core/quantize/products.h"
#include "core/values/trial.h"

namespace octet::quantize {

enum class Level { Default, Model, OpType, Rule, Op };

struct LeafSource
{
    Level level = Level::Default;
    int rule = -1; // index into Config::rules when level is Rule
    bool operator==(const LeafSource&) const = default;
};

struct ResolvedOp
{
    Product product;
    std::string name; // ONNX node name
    OpSettings asked; // as the levels say
    OpSettings settings; // after the capability table: what will be compiled
    std::string refusal; // why settings.precision differs from asked.precision; empty if it does not
    LeafSource precisionSource;
    LeafSource rangeSource;
    std::string sourceText; // "from rule \"attention.output.dense\", 6 ops", "model default", "set on this op"
};

struct Problem
{
    bool error = false; // else a warning
    std::string path; // "ops./bert/x/MatMul", "rules[2]", "opTypes.Conv"
    std::string message; // names the nearest existing names when nothing matches
};

struct Resolution
{
    std::vector<ResolvedOp> ops; // all products, node order
    std::vector<Problem> problems; // keys that match nothing, invalid patterns, impossible leaves
    Settings settings() const; // by node name, all products
    PrecisionCounts counts() const; // weight products only
    const ResolvedOp* find(const std::string& node) const;
};

/// The ONNX values whose static ranges the product reads: of an attention one or two, else its activation.
std::vector<std::string> valuesOf(const Product& product);

/// Why these settings take no range that is set by hand, "it is smoothed, ..."; empty: they do.
std::string whyNotManual(const OpSettings& settings);

/// What the capability table leaves of `asked` for this product.
OpSettings realisable(const Product& product, const OpSettings& asked);

/// Nodes whose whole name matches; throws Error(Setting) for a bad pattern. Bounded: patterns over 1,000 characters
/// are refused.
std::vector<std::string> matchingNodes(const graph::Model& model, const std::string& pattern);

Resolution resolve(const graph::Model& model, const Config& config);
/// The same with products(model) computed before; for every mark in the window (under 5 ms for 500 ops).
Resolution resolve(const graph::Model& model, const std::vector<Product>& products, const Config& config);

/// Up to `count` existing names nearest to `wanted` by edit distance, for messages.
std::vector<std::string> nearestNames(const std::vector<std::string>& names, const std::string& wanted, int count = 3);

} // namespace octet::quantize
