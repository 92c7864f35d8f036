// SPDX-License-Identifier: GPL-3.0-or-later
// The quantized model as ONNX: QuantizeLinear / DequantizeLinear around every int8 product, with our scales.
#pragma once

#include "core/graph/model.h"
#include "core/values/config.h"
#include "core/values/ranges.h"

#include <string>
#include <vector>

namespace octet::exchange {

struct QdqExport
{
    std::string sha256;
    std::vector<std::string> losses; // "per-token scales become DynamicQuantizeLinear per tensor", "bf16 stays fp32"
};
/// Writes atomically (temporary file, rename). Static int8 products: u8 activation Q/DQ (one pair a value and range,
/// shared by its readers), s8 weights with per-channel or per-tensor scales as a DequantizeLinear of an s8
/// initializer. Dynamic ones: DynamicQuantizeLinear + MatMulInteger. Opset is raised to 13 where below.
/// Errors: File, Resource (disk full), Unsupported.
QdqExport writeQdq(const graph::Model& model, const Settings& settings, const Ranges& ranges, const std::string& path);

} // namespace octet::exchange
