// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/report.h"

#include "core/measure/verdict.h"
#include "core/tune/frontier.h"
#include "core/values/error.h"
#include "core/values/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

namespace octet::tune {

namespace {

std::string number(double value, int digits)
{
    std::string text = fmt::format("{:.{}f}", value, digits);
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.')
            text.pop_back();
    }
    return text;
}

std::string milliseconds(double ms)
{
    return ms >= 100 ? fmt::format("{:.0f}", ms) : ms >= 10 ? fmt::format("{:.1f}", ms) : fmt::format("{:.2f}", ms);
}

std::string speed(double ratio)
{
    if (ratio <= 0)
        return {};
    return ratio <= 1 ? fmt::format("{:.1f}x faster", 1 / ratio) : fmt::format("{:.1f}x slower", ratio);
}

class Teller
{
public:
    explicit Teller(const ReportSource& source)
        : m_source(source)
        , m_trial(source.trial)
        , m_noun(sampleNoun(source.data))
    {
        for (const Trial& trial : source.trials)
            if (trial.state == TrialState::Done && trial.tuning() && trial.workload == m_trial.workload
                && trial.tuning()->metric == m_trial.tuning()->metric
                && trial.tuning()->samples == m_trial.tuning()->samples)
                m_shown.push_back(&trial);
        m_fp32 = fp32Baseline(m_shown);
        if (!m_fp32)
            throw Error(ErrorKind::Setting,
                fmt::format("There is no fp32 baseline to compare trial {} with; measure it first.", m_trial.id));
        m_counts = countsAnswers(m_fp32->tuning()->metric);
    }

    Report report() const
    {
        Report r;
        r.project = m_source.project;
        r.trial = fmt::format("Trial {}{}, measured {}", m_trial.id, m_trial.chosen ? ", chosen" : "",
            m_trial.manifest.started.substr(0, 10));
        const auto [mine, before, split] = judged();
        r.headline = fmt::format("{}, {}", speed(ratio(m_trial)), lossWords(*mine, *before));
        r.verdict = measure::verdict(*mine, *before, m_source.goal);
        r.summary = summary(*mine, *before, split);
        r.fixture = m_source.fixture;
        r.goal = goalWords();
        r.reason = m_trial.chosen ? m_trial.note : std::string();
        r.measuredOn = measuredOn(*mine, split);
        r.plot = plot();
        r.compared = fmt::format("Compared on the tuning half, {} {}s", m_fp32->tuning()->samples, m_noun);
        for (const auto& [role, trial] : told())
            r.rows.push_back(row(role, *trial));
        products(r);
        return r;
    }

private:
    struct Judged
    {
        const Accuracy *mine, *before;
        Split split;
    };
    /// On the split that the search never saw, where that is possible.
    Judged judged() const
    {
        const auto mine = m_trial.accuracy.find(Split::HeldOut), before = m_fp32->accuracy.find(Split::HeldOut);
        if (mine != m_trial.accuracy.end() && before != m_fp32->accuracy.end()
            && mine->second.samples == before->second.samples && mine->second.metric == before->second.metric)
            return {&mine->second, &before->second, Split::HeldOut};
        return {m_trial.tuning(), m_fp32->tuning(), Split::Tuning};
    }

    double ratio(const Trial& trial) const
    {
        return m_fp32->latency.p50 > 0 ? pairedMs(trial, m_fp32) / m_fp32->latency.p50 : 0;
    }

    std::string scoreText(const Accuracy& accuracy) const
    {
        return m_counts ? std::to_string(accuracy.correct) : fmt::format("{:.3f}", accuracy.value);
    }

    std::string lossWords(const Accuracy& mine, const Accuracy& before) const
    {
        if (!m_counts)
            return fmt::format("{} {:.3f} instead of {:.3f}", metricOf(mine.metric).words, mine.value, before.value);
        const long lost = before.correct - mine.correct;
        if (lost == 0)
            return "no answer lost";
        return fmt::format("{} {} right", std::abs(lost), lost > 0 ? "fewer" : "more");
    }

