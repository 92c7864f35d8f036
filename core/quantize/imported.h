// SPDX-License-Identifier: GPL-3.0-or-later
// Models that were quantized before they came here: QDQ, QOperator (QLinearMatMul, QGemm, QAttention and their like) and
// dynamic (MatMulInteger, DynamicQuantizeMatMul) forms become the float model behind them, with a config and ranges that
// give the same integers, so that they run in int8 kernels and can be tuned on.
#pragma once

#include "core/graph/model.h"
#include "core/values/ranges.h"

#include <memory>
#include <string>
#include <vector>

namespace octet::quantize {

struct Opened
{
    std::shared_ptr<const graph::Model> model; // as the file, or the float model behind it
    bool wasQuantized = false;
    Config config; // what the file had: per op, the rest is fp32
    Ranges ranges; // of its static activations; samples = 0
    std::string form; // "QDQ", "QOperator", "dynamic", joined by " and "
    int products = 0; // that were quantized
    std::vector<std::string> notes; // what is realised otherwise than the file says
};

/// graph::load and, where the file holds a quantization, what is behind it. Forms that are not recognised (16-bit
/// types, scales that are computed) stay as operators. Throws as load does.
Opened open(const std::string& path);
Opened recognise(std::shared_ptr<const graph::Model> model);

} // namespace octet::quantize
