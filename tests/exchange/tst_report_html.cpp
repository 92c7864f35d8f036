// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/report_html.h"
#include "core/exchange/report_plot.h"
#include "test_main.h"

#include <QRegularExpression>
#include <QXmlStreamReader>
#include <QtTest>

#include <limits>

using namespace octet;
using exchange::plotSvg;
using exchange::reportHtml;

class TestReportHtml : public QObject
{
    Q_OBJECT

    static ReportPlot plot()
    {
        ReportPlot p;
        p.scoreTitle = "Right answers, of 436 texts", p.timeTitle = "Median time per text, ms";
        p.todayMs = 5, p.floor = 344, p.floorWords = "Acceptable: 344 or more right";
        p.marks = {{MarkRole::Today, 5, 347, {}, "Today (fp32)", "5.00 ms", true},
            {MarkRole::Chosen, 2.3, 347, std::pair(344.0, 350.0), "Chosen", "2.30 ms", true},
            {MarkRole::EverythingInt8, 2.1, 337, std::pair(325.0, 349.0), "Everything int8", "2.10 ms", true},
            {MarkRole::Dynamic, 2.6, 345, {}, {}, {}, false}, {MarkRole::Bf16, 3, 347, {}, {}, {}, false},
            {MarkRole::Static, 2.2, 12, {}, {}, {}, false}};
        return p;
    }
    static Report report()
    {
        Report r;
        r.project = "<script>alert(1)</script>", r.trial = "Trial 3";
        r.headline = "2.2x faster, no answer lost", r.verdict = "meets", r.summary = "A & B";
        r.reason = "\"Fast\" <b>", r.goal = "Lose at most 1 %.";
        r.measuredOn = {{"Machine", "A CPU"}};
        r.plot = plot();
        r.compared = "Compared";
        r.rows = {{MarkRole::Chosen, "six </td>", "347", "0", "0 / 0", "2.30", "2.2x", "32 of 38", "meets"},
            {MarkRole::Today, "All fp32", "347", "", "", "5.00", "1.0x", "0 of 38", ""}};
        r.keptOut = "Kept out of int8";
        r.products = {{"/a/MatMul", "fp32", "", "21 dB", "5 %", "0.2"}};
        return r;
    }

private slots:
    void plotIsWellFormedAndInside()
    {
        QXmlStreamReader reader(QString::fromStdString(plotSvg(plot())));
        int marks = 0;
        while (!reader.atEnd()) {
            if (reader.readNext() != QXmlStreamReader::StartElement)
                continue;
            const auto of = [&](const char* name) { return reader.attributes().value(QLatin1String(name)).toString(); };
            marks += QStringList{"chosen", "today", "everything", "other"}.contains(of("class"));
            for (const char* name : {"x", "x1", "x2", "cx"})
                if (!of(name).isEmpty())
                    QVERIFY2(of(name).toDouble() >= 0 && of(name).toDouble() <= 660, qPrintable(of(name)));
            for (const char* name : {"y", "y1", "y2", "cy"})
                if (!of(name).isEmpty())
                    QVERIFY2(of(name).toDouble() >= 0 && of(name).toDouble() <= 352, qPrintable(of(name)));
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QCOMPARE(marks, 6);
    }

    void oddPlots()
    {
        ReportPlot one = plot();
        one.marks.resize(1);
        QVERIFY(plotSvg(one).find("nan") == std::string::npos && plotSvg(one).find("inf") == std::string::npos);
        one.marks[0].score = 9e18, one.floor = 9e18; // no step is seen beside it
        QVERIFY(plotSvg(one).size() < 10'000);
        one.marks[0].ms = 0, one.todayMs = 0;
        QVERIFY(plotSvg(one).find("nan") == std::string::npos);
        one.marks[0].ms = std::numeric_limits<double>::infinity();
        QVERIFY(plotSvg(one).empty());
        one.marks.clear();
        QVERIFY(plotSvg(one).empty());
    }

    void textIsEscapedAndNothingIsLoaded()
    {
        const QString html = QString::fromStdString(reportHtml(report()));
        QVERIFY(!html.contains("<script") && html.contains("&lt;script"));
        QVERIFY(html.contains("A &amp; B") && html.contains("six &lt;/td&gt;") && html.contains("&quot;Fast&quot; &lt;b&gt;"));
        QVERIFY(!html.contains(QRegularExpression("(src|href)=|url\\(|https?:|@import")));
        for (const char* part : {"Meets the goal", "Kept out of int8", "/a/MatMul", "21 dB", "baseline", "@media print"})
            QVERIFY2(html.contains(part), part);
        QCOMPARE(html.count("<tr>"), html.count("</tr>"));
        QCOMPARE(html.count("<table"), html.count("</table>"));
        QVERIFY(!html.contains("fixture\">"));
    }

    void fixtureIsSaidFirst()
    {
        Report r = report();
        r.fixture = "test fixture: outliers put in by hand";
        const std::string html = reportHtml(r);
        const auto said = html.find("outliers put in by hand");
        QVERIFY(said != std::string::npos && said < html.find("<svg viewBox"));
    }
};

OCTET_TEST(TestReportHtml)
#include "tst_report_html.moc"
