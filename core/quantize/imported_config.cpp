// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/imported_config.h"

#include "core/quantize/products.h"

#include <fmt/format.h>

#include <set>

namespace octet::quantize {

namespace {

Range rangeOf(const Bytes& bytes)
{
    const auto scale = static_cast<double>(bytes.scale);
    Range range;
    range.min = -bytes.zeroPoint * scale;
    range.max = (255 - bytes.zeroPoint) * scale;
    return range;
}

const Operand* operandOf(const Found& found, const std::string& node, std::size_t input)
{
    const auto of = found.operands.find(node);
    if (of == found.operands.end())
        return nullptr;
    const auto it = of->second.find(input);
    return it == of->second.end() ? nullptr : &it->second;
}

/// What an int8 product reads in integers, or nothing where one side is not.
struct Sides
{
    const Operand *first = nullptr, *second = nullptr; // the second of attention products only
    std::size_t scales = 0; // of the weight
};

std::optional<Sides> sidesOf(const Found& found, const std::string& node, const Product& product)
{
    Sides sides{operandOf(found, node, 0), operandOf(found, node, 1), 0};
    if (!sides.first)
        return {};
    if (!product.counted())
        return sides.second && sides.first->bytes.has_value() == sides.second->bytes.has_value() ? std::optional(sides)
                                                                                                 : std::nullopt;
    const auto weight = found.scales.find(product.weight);
    if (weight == found.scales.end())
        return {};
    sides.second = nullptr;
    sides.scales = weight->second;
    return sides;
}

} // namespace

void describe(const Found& found, Opened& opened)
{
    opened.wasQuantized = true;
    opened.config.model.precision = Precision::Fp32;
    int conflicts = 0, dynamics = 0, others = 0, asymmetric = 0;
    std::set<std::string> forms;
    std::set<std::pair<std::string, std::size_t>> taken;
    const auto keep = [&](const std::string& value, const Operand& operand) {
        const Range range = rangeOf(*operand.bytes);
        const auto [it, added] = opened.ranges.emplace(RangeKey{value, RangeMethod::MinMax, 0, 0}, range);
        conflicts += !added && it->second != range;
    };
    for (const Product& product : products(*opened.model)) {
        const std::string& name = opened.model->nodes()[static_cast<std::size_t>(product.node)].name;
        const auto sides = sidesOf(found, name, product);
        if (!sides)
            continue;
        const bool dynamic = !sides->first->bytes;
        OpLeaves& leaves = opened.config.ops[name];
        leaves.precision = Precision::Int8;
        leaves.approach = dynamic ? Approach::Dynamic : Approach::Static;
        leaves.activationScheme = Scheme::Asym;
        if (product.counted())
            leaves.weightGranularity = sides->scales == 1 ? Granularity::PerTensor : Granularity::PerChannel;
        opened.products += product.counted();
        asymmetric += product.counted() && sides->scales == 0;
        dynamics += dynamic;
        forms.insert(dynamic ? "dynamic" : sides->first->ofOperator ? "QOperator" : "QDQ");
        taken.emplace(name, 0);
        if (sides->second)
            taken.emplace(name, 1);
        if (dynamic)
            continue;
        if (product.kind != ProductKind::Context)
            keep(product.activation, *sides->first);
        if (!sides->second)
            continue;
        keep(product.weight, *sides->second);
        if (const auto channels = found.channels.find(name); channels != found.channels.end()) {
            Range& range = opened.ranges.at({product.weight, RangeMethod::MinMax, 0, 0});
            range.smoothing = channels->second.factors;
            range.heads = channels->second.heads;
        }
    }
    for (const auto& [node, inputs] : found.operands)
        for (const auto& [input, operand] : inputs)
            others += !taken.contains({node, input});
    const auto say = [&](int count, const char* what) {
        if (count > 0)
            opened.notes.push_back(fmt::format("{}: {}", what, count));
    };
    say(dynamics, "dynamic scales per tensor are realised per token, products");
    say(others, "roundings outside of int8 products are left out");
    say(conflicts, "a value had two ranges, the first is taken, readers");
    say(asymmetric, "asymmetric weights are quantized anew around zero, weights");
    for (const char* form : {"QDQ", "QOperator", "dynamic"})
        if (forms.contains(form))
            opened.form += (opened.form.empty() ? "" : " and ") + std::string(form);
}

} // namespace octet::quantize
