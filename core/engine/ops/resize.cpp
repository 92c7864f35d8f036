// SPDX-License-Identifier: GPL-3.0-or-later
// Resize and Upsample: nearest, linear and cubic, separable, one dimension after the other in the arithmetic of ONNX's
// reference implementation.
#include "core/engine/ops/op.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace octet::engine {

namespace {

struct Axis
{
    std::int64_t from = 1, to = 1;
    double scale = 1;
    double roiStart = 0, roiEnd = 1;
};

struct Plan
{
    std::string mode, transform, nearest;
    double cubic = -0.75, outside = 0;
    bool excludeOutside = false, antialias = false;
    std::vector<Axis> axes;
    Shape output;
};

std::vector<double> realsOf(const OpContext& c, std::size_t input, const char* what)
{
    if (!c.has(input))
        return {};
    if (elementCount(c.in(input).shape) > 0 && !c.in(input).constant)
        c.refuse(fmt::format("its {} depend on the data", what));
    std::vector<double> values;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(64, elementCount(c.in(input).shape)); ++i)
        values.push_back(c.in(input).type == DType::F32 ? as<float>(c.in(input).constant)[i]
                : c.in(input).type == DType::F64        ? as<double>(c.in(input).constant)[i]
                                                        : 0);
    return values;
}

std::vector<double> scalesOf(const OpContext& c, bool upsample)
{
    if (c.node->opType != "Upsample" || c.opset >= 9)
        return realsOf(c, upsample ? 1 : 2, "scales");
    const auto it = c.node->attributes.find("scales");
    const auto* values = it == c.node->attributes.end() ? nullptr : std::get_if<std::vector<float>>(&it->second);
    return values ? std::vector<double>(values->begin(), values->end()) : std::vector<double>{};
}

/// One scale for all axes, the smallest or largest that the sizes ask for, and the sizes that it gives.
void keepAspect(const OpContext& c, const std::string& policy, const std::vector<std::size_t>& axes,
    std::vector<double>& scales, std::vector<std::int64_t>& sizes)
{
    if (policy != "not_larger" && policy != "not_smaller")
        c.malformed("its keep_aspect_ratio_policy is \"" + policy + "\"");
    double best = 0;
    for (std::size_t i = 0; i < axes.size() && i < sizes.size(); ++i) {
        const double scale =
            static_cast<double>(sizes[i]) / static_cast<double>(std::max<std::int64_t>(1, c.in(0).shape[axes[i]]));
        best = i == 0 ? scale : policy == "not_larger" ? std::min(best, scale) : std::max(best, scale);
    }
    scales.assign(axes.size(), best);
    for (std::size_t i = 0; i < axes.size() && i < sizes.size(); ++i)
        sizes[i] = static_cast<std::int64_t>(std::round(std::min(best, 1e6) * static_cast<double>(c.in(0).shape[axes[i]])));
}

