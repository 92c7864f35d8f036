// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/bias_correction.h"

#include "core/graph/weight_values.h"
#include "core/values/error.h"

#include <fmt/format.h>

namespace octet::quantize {

std::vector<float> biasCorrection(const graph::Weight& weight, bool transposed, const QuantizedWeight& quantized,
    const std::vector<float>& smoothing, const std::vector<float>& means)
{
    const auto k = static_cast<std::size_t>(quantized.k), n = static_cast<std::size_t>(quantized.n);
    if (means.size() != k)
        throw Error(ErrorKind::Setting,
            fmt::format("Weight \"{}\" has {} rows, but its input has {} means; calibrate again.", weight.name, k,
                means.size()));
    const graph::Values<float> values = graph::floats(weight);
    std::vector<double> sums(n, 0);
    for (std::size_t row = 0; row < k; ++row) {
        const double mean = static_cast<double>(means[row]);
        const double factor = smoothing.empty() ? 1 : static_cast<double>(smoothing[row]);
        for (std::size_t column = 0; column < n; ++column) {
            const auto exact = static_cast<double>(values[transposed ? column * k + row : row * n + column]);
            const auto scale = static_cast<double>(quantized.scales[quantized.scales.size() == 1 ? 0 : column]);
            sums[column] += mean * (exact - quantized.values[row * n + column] * scale / factor);
        }
    }
    return {sums.begin(), sums.end()};
}

} // namespace octet::quantize
