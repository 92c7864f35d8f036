// SPDX-License-Identifier: GPL-3.0-or-later
// Activations in an export: quantized and restored, once for all readers that want the same, and divided where they are
// smoothed.
#pragma once

#include "core/exchange/qdq_file.h"
#include "core/quantize/affine.h"
#include "core/quantize/products.h"
#include "core/values/config.h"
#include "core/values/ranges.h"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace octet::exchange {

/// A product that is written in int8.
struct QdqJob
{
    quantize::Product product;
    OpSettings settings;
    std::string name;
};
using QdqJobs = std::unordered_map<std::string, QdqJob>; // by the product's output

class QdqValues
{
public:
    /// Plans which normalizations divide their output themselves.
    QdqValues(const graph::Model& model, const Ranges& ranges, const QdqJobs& jobs, QdqFile& file);

    /// Divides gamma and beta, where that was planned.
    void fold(onnx::NodeProto& node);

    /// Error(Setting) where the product's input has none.
    const Range& rangeOf(const QdqJob& job, const std::string& value) const;
    /// The range whose factors the value is divided by, if it is.
    const Range* smoothingOf(const QdqJob& job, const std::string& value) const;
    /// One factor a channel in a shape that broadcasts over the value; `transposed`: K, whose channels are rows.
    std::string factors(
        const std::string& value, const Range& range, const std::vector<float>& values, bool transposed);
    /// The value divided by its smoothing: by a normalization that only such readers have, else by a Mul.
    std::string smoothed(const QdqJob& job, const std::string& value);

    /// QuantizeLinear + DequantizeLinear over the value, one pair for all readers with the same range and scheme.
    std::string staticPair(const QdqJob& job, const std::string& value);
    std::string pairOf(const std::string& value, const quantize::Affine& affine);
    struct Dynamic
    {
        std::string quantized, scale, zeroPoint, restored;
    };
    const Dynamic& dynamicValue(const std::string& value) { return dynamic(value); }
    std::string dynamicPair(const std::string& value);

private:
    void planFolds(const QdqJobs& jobs);
    Dynamic& dynamic(const std::string& value);

    const graph::Model& m_model;
    const Ranges& m_ranges;
    QdqFile& m_file;
    std::map<std::pair<RangeKey, Scheme>, std::string> m_pairs;
    std::map<std::string, Dynamic> m_dynamic;
    std::map<RangeKey, std::string> m_smoothed;
    std::map<std::string, const Range*> m_folded; // outputs of normalizations
};

} // namespace octet::exchange