Plan planOf(const OpContext& c)
{
    const bool upsample = c.node->opType == "Upsample" || c.opset < 11; // scales at input 1, or an attribute
    const Shape& shape = c.in(0).shape;
    Plan p;
    p.mode = c.node->stringAttribute("mode", "nearest");
    p.transform = c.node->stringAttribute("coordinate_transformation_mode", upsample ? "asymmetric" : "half_pixel");
    p.nearest = c.node->stringAttribute("nearest_mode", upsample ? "floor" : "round_prefer_floor");
    p.cubic = c.node->floatAttribute("cubic_coeff_a", -0.75f);
    p.outside = c.node->floatAttribute("extrapolation_value", 0);
    p.excludeOutside = c.node->intAttribute("exclude_outside", 0) != 0;
    if (p.mode != "nearest" && p.mode != "linear" && p.mode != "bilinear" && p.mode != "cubic")
        c.malformed("its mode is \"" + p.mode + "\"");
    p.antialias = c.node->intAttribute("antialias", 0) != 0 && p.mode != "nearest";
    std::vector<double> scales = scalesOf(c, upsample), roi = upsample ? std::vector<double>{} : realsOf(c, 1, "regions");
    std::vector<std::int64_t> sizes;
    if (!upsample && c.has(3) && elementCount(c.in(3).shape) > 0)
        sizes = c.constantInts(3, "sizes"), scales.clear();
    const Shape listed = c.node->intsAttribute("axes").value_or(Shape{});
    std::vector<std::size_t> axes;
    for (std::size_t i = 0; i < (listed.empty() ? shape.size() : listed.size()); ++i)
        axes.push_back(listed.empty() ? i : static_cast<std::size_t>(normalizedAxis(c, listed[i], shape.size())));
    if ((sizes.empty() ? scales.size() : sizes.size()) != axes.size())
        c.malformed("its scales or sizes do not fit its input");
    for (const std::int64_t dim : shape)
        p.axes.push_back({dim, dim, 1, 0, 1});
    if (const std::string policy = c.node->stringAttribute("keep_aspect_ratio_policy", "stretch");
        !sizes.empty() && policy != "stretch")
        keepAspect(c, policy, axes, scales, sizes);
    for (std::size_t i = 0; i < axes.size(); ++i) {
        Axis& axis = p.axes[axes[i]];
        const double scale = !scales.empty()
            ? scales[i]
            : static_cast<double>(sizes[i]) / static_cast<double>(std::max<std::int64_t>(1, axis.from));
        if (!(scale > 0) || scale > 1e6 || axis.from < 1)
            c.malformed("its scales are not positive numbers");
        axis.scale = scale;
        if (p.transform == "tf_crop_and_resize" && roi.size() == 2 * axes.size())
            axis.roiStart = roi[i], axis.roiEnd = roi[i + axes.size()];
        const double span = p.transform == "tf_crop_and_resize" ? axis.roiEnd - axis.roiStart : 1;
        axis.to = sizes.empty() ? static_cast<std::int64_t>(std::floor(static_cast<double>(axis.from) * span * scale))
                                : sizes[i];
        if (axis.to < 1 || axis.to > std::int64_t(1) << 31)
            c.malformed("its result has no elements, or too many");
    }
    for (const Axis& axis : p.axes)
        p.output.push_back(axis.to);
    return p;
}

/// In float: scales are, and 1.5 / 0.6 is 2.5 there only.
float sourceOf(const Plan& p, const Axis& a, std::int64_t at)
{
    const auto x = static_cast<float>(at), in = static_cast<float>(a.from), out = static_cast<float>(a.to),
               scale = static_cast<float>(a.scale), start = static_cast<float>(a.roiStart),
               end = static_cast<float>(a.roiEnd);
    if (p.transform == "align_corners")
        return a.to > 1 ? x * (in - 1) / (out - 1) : 0;
    if (p.transform == "asymmetric")
        return x / scale;
    if (p.transform == "pytorch_half_pixel")
        return a.to > 1 ? (x + 0.5f) / scale - 0.5f : 0;
    if (p.transform == "tf_half_pixel_for_nn")
        return (x + 0.5f) / scale;
    if (p.transform == "half_pixel_symmetric") { // what the whole number of results cuts off, half on either side
        const float adjustment = out / (scale * in), centre = in / 2;
        return centre * (1 - adjustment) + (x + 0.5f) / scale - 0.5f;
    }
    if (p.transform == "tf_crop_and_resize")
        return a.to > 1 ? start * (in - 1) + x * (end - start) * (in - 1) / (out - 1) : 0.5f * (start + end) * (in - 1);
    return (x + 0.5f) / scale - 0.5f;
}

struct Tap
{
    std::int64_t at = 0;
    double weight = 0;
};

/// The filter made as wide as the result is coarser; behind the ends of the axis its last elements repeat, or nothing is.
std::vector<Tap> smoothTaps(const Plan& p, const Axis& a, double x)
{
    const double scale = std::min(1.0, a.scale), k = p.cubic, reach = (p.mode == "cubic" ? 2 : 1) / scale;
    const auto filter = [&](double d) {
        if (p.mode != "cubic")
            return std::max(0.0, 1 - d);
        return d <= 1 ? ((k + 2) * d - (k + 3)) * d * d + 1 : d < 2 ? ((k * d - 5 * k) * d + 8 * k) * d - 4 * k : 0;
    };
    const auto last = static_cast<double>(a.from - 1);
    std::vector<Tap> taps;
    double sum = 0;
    for (double at = std::ceil(x - reach); at <= x + reach; ++at) {
        if (p.excludeOutside && (at < 0 || at > last))
            continue;
        const double weight = filter(std::abs(at - x) * scale);
        taps.push_back({static_cast<std::int64_t>(std::clamp(at, 0.0, last)), weight});
        sum += weight;
    }
    for (Tap& tap : taps)
        tap.weight /= sum;
    return taps;
}

