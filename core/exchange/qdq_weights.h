// SPDX-License-Identifier: GPL-3.0-or-later
// Weights in an export: s8 constants, once for all products that want the same.
#pragma once

#include "core/exchange/qdq_values.h"
#include "core/quantize/affine.h"

#include <map>
#include <string>
#include <tuple>

namespace octet::exchange {

class QdqWeights
{
public:
    QdqWeights(const graph::Model& model, const QdqValues& values, QdqFile& file)
        : m_model(model)
        , m_values(values)
        , m_file(file)
    {
    }

    struct Weight
    {
        std::string values, scale, restored;
    };
    /// [K, N], as MatMulInteger reads it. Errors: Unsupported (not fp32, too large), Setting (no range).
    const Weight& forIntegers(const QdqJob& job) { return quantized(job, false); }
    /// The output of a DequantizeLinear over the weight in the layout of the file. The same errors.
    std::string dequantized(const QdqJob& job);
    /// [K, N], as its product multiplies by it.
    quantize::QuantizedWeight valuesOf(const QdqJob& job) const;

    bool storedTransposed(const QdqJob& job) const;

private:
    Weight& quantized(const QdqJob& job, bool fileLayout);

    const graph::Model& m_model;
    const QdqValues& m_values;
    QdqFile& m_file;
    std::map<std::tuple<std::string, Granularity, int, bool, bool, RangeKey>, Weight> m_weights;
};

} // namespace octet::exchange
