// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/feed.h"
#include "core/measure/machine_lock.h"
#include "core/measure/sample_statistics.h"
#include "core/values/error.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <random>

namespace octet::measure {

namespace {

using Inputs = std::map<std::string, Tensor>;
using Clock = std::chrono::steady_clock;

constexpr int fewestRuns = 30;
constexpr int warmUps = 3;
constexpr int profiledRuns = 20; // even: see profile()

/// What is timed: `runs` inputs, in groups of equal padded length.
struct Plan
{
    std::optional<Split> split; // none: `seeded` is timed again and again
    Inputs seeded;
    int batch = 1;
    int runs = fewestRuns;
    std::map<int, std::vector<std::vector<std::size_t>>> groups; // padded length -> samples of every run
};

std::optional<Split> timedSplit(const data::Dataset* data)
{
    for (const Split split : {Split::Tuning, Split::Test, Split::Calibration})
        if (data && data->size(split) > 0)
            return split;
    return {};
}

/// All samples of the split that fit the workload's length, in an order that the seed alone decides.
std::vector<std::size_t> shuffledSamples(const data::Dataset& data, Split split, int length)
{
    std::vector<std::size_t> samples;
    for (std::size_t i = 0; i < data.size(split); ++i)
        if (length <= 0 || data.length(split, i) <= length)
            samples.push_back(i);
    std::mt19937 random(1978);
    for (std::size_t i = samples.size(); i > 1; --i) // std::shuffle differs between standard libraries
        std::swap(samples[i - 1], samples[random() % i]);
    return samples;
}

Plan planFor(const Context& context, const Workload& workload)
{
    Plan plan;
    plan.batch = std::max(1, workload.batch);
    plan.runs = std::max(fewestRuns, workload.runs);
    plan.split = timedSplit(context.data.get());
    std::vector<std::size_t> samples;
    if (plan.split)
        samples = shuffledSamples(*context.data, *plan.split, workload.length);
    if (samples.empty()) {
        plan.split.reset();
        plan.seeded = seededInputs(*context.model, plan.batch, workload.length, Goal{}.seed);
        plan.groups[workload.length].resize(static_cast<std::size_t>(plan.runs));
        return plan;
    }
    std::size_t next = 0;
    for (int run = 0; run < plan.runs; ++run) {
        std::vector<std::size_t> rows;
        int longest = 0;
        for (int row = 0; row < plan.batch; ++row) {
            rows.push_back(samples[next++ % samples.size()]);
            longest = std::max(longest, context.data->length(*plan.split, rows.back()));
        }
        const int padded = longest == 0 ? 0
            : workload.length > 0       ? workload.length
                                        : data::paddedLength(longest, context.data->spec().maxLength);
        plan.groups[padded].push_back(std::move(rows));
    }
    return plan;
}

double timedRun(engine::Session& session)
{
    const auto start = Clock::now();
    session.run();
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Length of the group that holds the median run.
int medianLength(const Plan& plan)
{
    std::size_t seen = 0;
    for (const auto& [length, runs] : plan.groups) {
        seen += runs.size();
        if (2 * seen >= static_cast<std::size_t>(plan.runs))
            return length;
    }
    return plan.groups.rbegin()->first;
}

class Timing
{
public:
    Timing(const Context& context, const std::vector<Contender>& contenders, const Workload& workload)
        : m_context(context)
        , m_contenders(contenders)
        , m_threads(std::max(1, workload.threads))
        , m_plan(planFor(context, workload))
        , m_ms(contenders.size())
    {
        m_result.groups.resize(contenders.size());
        m_result.weightBytes.resize(contenders.size());
        m_result.memoryBytes.resize(contenders.size());
    }

    LatencyRun run()
    {
        const MachineLock lock(MachineLock::Mode::Timing, m_context.cancelled);
        m_total = static_cast<long>(m_contenders.size()) * (m_plan.runs + profiledRuns);
        report(m_context, 0, m_total);
        const int profiled = medianLength(m_plan);
        for (const auto& [length, runs] : m_plan.groups)
            timeGroup(length, runs, length == profiled);
        for (std::size_t c = 0; c < m_contenders.size(); ++c) {
            Latency latency = summarise(m_ms[c]);
            const Ratio ratio = c == 0 ? Ratio{1, 1, 1} : pairedRatio(m_ms[c], m_ms[0]);
            latency.ratioToFp32 = ratio.value;
            latency.ratioLow = ratio.low;
            latency.ratioHigh = ratio.high;
            m_result.latencies.push_back(latency);
        }
        return std::move(m_result);
    }

private:
    Inputs inputsOf(const std::vector<std::size_t>& samples, int length) const
    {
        return m_plan.split ? m_context.data->batch(*m_plan.split, samples, length) : m_plan.seeded;
    }

    void step(long done)
    {
        checkCancelled(m_context);
        m_done += done;
        report(m_context, m_done, m_total);
    }

    void timeGroup(int length, const std::vector<std::vector<std::size_t>>& runs, bool profiled)
    {
        std::vector<std::unique_ptr<Runner>> runners;
        Inputs inputs = inputsOf(runs.front(), length);
        for (std::size_t c = 0; c < m_contenders.size(); ++c) {
            checkCancelled(m_context);
            runners.push_back(std::make_unique<Runner>(
                m_context, m_contenders[c].settings, m_contenders[c].ranges, shapesOf(inputs), m_threads));
            runners[c]->set(inputs);
            const engine::Program& program = runners[c]->program();
            m_result.weightBytes[c] = std::max(m_result.weightBytes[c], program.weightBytes());
            m_result.memoryBytes[c] =
                std::max(m_result.memoryBytes[c], program.weightBytes() + program.arenaBytes());
        }
        warmUp(runners);
        for (std::size_t i = 0; i < runs.size(); ++i) {
            if (i > 0 && m_plan.split)
                inputs = inputsOf(runs[i], length);
            if (m_timesLetGo != MachineLock::timesLetGo())
                warmUp(runners); // the job was paused
            for (std::size_t c = 0; c < runners.size(); ++c) {
                runners[c]->set(inputs);
                m_ms[c].push_back(timedRun(runners[c]->session()) / m_plan.batch);
                step(1);
            }
        }
        if (profiled)
            profile(runners);
    }

    void warmUp(const std::vector<std::unique_ptr<Runner>>& runners)
    {
        m_timesLetGo = MachineLock::timesLetGo();
        for (int i = 0; i < warmUps; ++i) {
            for (const auto& runner : runners) {
                checkCancelled(m_context);
                runner->session().run();
            }
        }
    }

    /// Profiled and plain runs take turns, so that what profiling costs is seen too.
    void profile(const std::vector<std::unique_ptr<Runner>>& runners)
    {
        const std::size_t count = runners.size();
        std::vector<std::vector<std::vector<double>>> times(count); // contender, group, round
        std::vector<std::vector<double>> plain(count), whole(count);
        for (int i = 0; i < profiledRuns; ++i)
            for (std::size_t c = 0; c < count; ++c) {
                engine::Session& session = runners[c]->session();
                std::vector<double> ms(runners[c]->program().groups().size(), 0);
                // The second of two runs finds warm caches: each is second every other time.
                if (i % 2 == 0)
                    plain[c].push_back(timedRun(session));
                const auto start = Clock::now();
                session.runProfiled(ms);
                whole[c].push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
                if (i % 2 != 0)
                    plain[c].push_back(timedRun(session));
                times[c].resize(ms.size());
                for (std::size_t g = 0; g < ms.size(); ++g)
                    times[c][g].push_back(ms[g]);
                step(1);
            }
        for (std::size_t c = 0; c < count; ++c) {
            m_result.groups[c] = runners[c]->program().groups();
            for (std::size_t g = 0; g < times[c].size(); ++g)
                m_result.groups[c][g].ms = median(times[c][g]);
            m_result.runMs.push_back(median(plain[c]));
            m_result.profilingCost.push_back(median(whole[c]) / median(plain[c]) - 1);
        }
    }

    const Context& m_context;
    const std::vector<Contender>& m_contenders;
    int m_threads;
    Plan m_plan;
    std::vector<std::vector<double>> m_ms; // by contender, in the same order of runs
    long m_done = 0, m_total = 0;
    long m_timesLetGo = 0;
    LatencyRun m_result;
};

} // namespace

LatencyRun latency(const Context& context, const std::vector<Contender>& contenders, const Workload& workload)
{
    if (contenders.empty())
        throw Error(ErrorKind::Setting, "There is nothing to time; name at least one config.");
    return Timing(context, contenders, workload).run();
}

} // namespace octet::measure
