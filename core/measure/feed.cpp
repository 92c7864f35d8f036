// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/feed.h"

#include "core/measure/machine_lock.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::measure {

void checkCancelled(const Context& context)
{
    if (context.cancelled && context.cancelled())
        throw Error(ErrorKind::Cancelled, "Cancelled.");
}

void report(const Context& context, long done, long total)
{
    if (context.progress)
        context.progress(done, total);
}

std::map<int, std::vector<std::size_t>> buckets(const data::Dataset& data, Split split)
{
    std::map<int, std::vector<std::size_t>> byLength;
    for (std::size_t i = 0; i < data.size(split); ++i) {
        const int length = data.length(split, i);
        byLength[length > 0 ? data::paddedLength(length, data.spec().maxLength) : 0].push_back(i);
    }
    return byLength;
}

int rowsPerRun(const graph::Model& model, int wanted)
{
    for (const graph::ValueInfo& input : model.inputs())
        if (input.hasShape && !input.shape.empty() && input.shape[0].value > 0)
            return static_cast<int>(std::min<std::int64_t>(input.shape[0].value, 1 << 16));
    return std::max(1, wanted);
}

std::map<std::string, Shape> shapesOf(const std::map<std::string, Tensor>& inputs)
{
    std::map<std::string, Shape> shapes;
    for (const auto& [name, tensor] : inputs)
        shapes[name] = tensor.shape;
    return shapes;
}

namespace {

std::shared_ptr<const engine::Program> compiled(const Context& context, const Settings& settings, const Ranges& ranges,
    const std::map<std::string, Shape>& shapes, int threads, const std::vector<std::string>& taps)
{
    engine::CompileOptions options;
    options.inputShapes = shapes;
    options.threads = threads;
    options.taps = taps;
    options.cancelled = context.cancelled;
    return engine::compile(context.model, settings, ranges, options, *context.store);
}

} // namespace

Runner::Runner(const Context& context, const Settings& settings, const Ranges& ranges,
    const std::map<std::string, Shape>& shapes, int threads, const std::vector<std::string>& taps)
    : m_program(compiled(context, settings, ranges, shapes, threads, taps))
    , m_session(m_program)
{
}

void Runner::set(const std::map<std::string, Tensor>& inputs)
{
    for (const auto& [name, tensor] : inputs)
        m_session.setInput(name, tensor);
}

void runSplit(const Context& context, Split split, const Settings& settings, const Ranges& ranges,
    const std::vector<std::string>& taps,
    const std::function<void(Runner&, const std::vector<std::size_t>&, int, int)>& use,
    const std::vector<std::size_t>* only)
{
    const MachineLock lock(MachineLock::Mode::Computing, context.cancelled);
    const int rows = rowsPerRun(*context.model, context.data->spec().batchSize);
    const auto total = static_cast<long>(only ? only->size() : context.data->size(split));
    long done = 0;
    report(context, 0, total);
    for (auto& [length, indices] : buckets(*context.data, split)) {
        if (only)
            std::erase_if(indices, [&](std::size_t i) { return std::find(only->begin(), only->end(), i) == only->end(); });
        std::unique_ptr<Runner> runner;
        for (std::size_t from = 0; from < indices.size(); from += static_cast<std::size_t>(rows)) {
            checkCancelled(context);
            const std::size_t to = std::min(indices.size(), from + static_cast<std::size_t>(rows));
            const std::vector<std::size_t> real(
                indices.begin() + static_cast<std::ptrdiff_t>(from), indices.begin() + static_cast<std::ptrdiff_t>(to));
            std::vector<std::size_t> filled = real;
            filled.resize(static_cast<std::size_t>(rows), real.back());
            const auto inputs = context.data->batch(split, filled, length);
            if (!runner)
                runner = std::make_unique<Runner>(context, settings, ranges, shapesOf(inputs), context.threads, taps);
            runner->set(inputs);
            runner->session().run();
            use(*runner, real, rows, length);
            done += static_cast<long>(real.size());
            report(context, done, total);
        }
    }
}

} // namespace octet::measure
