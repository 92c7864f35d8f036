// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/feed.h"
#include "core/measure/machine_lock.h"
#include "core/measure/processor_wait.h"
#include "core/measure/sample_statistics.h"
#include "core/values/error.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <optional>
#include <random>

namespace octet::measure {

namespace {

using Inputs = std::map<std::string, Tensor>;
using Clock = std::chrono::steady_clock;

constexpr int fewestRuns = 30;
constexpr int fewestWarmUps = 3, mostWarmUps = 20;
constexpr int fewestBeats = 15; // reference runs of a timing
constexpr int attempts = 2;
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
        const int profiled = medianLength(m_plan);
        m_reference = runnerOf(0, inputsOf(m_plan.groups.at(profiled).front(), profiled));
        Drift drift;
        double waited = 0;
        for (int attempt = 0; attempt < attempts; ++attempt) {
            m_total += static_cast<long>(m_contenders.size()) * (m_plan.runs + profiledRuns);
            report(m_context, m_done, m_total);
            const double waitedBefore = processorWaitMs();
            const auto start = Clock::now();
            timeAll(profiled);
            const std::chrono::duration<double, std::milli> took = Clock::now() - start;
            waited = m_context.clock ? 0 : (processorWaitMs() - waitedBefore) / (took.count() * m_threads);
            drift = driftOf(m_beats);
            if (!drift.beyondSpread())
                break;
        }
        for (std::size_t c = 0; c < m_contenders.size(); ++c) {
            Latency latency = summarise(m_ms[c]);
            const Ratio ratio = c == 0 ? Ratio{1, 1, 1} : pairedRatio(m_ms[c], m_ms[0]);
            latency.ratioToFp32 = ratio.value;
            latency.ratioLow = ratio.low;
            latency.ratioHigh = ratio.high;
            latency.drift = drift.change;
            latency.drifted = drift.beyondSpread();
            latency.waited = std::clamp(waited, 0.0, 1.0);
            m_result.latencies.push_back(latency);
        }
        return std::move(m_result);
    }

private:
    double now() const
    {
        if (m_context.clock)
            return m_context.clock();
        return std::chrono::duration<double, std::milli>(Clock::now().time_since_epoch()).count();
    }

    double timedRun(engine::Session& session) const
    {
        const double start = now();
        session.run();
        return now() - start;
    }

    std::unique_ptr<Runner> runnerOf(std::size_t contender, const Inputs& inputs) const
    {
        auto runner = std::make_unique<Runner>(m_context, m_contenders[contender].settings, m_contenders[contender].ranges,
            shapesOf(inputs), m_threads);
        runner->set(inputs);
        return runner;
    }

    void timeAll(int profiled)
    {
        m_ms.assign(m_contenders.size(), {});
        m_beats.clear();
        m_result.runMs.clear();
        m_result.profilingCost.clear();
        m_round = 0;
        for (const auto& [length, runs] : m_plan.groups)
            timeGroup(length, runs, length == profiled);
    }

    /// The reference always runs the same, so that only the machine can change its time.
    void beat()
    {
        if (m_round++ % std::max(1, m_plan.runs / fewestBeats) == 0)
            m_beats.push_back(timedRun(m_reference->session()));
    }

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
            runners.push_back(runnerOf(c, inputs));
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
            beat();
            for (std::size_t c = 0; c < runners.size(); ++c) {
                runners[c]->set(inputs);
                m_ms[c].push_back(timedRun(runners[c]->session()) / m_plan.batch);
                step(1);
            }
        }
        if (profiled)
            profile(runners);
    }

    /// Until a round makes no contender noticeably faster than all rounds before.
    void warmUp(const std::vector<std::unique_ptr<Runner>>& runners)
    {
        m_timesLetGo = MachineLock::timesLetGo();
        for (int i = 0; i < fewestWarmUps; ++i)
            m_reference->session().run();
        std::vector<double> best(runners.size(), std::numeric_limits<double>::infinity());
        bool faster = true;
        for (int i = 0; i < mostWarmUps && (faster || i < fewestWarmUps); ++i) {
            faster = false;
            for (std::size_t c = 0; c < runners.size(); ++c) {
                checkCancelled(m_context);
                const double ms = timedRun(runners[c]->session());
                faster = faster || ms < best[c] * (1 - Drift::negligible);
                best[c] = std::min(best[c], ms);
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
                const double start = now();
                session.runProfiled(ms);
                whole[c].push_back(now() - start);
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
    std::unique_ptr<Runner> m_reference; // contender 0 at the median length
    std::vector<double> m_beats; // its times
    int m_round = 0;
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
