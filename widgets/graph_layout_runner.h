// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the layout: at once when the graph is small, on another thread when it is big. A new request cancels the old one.
#pragma once

#include "core/graph/layout.h"

#include <QObject>
#include <QSizeF>
#include <QString>

#include <atomic>
#include <memory>
#include <set>
#include <vector>

namespace octet::widgets {

class GraphLayoutRunner : public QObject
{
    Q_OBJECT
public:
    struct Request
    {
        std::shared_ptr<const graph::Structure> structure;
        std::set<int> expanded;
        bool hidePlumbing = true;
        std::vector<QSizeF> sizes; // by box; null = the layout's default
        bool background = false;
    };

    explicit GraphLayoutRunner(QObject* parent = nullptr);
    ~GraphLayoutRunner() override;
    /// `finished` or `failed` follows, unless another start or cancel comes first; before the call returns when
    /// the request is not for the background.
    void start(Request request);
    void cancel();
    bool running() const { return m_cancelled != nullptr; }

signals:
    void finished(std::shared_ptr<octet::graph::Layout> layout);
    void failed(const QString& message);

private:
    struct Outcome
    {
        std::shared_ptr<graph::Layout> layout;
        QString error; // empty and no layout = cancelled
    };
    static Outcome run(const Request& request, const std::function<bool()>& cancelled);
    void report(const Outcome& outcome);

    std::shared_ptr<std::atomic<bool>> m_cancelled; // of the running request
};

} // namespace octet::widgets