    std::string summary(const Accuracy& mine, const Accuracy& before, Split split) const
    {
        const Latency& latency = m_trial.latency;
        std::string text
            = fmt::format("{} ms instead of {}", milliseconds(pairedMs(m_trial, m_fp32)), milliseconds(m_fp32->latency.p50));
        if (latency.ratioLow > 0 && latency.ratioHigh > 0)
            text += fmt::format(" ({:.1f}x to {:.1f}x)", 1 / latency.ratioHigh, 1 / latency.ratioLow);
        text += fmt::format(". Of {} {} {}s {} got worse and {} better", mine.samples,
            split == Split::HeldOut ? "held-out" : "tuning", m_noun, mine.worse, mine.better);
        const PrecisionCounts& counts = m_trial.counts;
        text += fmt::format(". {} of {} products run in int8.", counts.int8, counts.int8 + counts.bf16 + counts.fp32);
        const std::string words = measure::verdictInWords(mine, before, m_source.goal);
        if (words.starts_with("too close"))
            text += " Whether it holds the goal is " + words + ".";
        return text;
    }

    std::string goalWords() const
    {
        const Goal& goal = m_source.goal;
        std::string text = fmt::format("Lose at most {} {} of {}", number(goal.maxDrop * 100, 3),
            goal.relative ? "% relative" : "points", metricOf(goal.metric).words);
        if (m_counts)
            text += fmt::format(", about {} of {} {}s", std::lround(std::floor(allowed() + 1e-9)),
                m_fp32->tuning()->samples, m_noun);
        static const std::map<Objective, const char*> objectives{{Objective::P50, "p50 latency"},
            {Objective::P99, "p99 latency"}, {Objective::Size, "the weights' size"}, {Objective::Memory, "memory"}};
        text += fmt::format("; make {} small", objectives.at(goal.objective));
        return text + (goal.keepWeights ? "; keep the weights as they are." : ".");
    }

    /// Answers of the tuning split, or of the metric.
    double allowed() const
    {
        const Accuracy& before = *m_fp32->tuning();
        return (before.value - m_source.goal.floor(before.value)) * (m_counts ? static_cast<double>(before.samples) : 1);
    }

    std::vector<std::pair<std::string, std::string>> measuredOn(const Accuracy& mine, Split split) const
    {
        const Workload& workload = m_trial.workload;
        const Machine& machine = m_trial.manifest.machine;
        return {{"Workload", fmt::format("{}{}, {} {}",
                                 workload.batch == 1 ? "one " + m_noun : fmt::format("{} {}s", workload.batch, m_noun),
                                 workload.length > 0                      ? fmt::format(", length {}", workload.length)
                                     : m_source.data.kind == DataKind::Text ? ", real lengths"
                                                                            : "",
                                 workload.threads, workload.threads == 1 ? "thread" : "threads")},
            {"Machine", fmt::format("{}, {}, {} cores", machine.cpu, machine.isa, machine.cores)},
            {"Timing", fmt::format("{} runs, in turn with fp32", m_trial.latency.runs)},
            {"Verdict from", fmt::format("{}, {} {}s", split == Split::HeldOut ? "held-out half" : "tuning half",
                                 mine.samples, m_noun)},
            {"Model", m_source.model}};
    }

    const Trial* baseline(const char* origin) const
    {
        for (const Trial* trial : m_shown)
            if (trial->origin == origin)
                return trial;
        return nullptr;
    }

    MarkRole roleOf(const Trial& trial) const
    {
        if (&trial == &m_trial)
            return MarkRole::Chosen;
        if (&trial == m_fp32)
            return MarkRole::Today;
        if (trial.origin == "baseline:static")
            return MarkRole::EverythingInt8;
        if (trial.counts.int8 == 0)
            return MarkRole::Bf16;
        return trial.config.model.approach == Approach::Dynamic ? MarkRole::Dynamic : MarkRole::Static;
    }

    std::vector<std::pair<MarkRole, const Trial*>> told() const
    {
        std::vector<std::pair<MarkRole, const Trial*>> list{{MarkRole::Chosen, &m_trial}};
        for (const char* origin :
            {"baseline:fp32", "baseline:static", "baseline:smoothed", "baseline:dynamic", "baseline:bf16"})
            if (const Trial* trial = baseline(origin); trial && trial != &m_trial)
                list.emplace_back(roleOf(*trial), trial);
        return list;
    }

    ReportRow row(MarkRole role, const Trial& trial) const
    {
        const Accuracy &mine = *trial.tuning(), &before = *m_fp32->tuning();
        ReportRow r;
        r.role = role;
        r.name = trial.name;
        r.score = scoreText(mine);
        r.ms = milliseconds(pairedMs(trial, m_fp32));
        r.speed = ratio(trial) > 0 ? fmt::format("{:.1f}x", 1 / ratio(trial)) : std::string();
        r.int8 = fmt::format("{} of {}", trial.counts.int8, trial.counts.int8 + trial.counts.bf16 + trial.counts.fp32);
        if (&trial == m_fp32)
            return r;
        if (m_counts) {
            const long difference = mine.correct - before.correct;
            r.difference = difference == 0 ? "\u00b10" : difference > 0 ? fmt::format("+{}", difference)
                                                                        : fmt::format("\u2212{}", -difference);
        }
        r.changed = fmt::format("{} / {}", mine.worse, mine.better);
        r.verdict = measure::verdict(mine, before, m_source.goal);
        return r;
    }