/// Which elements of the axis make element `at` of the result; empty = outside of the region.
std::vector<Tap> tapsOf(const Plan& p, const Axis& a, std::int64_t at)
{
    if (a.from == a.to && a.scale == 1 && p.transform != "tf_crop_and_resize")
        return {{at, 1}};
    const double x = static_cast<double>(sourceOf(p, a, at));
    if (p.transform == "tf_crop_and_resize" && (x < 0 || x > static_cast<double>(a.from - 1)))
        return {};
    const auto inside = [&](double i) { return std::clamp<std::int64_t>(static_cast<std::int64_t>(i), 0, a.from - 1); };
    if (p.mode == "nearest") {
        if (p.nearest == "floor")
            return {{inside(std::floor(x)), 1}};
        if (p.nearest == "ceil")
            return {{inside(std::ceil(x)), 1}};
        const bool half = x - std::floor(x) == 0.5;
        if (half)
            return {{inside(p.nearest == "round_prefer_ceil" ? std::ceil(x) : std::floor(x)), 1}};
        return {{inside(std::nearbyint(x)), 1}};
    }
    if (p.antialias)
        return smoothTaps(p, a, x);
    const double base = std::floor(x), r = x - base;
    if (p.mode != "cubic")
        return {{inside(base), 1 - r}, {inside(base + 1), r}};
    const double k = p.cubic;
    const auto near = [&](double d) { return ((k + 2) * d - (k + 3)) * d * d + 1; };
    const auto far = [&](double d) { return ((k * d - 5 * k) * d + 8 * k) * d - 4 * k; };
    const double weights[] = {far(r + 1), near(r), near(1 - r), far(2 - r)};
    std::vector<Tap> taps;
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        const double position = base + i - 1;
        if (p.excludeOutside && (position < 0 || position >= static_cast<double>(a.from)))
            continue;
        taps.push_back({inside(position), weights[i]});
        sum += weights[i];
    }
    if (p.excludeOutside && sum != 0)
        for (Tap& tap : taps)
            tap.weight /= sum;
    return taps;
}

OpDef resizeOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, planOf(c).output}}; };
    def.make = [](const OpContext& c) -> std::unique_ptr<OpKernel> {
        if (c.in(0).type != DType::F32)
            c.refuse("element type " + toString(c.in(0).type) + " is not supported here");
        const Plan p = planOf(c);
        std::vector<std::vector<std::vector<Tap>>> taps; // [axis][position]
        for (const Axis& axis : p.axes) {
            auto& list = taps.emplace_back();
            for (std::int64_t at = 0; at < axis.to; ++at)
                list.push_back(tapsOf(p, axis, at));
        }
        const Shape strides = denseStrides(c.in(0).shape), output = p.output;
        return kernelOf([taps = std::move(taps), strides, output, fill = static_cast<float>(p.outside)](
                            const std::byte* const* in, std::byte* const* out) {
            const std::int64_t count = elementCount(output);
            const std::size_t rank = output.size();
            for (std::int64_t i = 0; i < count; ++i) {
                const std::vector<Tap>* lists[12] = {};
                std::int64_t rest = i;
                std::size_t combinations = 1;
                for (std::size_t d = rank; d-- > 0; rest /= output[d]) {
                    lists[d] = &taps[d][static_cast<std::size_t>(rest % output[d])];
                    combinations *= lists[d]->size();
                }
                double sum = combinations ? 0 : fill;
                for (std::size_t n = 0; n < combinations; ++n) {
                    std::size_t left = n;
                    std::int64_t at = 0;
                    double weight = 1;
                    for (std::size_t d = 0; d < rank; left /= lists[d++]->size()) {
                        const Tap& tap = (*lists[d])[left % lists[d]->size()];
                        at += tap.at * strides[d];
                        weight *= tap.weight;
                    }
                    sum += weight * as<float>(in[0])[at];
                }
                as<float>(out[0])[i] = static_cast<float>(sum);
            }
        });
    };
    return def;
}

} // namespace

void addResizeOps(OpTable& table)
{
    table["Resize"] = resizeOp();
    table["Upsample"] = resizeOp();
}

} // namespace octet::engine
