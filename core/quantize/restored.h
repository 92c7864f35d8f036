// SPDX-License-Identifier: GPL-3.0-or-later
// Float constants behind the integers of a quantized file.
#pragma once

#include "core/graph/rewrite.h"

#include <optional>
#include <string>

namespace octet::quantize {

/// (q - zero point) * scale, with one scale or one a slice of `axis`; `zero` may be null. Its scales are kept where
/// integers around zero give them back. Nothing where types or sizes do not fit.
std::optional<graph::NewWeight> restored(const std::string& name, const graph::Weight& q, const graph::Weight& scale,
    const graph::Weight* zero, std::int64_t axis);

/// The same of floats that the file itself rounds: QuantizeLinear and DequantizeLinear of a constant, to s8 around
/// zero.
std::optional<graph::NewWeight> rounded(const std::string& name, const graph::Weight& weight,
    const graph::Weight& scale, const graph::Weight& zero, std::int64_t axis);

/// Scales that can be divided by.
bool usable(float scale);

} // namespace octet::quantize
