// SPDX-License-Identifier: GPL-3.0-or-later
// The arrays of one model input: loaded, checked against what the model declares, and handed out by row.
#pragma once

#include "core/data/elements.h"
#include "core/data/signature.h"

#include <string>

namespace octet::data {

struct ArrayInput
{
    std::string name;
    Tensor test, calib; // as in their files; empty shape = not given
    Shape sample; // shape of one row as the model wants it, without the batch dimension
    bool freeColumns = false; // the model leaves the first dimension of a row open
    Conversion conversion;
};

/// Reads the files ("" = not given). Throws Error(Data) when type or shape do not fit the model's input, naming both.
ArrayInput loadArrayInput(
    const graph::ValueInfo& declared, const std::string& testFile, const std::string& calibFile, const DataSpec& spec);
/// "uint8 [28, 28], 0 to 255, mean 72.9" of one row.
std::string describeRow(const Tensor& tensor, std::size_t row);

} // namespace octet::data
