// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/report_plot.h"

#include "core/exchange/markup.h"
#include "core/values/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace octet::exchange {

namespace {

constexpr double left = 62, top = 52, right = 640, bottom = 300, width = 660, height = 352;

/// Multiples of `step` from `low` to `high`: few, whatever the numbers are.
std::vector<double> ticks(double low, double high, double step)
{
    std::vector<double> values;
    const double first = std::ceil(low / step);
    for (int i = 0; i < 20 && (first + i) * step <= high; ++i)
        values.push_back((first + i) * step);
    return values;
}

class Plot
{
public:
    explicit Plot(ReportPlot plot)
        : m_plot(std::move(plot))
    {
        const auto [fast, slow] = std::ranges::minmax(m_plot.marks, {}, &ReportMark::ms);
        const double margin = 0.08 * std::max({slow.ms - fast.ms, 0.1 * slow.ms, 1e-3});
        m_fast = std::max(0.0, fast.ms - margin), m_slow = slow.ms + margin;
        double high = m_plot.floor;
        for (const ReportMark& mark : m_plot.marks)
            high = std::max(high, mark.interval && !mark.name.empty() ? std::max(mark.score, mark.interval->second) : mark.score);
        // What collapsed far below stays at the edge with its value, and never rescales the axis.
        const double band
            = std::max({high - m_plot.floor, m_plot.counts ? 3.0 : 0.003, 1e-9 * std::abs(m_plot.floor)});
        const double deepest = m_plot.floor - 6 * band;
        double low = m_plot.floor;
        for (const ReportMark& mark : m_plot.marks)
            if (mark.score >= deepest)
                low = std::min(low, mark.score);
        m_low = low - 0.6 * band, m_high = high + 0.4 * band;
    }

    std::string svg()
    {
        m_svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", width, height,
            escaped(m_plot.scoreTitle + " against " + m_plot.timeTitle));
        band();
        axes();
        frontier();
        for (const ReportMark& mark : m_plot.marks)
            m_taken.push_back({x(mark.ms) - 6, inside(mark.score) - 6, x(mark.ms) + 6, inside(mark.score) + 6});
        for (const bool labelled : {false, true})
            for (const ReportMark& mark : m_plot.marks)
                if (mark.name.empty() != labelled)
                    this->mark(mark);
        return m_svg + "</svg>\n";
    }

private:
    double x(double ms) const { return left + (ms - m_fast) / (m_slow - m_fast) * (right - left); }
    double y(double score) const { return bottom - (score - m_low) / (m_high - m_low) * (bottom - top); }

