// SPDX-License-Identifier: GPL-3.0-or-later
// The graph canvas with a model of about 10,000 nodes, made in code; offscreen platform, release build.
//
//   QT_QPA_PLATFORM=offscreen bench_graph [LAYERS] [OPS IN A CHAIN]
//
// Prints ms to open (structure to first picture), to unfold one layer, to unfold everything (in a thread; the longest
// time the window did not answer beside it), and median, p99 and longest frame of a pan: closed, one layer open at zoom
// 1, everything open at zoom 1 and fitted. A frame is a move of the view and its whole picture, software-painted.
#include "../widgets/graph_fixture.h"
#include "widgets/graph_canvas.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QScrollBar>
#include <QThread>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace octet;

namespace {

double ms(const QElapsedTimer& timer)
{
    return double(timer.nsecsElapsed()) / 1e6;
}

void paint(widgets::GraphCanvas& canvas, QImage& image)
{
    canvas.viewport()->render(&image);
}

void pan(const char* what, widgets::GraphCanvas& canvas, QImage& image)
{
    std::vector<double> frames;
    QScrollBar* bar = canvas.verticalScrollBar();
    for (int i = 0; i < 240; ++i) {
        QElapsedTimer timer;
        timer.start();
        bar->setValue(bar->minimum() + (bar->maximum() - bar->minimum()) * i / 240);
        paint(canvas, image);
        frames.push_back(ms(timer));
    }
    std::sort(frames.begin(), frames.end());
    std::printf("%-34s median %6.2f  p99 %6.2f  longest %6.2f ms\n", what, frames[120], frames[237], frames.back());
}

} // namespace

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    const int layers = argc > 1 ? std::atoi(argv[1]) : 24, chain = argc > 2 ? std::atoi(argv[2]) : 400;
    const test::GraphFixture graph(layers, chain);
    std::printf("%d nodes, %zu boxes\n", int(graph.names.size()), graph.structure->boxes.size());
    QImage image(900, 1000, QImage::Format_RGB32);
    widgets::GraphCanvas canvas;
    canvas.resize(image.size());
    canvas.setAnimated(false);
    canvas.show();
    app.processEvents();
    QElapsedTimer timer;
    timer.start();
    canvas.setStructure(graph.structure, graph.names);
    canvas.setOps(graph.ops, 1.0);
    paint(canvas, image);
    std::printf("%-34s %.1f ms\n", "open", ms(timer));
    pan("pan, closed", canvas, image);

    timer.start();
    canvas.setExpandedPaths({"/layer.3", "/layer.3/attention"});
    while (canvas.layoutPending())
        app.processEvents(QEventLoop::AllEvents, 1);
    paint(canvas, image);
    std::printf("%-34s %.1f ms\n", "unfold one layer", ms(timer));
    canvas.setZoom(1);
    pan("pan, one layer open", canvas, image);

    QStringList all;
    for (const graph::Box& box : graph.structure->boxes)
        if (!box.children.empty())
            all << QString::fromStdString(box.path);
    timer.start();
    canvas.setExpandedPaths(all);
    double blocked = ms(timer), last = blocked;
    while (canvas.layoutPending()) {
        app.processEvents(QEventLoop::AllEvents, 1);
        blocked = std::max(blocked, ms(timer) - last);
        last = ms(timer);
        QThread::usleep(200);
    }
    paint(canvas, image);
    std::printf("%-34s %.1f ms, blocked at most %.1f ms\n", "unfold everything", ms(timer), blocked);
    pan("pan, everything open, zoom 1", canvas, image);
    canvas.fitAll();
    pan("pan, everything open, fitted", canvas, image);
    timer.start();
    canvas.setSelection(graph.names.mid(0, 200));
    paint(canvas, image);
    std::printf("%-34s %.1f ms\n", "select 200 ops", ms(timer));
    return 0;
}
