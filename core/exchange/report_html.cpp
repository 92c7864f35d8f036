// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/report_html.h"

#include "core/exchange/markup.h"
#include "core/exchange/report_plot.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::exchange {

namespace {

constexpr auto style = R"(
:root { color-scheme: light; }
body { margin: 0 auto; padding: 32px 24px; max-width: 1100px; background: #fff; color: #1A1E24;
       font: 15px/1.5 "Open Sans", "Segoe UI", "DejaVu Sans", sans-serif; }
header { display: flex; justify-content: space-between; color: #56606C; gap: 24px; }
h1 { display: inline; font-size: 30px; font-weight: 600; line-height: 1.3; }
h2 { font-size: 17px; font-weight: 600; margin: 28px 0 8px; }
.summary { font-size: 17px; margin: 6px 0 14px; }
.badge { display: inline-block; padding: 1px 9px; border-radius: 4px; font-weight: 600; font-size: 13px; white-space: nowrap; }
h1 + .badge { font-size: 16px; padding: 3px 12px; margin-left: 14px; vertical-align: 5px; }
.meets { color: #00704F; background: #DFF1EA; } .close { color: #836100; background: #FAEDCB; }
.misses { color: #8F2400; background: #FBE4D8; }
.fixture { border: 1px solid #836100; border-radius: 4px; background: #FAEDCB; padding: 8px 14px; margin: 14px 0; }
.fixture b { display: inline-block; width: 16px; line-height: 16px; margin-right: 9px; border: 1.5px solid #836100; border-radius: 50%;
             color: #836100; text-align: center; font-size: 12px; }
.columns { display: flex; flex-wrap: wrap; gap: 8px 40px; } .columns > :first-child { flex: 3 1 520px; } .columns > :last-child { flex: 1 1 300px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: #56606C; background: #F6F7F9; }
th, td { padding: 6px 8px; border-bottom: 1px solid #D9DDE3; } .n { text-align: right; } .icon { width: 18px; padding-right: 0; }
.facts td:first-child { color: #56606C; width: 110px; padding-left: 0; overflow-wrap: anywhere; } .facts td { overflow-wrap: anywhere; }
.precision { border: 1px solid #876000; border-radius: 3px; color: #876000; padding: 0 5px; font-size: 12px; font-weight: 600; }
svg { width: 100%; height: auto; display: block; } td svg { width: 16px; height: 16px; }
svg text { font-size: 12.5px; fill: #1A1E24; } svg .quiet { fill: #56606C; } .strong { font-weight: 600; }
.band { fill: #E6F3EC; } .floor { stroke: #00704F; stroke-width: 1.6; } svg .floor-words { fill: #00704F; }
.grid { stroke: #ECEEF1; } .axis { stroke: #7D8691; } .frontier { fill: none; stroke: #3D4650; stroke-width: 1.4; }
.other { fill: #6B7683; } .today { fill: #4A525C; } .everything { fill: #fff; stroke: #C24A00; stroke-width: 2.2; }
.chosen { fill: #0B66B0; } .whisker { stroke-width: 1.2; } .whisker.chosen { stroke: #0B66B0; } .whisker.everything { stroke: #C24A00; }
svg .chosen-words { fill: #0B66B0; } svg .everything-words { fill: #C24A00; }
@media print { body { padding: 0; font-size: 11pt; max-width: none; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  tr, svg, .fixture { break-inside: avoid; } h2 { break-after: avoid; } }
)";

std::string badge(const std::string& verdict, const char* more = "")
{
    if (verdict.empty())
        return "baseline";
    if (verdict == "meets")
        return fmt::format("<span class=\"badge meets\">\u2713 Meets{}</span>", more);
    if (verdict == "misses")
        return fmt::format("<span class=\"badge misses\">\u2715 Misses{}</span>", more);
    return "<span class=\"badge close\">\u2248 Too close to call</span>";
}

std::string heading(const std::string& words)
{
    return fmt::format("<h2>{}</h2>\n", escaped(words));
}

std::string facts(const Report& report)
{
    std::string html = heading("Goal") + fmt::format("<p>{}</p>\n", escaped(report.goal));
    if (!report.reason.empty())
        html += heading("Why this one") + fmt::format("<p>\u201c{}\u201d</p>\n", escaped(report.reason));
    html += heading("Measured on") + "<table class=\"facts\">\n";
    for (const auto& [name, value] : report.measuredOn)
        html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escaped(name), escaped(value));
    return html + "</table>\n";
}

std::string rows(const Report& report)
{
    std::string html = heading(report.compared)
        + fmt::format("<table>\n<tr><th class=\"icon\"></th><th>Trial</th><th class=\"n\">{}</th><th class=\"n\">+/\u2212</th>"
                      "<th class=\"n\">Worse / better</th><th class=\"n\">p50, ms</th><th class=\"n\">Speed</th>"
                      "<th class=\"n\">Int8</th><th>Goal</th></tr>\n",
            report.plot.counts ? "Right" : escaped(report.plot.scoreTitle));
    for (const ReportRow& row : report.rows) {
        html += fmt::format("<tr><td class=\"icon\"><svg viewBox=\"0 0 16 16\">{}</svg></td><td>{}{}{}</td>",
            markSvg(row.role, 8, 8), row.role == MarkRole::Chosen ? "<b>" : "", escaped(row.name),
            row.role == MarkRole::Chosen ? "</b>" : "");
        for (const std::string* cell : {&row.score, &row.difference, &row.changed, &row.ms, &row.speed, &row.int8})
            html += fmt::format("<td class=\"n\">{}</td>", escaped(*cell));
        html += fmt::format("<td>{}</td></tr>\n", badge(row.verdict));
    }
    return html + "</table>\n";
}

std::string products(const Report& report)
{
    if (report.products.empty())
        return {};
    const bool measured = std::ranges::any_of(report.products, [](const ReportProduct& p) { return !p.ownError.empty(); });
    std::string html = heading(report.keptOut) + "<table>\n<tr><th>Product</th><th>Ran in</th>"
        + (measured ? "<th class=\"n\">Own error in int8</th><th class=\"n\">Answers that would change</th>"
                      "<th class=\"n\">Int8 would gain, ms</th>"
                    : "")
        + "</tr>\n";
    for (const ReportProduct& product : report.products) {
        html += fmt::format("<tr><td>{}</td><td><span class=\"precision\">{}</span>{}</td>",
            escaped(product.name), escaped(product.precision),
            product.reason.empty() ? "" : " " + escaped(product.reason));
        for (const std::string* cell : {&product.ownError, &product.changed, &product.gain})
            if (measured)
                html += fmt::format("<td class=\"n\">{}</td>", escaped(*cell));
        html += "</tr>\n";
    }
    return html + "</table>\n";
}

} // namespace

std::string reportHtml(const Report& report)
{
    std::string html = fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                                   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Octet report, {}</title>\n"
                                   "<style>{}</style>\n</head>\n<body>\n",
        escaped(report.project), style);
    html += fmt::format("<header><span>Octet report, {}</span><span>{}</span></header>\n<h1>{}</h1>{}\n<p class=\"summary\">{}</p>\n",
        escaped(report.project), escaped(report.trial), escaped(report.headline), badge(report.verdict, " the goal"),
        escaped(report.summary));
    if (!report.fixture.empty())
        html += fmt::format("<p class=\"fixture\"><b>i</b>This model is a {}. What is measured here is no finding about real models.</p>\n",
            escaped(report.fixture));
    html += "<div class=\"columns\"><div>" + heading("Accuracy and latency") + plotSvg(report.plot) + "</div>\n<div>"
        + facts(report) + "</div></div>\n" + rows(report) + products(report);
    return html + "</body>\n</html>\n";
}

} // namespace octet::exchange
