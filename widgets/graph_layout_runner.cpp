// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_layout_runner.h"

#include "core/values/error.h"
#include "widgets/background.h"

namespace octet::widgets {

GraphLayoutRunner::GraphLayoutRunner(QObject* parent)
    : QObject(parent)
{
}

GraphLayoutRunner::~GraphLayoutRunner()
{
    cancel();
}

void GraphLayoutRunner::cancel()
{
    if (m_cancelled)
        m_cancelled->store(true);
    m_cancelled.reset();
}

GraphLayoutRunner::Outcome GraphLayoutRunner::run(const Request& request, const std::function<bool()>& cancelled)
{
    graph::LayoutOptions options;
    options.hidePlumbing = request.hidePlumbing;
    options.headerHeight = 28;
    options.rowGap = 16;
    options.boxWidth = 296;
    options.boxHeight = 38;
    options.leafWidth = 112;
    options.cancelled = cancelled;
    const graph::Box* first = request.structure->boxes.data();
    const std::pair<double, double> fallback(options.boxWidth, options.boxHeight);
    options.size = [&request, first, fallback](const graph::Box& box) {
        const auto index = std::size_t(&box - first);
        if (index >= request.sizes.size() || request.sizes[index].isEmpty())
            return fallback;
        return std::pair(request.sizes[index].width(), request.sizes[index].height());
    };
    try {
        return {std::make_shared<graph::Layout>(graph::layout(*request.structure, request.expanded, options)), {}};
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Cancelled)
            return {};
        return {nullptr, QString::fromStdString(error.message())};
    } catch (const std::exception& error) {
        return {nullptr, QString::fromUtf8(error.what())};
    }
}

void GraphLayoutRunner::report(const Outcome& outcome)
{
    m_cancelled.reset();
    if (outcome.layout)
        emit finished(outcome.layout);
    else if (!outcome.error.isEmpty())
        emit failed(outcome.error);
}

void GraphLayoutRunner::start(Request request)
{
    cancel();
    if (!request.background) {
        report(run(request, {}));
        return;
    }
    const auto flag = std::make_shared<std::atomic<bool>>(false);
    m_cancelled = flag;
    background::run(
        this,
        [flag, request = std::move(request)] { return run(request, [flag] { return flag->load(); }); },
        [this, flag](const Outcome& outcome) {
            if (!flag->load())
                report(outcome);
        });
}

} // namespace octet::widgets
