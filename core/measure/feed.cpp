// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/feed.h"

#include "core/engine/parallel.h"
#include "core/measure/machine_lock.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>

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

Runner::Runner(std::shared_ptr<const engine::Program> program)
    : m_program(std::move(program))
    , m_session(m_program)
{
}

void Runner::set(const std::map<std::string, Tensor>& inputs)
{
    for (const auto& [name, tensor] : inputs)
        m_session.setInput(name, tensor);
}

namespace {

/// What the model's first dimension fixes.
std::optional<int> fixedRows(const graph::Model& model)
{
    for (const graph::ValueInfo& input : model.inputs())
        if (input.hasShape && !input.shape.empty() && input.shape[0].value > 0)
            return static_cast<int>(std::min<std::int64_t>(input.shape[0].value, 1 << 16));
    return std::nullopt;
}

/// A tapped value lives to the end of its run, so the arena grows with all tokens of one: more of them cost memory and
/// gain nothing.
constexpr int tokensATappedRun = 256;

std::size_t mostRows(const Context& context, int length, bool tapped)
{
    const int most = std::max(1, context.data->spec().batchSize);
    return static_cast<std::size_t>(tapped && length > 0 ? std::clamp(tokensATappedRun / length, 1, most) : most);
}

/// At most `most`, and so that every session has as many runs as the others.
std::size_t rowsARun(std::size_t samples, std::size_t most, std::size_t sessions)
{
    const std::size_t runs = (samples + most - 1) / most, even = (runs + sessions - 1) / sessions * sessions;
    return (samples + even - 1) / even;
}

/// Sessions of one program that run side by side.
class Team
{
public:
    Team(std::shared_ptr<const engine::Program> program, std::size_t size)
    {
        for (std::size_t i = 0; i < size; ++i)
            m_runners.push_back(std::make_unique<Runner>(program));
    }
    Runner& operator[](std::size_t i) { return *m_runners[i]; }

    void run(std::size_t count)
    {
        std::vector<std::exception_ptr> failures(count);
        const auto share = [&](std::int64_t begin, std::int64_t end, int) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                try {
                    m_runners[i]->session().run();
                } catch (...) {
                    failures[i] = std::current_exception();
                }
        };
        engine::inParallel(static_cast<int>(count), static_cast<std::int64_t>(count), share);
        for (const std::exception_ptr& failure : failures)
            if (failure)
                std::rethrow_exception(failure);
    }

private:
    std::vector<std::unique_ptr<Runner>> m_runners;
};

/// Samples of one padded length, `rows` a run.
class Bucket
{
public:
    Bucket(const data::Dataset& data, Split split, int length, const std::vector<std::size_t>& indices, std::size_t rows)
        : m_data(data)
        , m_split(split)
        , m_length(length)
        , m_indices(indices)
        , m_rows(rows)
    {
    }
    int rows() const { return static_cast<int>(m_rows); }
    std::size_t runs() const { return (m_indices.size() + m_rows - 1) / m_rows; }
    std::vector<std::size_t> samples(std::size_t run) const
    {
        const auto at = [&](std::size_t i) {
            return m_indices.begin() + static_cast<std::ptrdiff_t>(std::min(i * m_rows, m_indices.size()));
        };
        return {at(run), at(run + 1)};
    }
    std::map<std::string, Tensor> inputs(std::size_t run) const
    {
        std::vector<std::size_t> filled = samples(run);
        filled.resize(m_rows, filled.back());
        return m_data.batch(m_split, filled, m_length);
    }

private:
    const data::Dataset& m_data;
    Split m_split;
    int m_length;
    const std::vector<std::size_t>& m_indices;
    std::size_t m_rows;
};

/// Beyond it sessions side by side would cost more memory than their speed is worth.
constexpr long long arenasTogether = 1ll << 29;

} // namespace

void runSplit(const Context& context, Split split, const Settings& settings, const Ranges& ranges,
    const std::vector<std::string>& taps,
    const std::function<void(Runner&, const std::vector<std::size_t>&, int, int)>& use,
    const std::vector<std::size_t>* only)
{
    const MachineLock lock(MachineLock::Mode::Computing, context.cancelled);
    const std::optional<int> fixed = fixedRows(*context.model);
    const auto threads = static_cast<std::size_t>(std::max(1, context.threads));
    const auto total = static_cast<long>(only ? only->size() : context.data->size(split));
    long done = 0;
    report(context, 0, total);
    for (auto& [length, indices] : buckets(*context.data, split)) {
        if (only)
            std::erase_if(indices, [&](std::size_t i) { return std::find(only->begin(), only->end(), i) == only->end(); });
        if (indices.empty())
            continue;
        checkCancelled(context);
        const Bucket bucket(*context.data, split, length, indices,
            fixed ? static_cast<std::size_t>(*fixed)
                  : rowsARun(indices.size(), mostRows(context, length, !taps.empty()), threads));
        std::size_t together = std::min(bucket.runs(), threads);
        auto inputs = bucket.inputs(0);
        const auto compiledFor = [&](int team) {
            return compiled(context, settings, ranges, shapesOf(inputs), team, taps);
        };
        auto program = compiledFor(together > 1 ? 1 : context.threads);
        if (together > 1 && program->arenaBytes() * static_cast<long long>(together) > arenasTogether) {
            together = 1;
            program = compiledFor(context.threads);
        }
        Team team(program, together);
        for (std::size_t run = 0; run < bucket.runs(); run += together) {
            checkCancelled(context);
            const std::size_t count = std::min(together, bucket.runs() - run);
            for (std::size_t i = 0; i < count; ++i)
                team[i].set(run + i == 0 ? inputs : bucket.inputs(run + i));
            team.run(count);
            for (std::size_t i = 0; i < count; ++i) {
                const std::vector<std::size_t> samples = bucket.samples(run + i);
                use(team[i], samples, bucket.rows(), length);
                done += static_cast<long>(samples.size());
            }
            report(context, done, total);
        }
    }
}

} // namespace octet::measure
