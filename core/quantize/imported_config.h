// SPDX-License-Identifier: GPL-3.0-or-later
// What was found of a file's quantization, as config and ranges.
#pragma once

#include "core/quantize/imported.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace octet::quantize {

/// Scale and zero point of one tensor as u8 (s8 is shifted by 128).
struct Bytes
{
    float scale = 1;
    int zeroPoint = 0;
    bool operator==(const Bytes&) const = default;
};

/// What an operator reads in integers.
struct Operand
{
    std::optional<Bytes> bytes; // none = dynamic
    bool ofOperator = false; // that computes in integers itself
};

/// A scale a channel of the second operand of an attention: [heads * depth], as in Range.
struct Channels
{
    std::vector<float> factors;
    long heads = 0;
};

struct Found
{
    std::map<std::string, std::map<std::size_t, Operand>> operands; // by node and input
    std::map<std::string, std::size_t> scales; // of restored weights: how many, 0 = they do not give integers back
    std::map<std::string, Channels> channels; // by node
};

/// Fills all but the model, which is there: products that read integers on both sides are int8.
void describe(const Found& found, Opened& opened);

} // namespace octet::quantize
