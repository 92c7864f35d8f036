// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/feed.h"
#include "core/measure/sensitivity.h"
#include "core/values/error.h"

#include <numeric>

namespace octet::measure {

std::vector<float> firstOutputs(
    const Context& context, const Settings& settings, const Ranges& ranges, Split split, std::size_t count)
{
    std::vector<std::size_t> samples(std::min(count, context.data->size(split)));
    std::iota(samples.begin(), samples.end(), std::size_t(0));
    std::vector<std::vector<float>> rows(samples.size()); // of samples of different lengths, which may differ in size
    Context quiet = context;
    quiet.progress = {};
    runSplit(
        quiet, split, settings, ranges, {},
        [&](Runner& runner, const std::vector<std::size_t>& indices, int batch, int) {
            if (runner.program().outputNames().empty() || runner.program().outputType(0) != DType::F32)
                throw Error(ErrorKind::Unsupported, "Outputs can be compared only where the model's first one is float32.");
            const auto bytes = runner.session().output(0);
            const std::size_t width = bytes.size() / sizeof(float) / static_cast<std::size_t>(batch);
            const auto* from = reinterpret_cast<const float*>(bytes.data());
            for (std::size_t i = 0; i < indices.size(); ++i)
                rows[indices[i]].assign(from + i * width, from + (i + 1) * width);
        },
        &samples);
    std::vector<float> all;
    for (const std::vector<float>& row : rows)
        all.insert(all.end(), row.begin(), row.end());
    return all;
}

} // namespace octet::measure
