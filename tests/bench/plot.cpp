// SPDX-License-Identifier: GPL-3.0-or-later
// The frontier plot with many trials, and what a trial that arrives costs the window; offscreen platform, release build.
//
//   QT_QPA_PLATFORM=offscreen bench_plot [TRIALS] [OUT.png]
//
// Prints median, p99 and longest frame while the plot is dragged, zoomed and hovered, while trials are selected and while
// a trial arrives at every frame (content, labels and all). A frame is the event and the whole picture,
// software-painted; 16.7 ms are 60 frames a second. Then the same trials in a project: from there to marks, verdicts,
// table rows and words, as the window does it for every trial that arrives.
#include "app/desktop/document.h"
#include "app/desktop/present_trials.h"
#include "core/project/project.h"
#include "widgets/frontier_plot.h"
#include "widgets/theme.h"
#include "widgets/trials_view.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QImage>
#include <QMouseEvent>
#include <QTemporaryDir>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <vector>

using namespace octet;
using namespace octet::widgets;

namespace {

constexpr int frames = 240;

Trial trialOf(int id, std::mt19937& random)
{
    const double share = double(random() % 1000) / 1000, noise = double(random() % 1000) / 1000;
    Trial trial;
    trial.id = id;
    trial.name = id == 1 ? "All fp32" : "Static, " + std::to_string(random() % 38) + " products in fp32";
    trial.origin = id == 1 ? "baseline:fp32" : id == 2 ? "baseline:static" : "tune:pareto";
    trial.state = id % 97 == 0 ? TrialState::Failed : TrialState::Done;
    trial.error = trial.state == TrialState::Failed ? "There is not enough memory for this trial." : "";
    trial.latency.p50 = id == 1 ? 5.0 : 2 + 2.8 * share + 0.2 * noise;
    trial.latency.ciLow = trial.latency.p50 * 0.99, trial.latency.ciHigh = trial.latency.p50 * 1.01;
    trial.latency.runs = 100;
    Accuracy accuracy;
    accuracy.samples = 436;
    accuracy.correct = id == 1 ? 353 : 353 - long(18 * std::pow(1 - share, 2) + 6 * noise);
    accuracy.worse = std::max(0L, 353 - accuracy.correct);
    accuracy.flips = accuracy.worse;
    accuracy.value = double(accuracy.correct) / 436;
    accuracy.predictions.assign(436, 1);
    trial.accuracy[Split::Tuning] = accuracy;
    trial.counts = {int(38 * (1 - share)), 0, 38 - int(38 * (1 - share))};
    if (id == 1)
        trial.counts = {0, 0, 38};
    trial.config.model.precision = Precision::Int8;
    for (int op = 0; op < trial.counts.fp32 && id > 1; ++op)
        trial.config.ops["/bert/encoder/layer." + std::to_string(op) + "/attention/output/dense/MatMul"].precision =
            Precision::Fp32;
    for (int group = 0; group < 80; ++group) {
        GroupProfile profile;
        profile.name = "/bert/encoder/layer." + std::to_string(group) + "/attention/output/dense/MatMul";
        profile.nodes = {profile.name, profile.name + "_bias", profile.name + "_norm"};
        profile.kernel = "brg:avx512_core_vnni + add + layernorm";
        profile.ms = 0.03;
        trial.groups.push_back(profile);
    }
    return trial;
}

Mark markOf(const Trial& trial)
{
    Mark mark;
    mark.trial = trial.id;
    mark.failed = trial.state != TrialState::Done;
    mark.kind = trial.id % 5 == 0 ? Mark::Kind::Dynamic : Mark::Kind::Static;
    mark.ms = trial.latency.p50, mark.msLow = trial.latency.ciLow, mark.msHigh = trial.latency.ciHigh;
    mark.right = double(trial.tuning()->correct);
    mark.rightLow = mark.right - 3, mark.rightHigh = mark.right + 3;
    mark.role = trial.id == 1 ? Mark::Role::Today
        : trial.id == 2       ? Mark::Role::EverythingInt8
        : trial.id == 3       ? Mark::Role::BestSoFar
                              : Mark::Role::Other;
    mark.label = QStringLiteral("2.2x faster, none lost");
    mark.tooltip = QStringLiteral("Trial %1, static\n2.2x faster (2.3 ms instead of 5.0)\n0 worse").arg(trial.id);
    return mark;
}

PlotContent contentOf(const std::vector<Trial>& trials)
{
    PlotContent content;
    content.samples = 436;
    content.sampleNoun = QStringLiteral("texts");
    content.floor = 350;
    content.todayMs = 5;
    for (const Trial& trial : trials)
        content.marks.append(markOf(trial));
    QVector<Mark> order = content.marks;
    std::sort(order.begin(), order.end(), [](const Mark& a, const Mark& b) { return a.ms < b.ms; });
    double best = 0;
    for (const Mark& mark : order)
        if (!mark.failed && mark.right > best) {
            best = mark.right;
            content.frontier.append(mark.trial);
        }
    Ghost ghost{2.6, 2.5, 2.7, 350, 347, 352, QStringLiteral("2.60 ms, 350 right"), QStringLiteral("Draft")};
    content.ghost = ghost;
    return content;
}

void measure(const char* what, FrontierPlot& plot, QImage& image, const std::function<void(int)>& change)
{
    std::vector<double> times;
    for (int i = 0; i < frames; ++i) {
        QElapsedTimer timer;
        timer.start();
        change(i);
        QCoreApplication::processEvents();
        plot.render(&image);
        times.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    std::sort(times.begin(), times.end());
    std::printf("%-34s median %6.2f  p99 %6.2f  longest %6.2f ms\n", what, times[frames / 2], times[frames * 99 / 100],
        times.back());
}

void mouse(FrontierPlot& plot, QEvent::Type type, QPointF at)
{
    const Qt::MouseButton button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
    QMouseEvent event(type, at, plot.mapToGlobal(at), button, button, Qt::NoModifier);
    QCoreApplication::sendEvent(&plot, &event);
}

void windowOf(const std::vector<Trial>& trials)
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("many.octet"));
    {
        const auto project = project::Project::create(path.toStdString());
        project->setModel("gone.onnx", "hash");
        for (const Trial& trial : trials)
            project->putTrial(trial);
    }
    desktop::Document document;
    QElapsedTimer timer;
    timer.start();
    document.open(path);
    while (document.opening())
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    std::printf("%-34s %.0f ms, %zu trials\n", "open the project", double(timer.nsecsElapsed()) / 1e6,
        document.trials().size());
    std::vector<double> present, table;
    TrialsModel model;
    TrialsView view(&model);
    view.resize(900, 400);
    view.show();
    for (int i = 0; i < 20; ++i) {
        timer.start();
        const desktop::TrialsContent content = desktop::presentTrials(document);
        present.push_back(double(timer.nsecsElapsed()) / 1e6);
        timer.start();
        model.setTrials(content.trials, content.judgements);
        QCoreApplication::processEvents();
        table.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    std::sort(present.begin(), present.end());
    std::sort(table.begin(), table.end());
    std::printf("%-34s median %6.2f  longest %6.2f ms\n", "marks, verdicts and words", present[10], present.back());
    std::printf("%-34s median %6.2f  longest %6.2f ms\n", "table", table[10], table.back());
}

} // namespace

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    const int count = argc > 1 ? std::atoi(argv[1]) : 2000;
    std::mt19937 random(7);
    std::vector<Trial> trials;
    for (int id = 1; id <= count + frames; ++id)
        trials.push_back(trialOf(id, random));
    const std::vector<Trial> first(trials.begin(), trials.begin() + count);
    std::printf("%d trials\n", count);

    FrontierPlot plot;
    plot.setPalette(Theme::light().palette());
    plot.resize(900, 480);
    QImage image(plot.size(), QImage::Format_RGB32);
    plot.show();
    plot.setContent(contentOf(first));
    WhatIfs lines{2.6, 350, {}};
    for (int i = 0; i < 3; ++i)
        lines.lines.append({2.62 + 0.01 * i, 350.2 + i, QStringLiteral("dense to FP32"), QStringLiteral("What if")});
    plot.setWhatIfs(lines);
    app.processEvents();
    plot.render(&image);
    if (argc > 2)
        image.save(QString::fromLocal8Bit(argv[2]));

    measure("hover", plot, image, [&](int i) {
        mouse(plot, QEvent::MouseMove, plot.markPosition(4 + i * 7 % (count - 4)));
    });
    measure("select", plot, image, [&](int i) { plot.setSelectedTrial(4 + i * 7 % (count - 4)); });
    measure("zoom", plot, image, [&](int i) {
        const QPointF at(400, 200);
        QWheelEvent event(at, plot.mapToGlobal(at), {}, {0, i < frames / 2 ? 20 : -20}, Qt::NoButton, Qt::NoModifier,
            Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&plot, &event);
    });
    const QPointF empty(plot.width() - 60, plot.height() - 110);
    mouse(plot, QEvent::MouseButtonPress, empty);
    measure("pan", plot, image,
        [&](int i) { mouse(plot, QEvent::MouseMove, empty + QPointF(-i % 120 * 2, i % 60)); });
    mouse(plot, QEvent::MouseButtonRelease, empty);
    PlotContent growing = contentOf(first);
    measure("a trial arrives", plot, image, [&](int i) {
        growing.marks.append(markOf(trials[std::size_t(count + i)]));
        plot.setContent(growing);
    });
    windowOf(first);
    return 0;
}