    ReportPlot plot() const
    {
        const Accuracy& before = *m_fp32->tuning();
        ReportPlot p;
        p.counts = m_counts;
        p.scoreTitle = m_counts ? fmt::format("Right answers, of {} {}s", before.samples, m_noun)
                                : metricOf(before.metric).words;
        p.timeTitle = fmt::format("Median time per {}, ms", m_noun);
        p.todayMs = m_fp32->latency.p50;
        const double score = m_counts ? static_cast<double>(before.correct) : before.value;
        p.floor = m_counts ? std::ceil(score - allowed() - 1e-9) : score - allowed();
        p.floorWords = m_counts ? fmt::format("Acceptable: {:.0f} or more right", p.floor)
                                : fmt::format("Acceptable: {:.3f} or more", p.floor);
        const std::vector<std::size_t> best = frontier(m_shown);
        for (std::size_t i = 0; i < m_shown.size(); ++i)
            p.marks.push_back(mark(*m_shown[i], std::ranges::find(best, i) != best.end()));
        return p;
    }

    ReportMark mark(const Trial& trial, bool onFrontier) const
    {
        const Accuracy &mine = *trial.tuning(), &before = *m_fp32->tuning();
        const double unit = m_counts ? static_cast<double>(mine.samples) : 1;
        ReportMark m{roleOf(trial), pairedMs(trial, m_fp32),
            m_counts ? static_cast<double>(mine.correct) : mine.value, {}, {}, {}, onFrontier};
        const std::string ms = milliseconds(m.ms) + " ms";
        switch (m.role) {
        case MarkRole::Today:
            m.name = "Today (fp32)", m.words = fmt::format("{}, {}{}", ms, scoreText(mine), m_counts ? " right" : "");
            break;
        case MarkRole::EverythingInt8:
        case MarkRole::Chosen: {
            m.name = m.role == MarkRole::EverythingInt8 ? "Everything int8" : m_trial.chosen ? "Chosen" : trial.name;
            m.words = fmt::format("{}, {}", ms, lossWords(mine, before));
            const auto [low, high] = measure::lossInterval(mine, before);
            const double today = m_counts ? static_cast<double>(before.correct) : before.value;
            m.interval = std::pair(today - high * unit, today - low * unit);
            break;
        }
        default:
            break;
        }
        return m;
    }

    void products(Report& r) const
    {
        if (m_trial.counts.int8 == 0)
            return;
        for (const GroupProfile& group : m_trial.groups) {
            if (group.kind != "product" || group.executed == Precision::Int8)
                continue;
            ReportProduct product{group.name, toString(group.executed), group.reason, {}, {}, {}};
            for (const OpSensitivity& op : m_source.sensitivity.ops)
                if (op.node == group.name) {
                    product.ownError = op.ownError >= 120 ? "none" : fmt::format("{:.0f} dB", op.ownError);
                    product.changed = fmt::format("{:.1f} %", 100 * op.flips);
                    if (op.fp32Ms > 0 && op.int8Ms > 0)
                        product.gain = fmt::format("{:.3f}", op.fp32Ms - op.int8Ms);
                }
            r.products.push_back(std::move(product));
        }
        const PrecisionCounts& counts = m_trial.counts;
        if (!r.products.empty())
            r.keptOut = fmt::format("Kept out of int8: {} of {} products", counts.bf16 + counts.fp32,
                counts.int8 + counts.bf16 + counts.fp32);
    }

    const ReportSource& m_source;
    const Trial& m_trial;
    std::string m_noun;
    std::vector<const Trial*> m_shown;
    const Trial* m_fp32 = nullptr;
    bool m_counts = true;
};

} // namespace

Report reportOf(const ReportSource& source)
{
    return Teller(source).report();
}

std::string modelWords(const std::string& path, const std::string& hash)
{
    return fmt::format("{}, sha256 {}", std::filesystem::path(path).filename().string(), hash.substr(0, 12));
}

} // namespace octet::tune
