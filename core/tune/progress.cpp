// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/progress.h"

#include "core/measure/machine_lock.h"

#include <algorithm>
#include <thread>

namespace octet::tune {

namespace {

constexpr std::chrono::milliseconds interval(100);
constexpr std::chrono::milliseconds pausePoll(20);
constexpr int samplesBeforeTime = 3;

} // namespace

Progress::Progress(JobObserver& observer)
    : m_observer(observer)
    , m_start(std::chrono::steady_clock::now())
    , m_last(m_start - interval)
{
}

double Progress::seconds() const
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count() - m_paused;
}

bool Progress::cancelled()
{
    const auto asked = [this] { return m_observer.cancelled(); };
    if (!m_observer.paused() || asked())
        return asked();
    const double before = seconds();
    const auto wait = [&] {
        m_observer.pauseChanged(true);
        while (m_observer.paused() && !asked())
            std::this_thread::sleep_for(pausePoll);
    };
    measure::MachineLock::letGo(wait, asked);
    m_paused += seconds() - before;
    m_observer.pauseChanged(false);
    return asked();
}

void Progress::endStep()
{
    ++m_steps;
    m_low = m_high = 0;
}

void Progress::beginStage(const std::string& name, double low, double high)
{
    m_stage = name;
    m_low = low;
    m_high = high;
    m_stageShown = false;
}

double Progress::overall(double share) const
{
    const double inStep = m_low + (m_high - m_low) * share;
    double overall = (m_steps + inStep) / std::max(m_expected, m_steps + 1);
    if (m_limit > 0)
        overall = std::max(overall, seconds() / m_limit);
    return std::clamp(overall, 0.0, 1.0);
}

void Progress::report(long done, long total)
{
    const auto now = std::chrono::steady_clock::now();
    if (m_stageShown && now - m_last < interval && done < total)
        return;
    m_stageShown = true;
    m_last = now;
    ++m_samples;
    const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
    m_shown = std::max(m_shown, overall(share)); // expectations change, but a bar never runs back
    JobProgress progress;
    progress.stage = m_stage;
    progress.done = done;
    progress.total = total;
    progress.overall = m_shown;
    if (m_samples > samplesBeforeTime && m_shown > 0) {
        progress.secondsLeft = seconds() * (1 - m_shown) / m_shown;
        if (m_limit > 0)
            progress.secondsLeft = std::min(progress.secondsLeft, std::max(0.0, m_limit - seconds()));
    }
    m_observer.progress(progress);
}

std::function<void(long, long)> Progress::callback()
{
    return [this](long done, long total) { report(done, total); };
}

} // namespace octet::tune
