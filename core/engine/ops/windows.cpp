// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/ops/windows.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::engine {

Windows windowsOf(const graph::Node& node, const Shape& x, const Shape& kernel)
{
    if (x.size() < 3 || kernel.size() + 2 != x.size())
        throwMalformed(node, fmt::format("its kernel {} does not fit its input {}", toString(kernel), toString(x)));
    const std::size_t spatial = kernel.size();
    const auto list = [&](const char* key, std::size_t count, std::int64_t fallback) {
        const Shape values = node.intsAttribute(key).value_or(Shape(count, fallback));
        if (values.size() != count)
            throwMalformed(node, fmt::format("{} has {} values", key, values.size()));
        for (const std::int64_t v : values)
            if (v < 0 || v > 1 << 20)
                throwMalformed(node, fmt::format("{} holds {}", key, v));
        return values;
    };
    Windows w;
    w.input = Shape(x.begin() + 2, x.end());
    w.kernel = kernel;
    w.strides = list("strides", spatial, 1);
    w.dilations = list("dilations", spatial, 1);
    const Shape pads = list("pads", 2 * spatial, 0);
    w.before = Shape(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(spatial));
    w.after = Shape(pads.begin() + static_cast<std::ptrdiff_t>(spatial), pads.end());
    const std::string autoPad = node.stringAttribute("auto_pad", "NOTSET");
    const bool ceil = node.intAttribute("ceil_mode", 0) != 0;
    for (std::size_t d = 0; d < spatial; ++d) {
        if (kernel[d] < 1 || kernel[d] > 1 << 20 || w.strides[d] < 1 || w.dilations[d] < 1)
            throwMalformed(node, "its kernel, strides or dilations are not positive");
        const std::int64_t reach = w.dilations[d] * (kernel[d] - 1) + 1, stride = w.strides[d];
        if (autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER") {
            const std::int64_t total =
                std::max<std::int64_t>(0, ((w.input[d] + stride - 1) / stride - 1) * stride + reach - w.input[d]);
            w.before[d] = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
            w.after[d] = total - w.before[d];
        } else if (autoPad == "VALID") {
            w.before[d] = w.after[d] = 0;
        } else if (autoPad != "NOTSET") {
            throwMalformed(node, "its auto_pad is \"" + autoPad + "\"");
        }
        const std::int64_t room = w.input[d] + w.before[d] + w.after[d] - reach;
        if (room < 0)
            throwMalformed(node, "its kernel is larger than the input");
        std::int64_t out = (room + (ceil ? stride - 1 : 0)) / stride + 1;
        if (ceil && (out - 1) * stride >= w.input[d] + w.before[d])
            --out; // a window must begin inside
        w.output.push_back(out);
    }
    return w;
}

} // namespace octet::engine