    void line(double x1, double y1, double x2, double y2, const char* kind)
    {
        m_svg += fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", kind, x1, y1, x2, y2);
    }
    void text(double atX, double atY, const char* anchor, const std::string& words, const char* kind = "")
    {
        m_svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n", atX, atY, anchor,
            kind, escaped(words));
    }

    void band()
    {
        const double floor = y(m_plot.floor);
        m_svg += fmt::format("<rect class=\"band\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{:.1f}\"/>\n", left, top,
            right - left, floor - top);
        line(left, floor, right, floor, "floor");
        text(right - 6, floor + 15, "end", m_plot.floorWords, "floor-words");
        m_taken.push_back({right - 6 - 7.0 * static_cast<double>(m_plot.floorWords.size()), floor + 4, right, floor + 18});
        text(left + 8, top + 16, "start", "\u2196 better", "quiet");
    }

    void axes()
    {
        const double step = niceStep(m_high - m_low, 6, m_plot.counts);
        for (const double score : ticks(m_low, m_high, step)) {
            line(left, y(score), right, y(score), "grid");
            text(left - 8, y(score) + 4, "end", m_plot.counts ? fmt::format("{:.0f}", score) : fmt::format("{:.3f}", score), "quiet");
        }
        const double timeStep = niceStep(m_slow - m_fast, 6, false);
        const int digits = timeStep < 1 ? static_cast<int>(std::ceil(-std::log10(timeStep))) : 0;
        for (const double ms : ticks(m_fast, m_slow, timeStep)) {
            line(x(ms), bottom, x(ms), bottom + 5, "axis");
            text(x(ms), bottom + 19, "middle", fmt::format("{:.{}f}", ms, digits), "quiet");
        }
        line(left, top, left, bottom, "axis");
        line(left, bottom, right, bottom, "axis");
        for (const double times : {0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0}) {
            const double ms = m_plot.todayMs / times;
            if (ms < m_fast || ms > m_slow || x(ms) > m_lastTop - 34)
                continue;
            m_lastTop = x(ms);
            line(x(ms), top - 5, x(ms), top, "axis");
            text(x(ms), top - 10, "middle", fmt::format("{}x", times), "quiet");
        }
        text((left + right) / 2, top - 30, "middle", "times faster than today", "quiet");
        text((left + right) / 2, height - 8, "middle", m_plot.timeTitle);
        m_svg += fmt::format("<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
            (top + bottom) / 2, escaped(m_plot.scoreTitle));
    }

    void frontier()
    {
        std::vector<const ReportMark*> best;
        for (const ReportMark& mark : m_plot.marks)
            if (mark.onFrontier)
                best.push_back(&mark);
        std::ranges::sort(best, {}, &ReportMark::ms);
        if (best.empty())
            return;
        std::string path;
        for (const ReportMark* mark : best)
            path += path.empty() ? fmt::format("M{:.1f} {:.1f}", x(mark->ms), inside(mark->score))
                                 : fmt::format("H{:.1f}V{:.1f}", x(mark->ms), inside(mark->score));
        m_svg += fmt::format("<path class=\"frontier\" d=\"{}H{:.1f}\"/>\n", path, right);
    }

    double inside(double score) const { return std::min(y(score), bottom); }

    void mark(const ReportMark& mark)
    {
        const double atX = x(mark.ms), atY = inside(mark.score);
        if (mark.score < m_low) {
            m_svg += fmt::format("<path class=\"other\" d=\"M{0:.1f} {1:.1f}l6 -10h-12z\"/>\n", atX, bottom - 1);
            text(atX + 9, bottom - 5, "start", (mark.name.empty() ? "" : mark.name + ": ") + fmt::format("{:.4g}", mark.score), "quiet");
            return;
        }
        const bool labelled = !mark.name.empty();
        if (labelled && mark.interval) {
            const char* kind = mark.role == MarkRole::Chosen ? "whisker chosen" : "whisker everything";
            const double high = std::max(y(mark.interval->second), top), low = inside(mark.interval->first);
            line(atX, high, atX, low, kind);
            line(atX - 4, high, atX + 4, high, kind);
            line(atX - 4, low, atX + 4, low, kind);
        }
        m_svg += markSvg(mark.role, atX, atY, labelled ? mark.role == MarkRole::Chosen ? 10 : 7 : 4.5);
        if (!labelled)
            return;
        label(mark, atX, atY);
    }

    struct Box
    {
        double left, top, right, bottom;
        bool overlaps(const Box& o) const { return left < o.right && o.left < right && top < o.bottom && o.top < bottom; }
    };

    /// At the first place around the mark that is free and inside the plot.
    void label(const ReportMark& mark, double atX, double atY)
    {
        constexpr double letter = 6.8, above = -12, beside = 5, below = 22;
        const double wide = letter * static_cast<double>(mark.name.size() + mark.words.size() + 2);
        Box box{};
        double textY = 0;
        bool before = false;
        for (const double down : {mark.role == MarkRole::EverythingInt8 ? beside : above, below, above, beside})
            for (const bool toTheLeft : {atX > (left + right) / 2, atX <= (left + right) / 2}) {
                before = toTheLeft, textY = atY + down;
                const double from = before ? atX - 14 - wide : atX + 14;
                box = {from, textY - 11, from + wide, textY + 3};
                const bool taken = std::ranges::any_of(m_taken, [&](const Box& o) { return box.overlaps(o); });
                if (!taken && box.left > left && box.right < right && box.top > top)
                    return write(mark, before, textY, box);
            }
        write(mark, before, textY, box);
    }

    void write(const ReportMark& mark, bool before, double textY, const Box& box)
    {
        m_taken.push_back(box);
        m_svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"><tspan class=\"strong {}\">{}:</tspan> {}</text>\n",
            before ? box.right : box.left, textY, before ? "end" : "start",
            mark.role == MarkRole::Chosen      ? "chosen-words"
                : mark.role == MarkRole::Today ? "today-words"
                                               : "everything-words",
            escaped(mark.name), escaped(mark.words));
    }

    const ReportPlot m_plot;
    double m_fast = 0, m_slow = 1, m_low = 0, m_high = 1, m_lastTop = 1e9;
    std::vector<Box> m_taken; // by words and marks
    std::string m_svg;
};

} // namespace

std::string markSvg(MarkRole role, double x, double y, double size)
{
    switch (role) {
    case MarkRole::Chosen: {
        std::string points;
        for (int i = 0; i < 10; ++i) {
            const double angle = std::numbers::pi * i / 5, radius = i % 2 ? 0.45 * size : size;
            points += fmt::format("{:.1f},{:.1f} ", x + radius * std::sin(angle), y - radius * std::cos(angle));
        }
        return fmt::format("<polygon class=\"chosen\" points=\"{}\"/>\n", points);
    }
    case MarkRole::Today:
        return fmt::format("<rect class=\"today\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n", x - 0.8 * size,
            y - 0.8 * size, 1.6 * size, 1.6 * size);
    case MarkRole::EverythingInt8:
        return fmt::format("<circle class=\"everything\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>\n", x, y, 0.85 * size);
    case MarkRole::Dynamic:
        return fmt::format("<path class=\"other\" d=\"M{:.1f} {:.1f}l{s:.1f} {s:.1f}l-{s:.1f} {s:.1f}l-{s:.1f} -{s:.1f}z\"/>\n", x, y - size,
            fmt::arg("s", size));
    case MarkRole::Bf16:
        return fmt::format("<path class=\"other\" d=\"M{:.1f} {:.1f}l{:.1f} {:.1f}h-{:.1f}z\"/>\n", x, y - size, size, 1.7 * size, 2 * size);
    case MarkRole::Static:
        break;
    }
    return fmt::format("<circle class=\"other\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>\n", x, y, 0.8 * size);
}

std::string plotSvg(const ReportPlot& plot)
{
    ReportPlot shown = plot;
    std::erase_if(shown.marks, [](const ReportMark& m) { return !std::isfinite(m.ms) || !std::isfinite(m.score); });
    for (ReportMark& mark : shown.marks)
        if (mark.interval && !(std::isfinite(mark.interval->first) && std::isfinite(mark.interval->second)))
            mark.interval.reset();
    if (shown.marks.empty() || !std::isfinite(plot.floor))
        return {};
    return Plot(std::move(shown)).svg();
}

} // namespace octet::exchange
