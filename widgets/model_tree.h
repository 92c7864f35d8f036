// SPDX-License-Identifier: GPL-3.0-or-later
// The scope tree with a filter line and a precision badge a row. Keyboard and screen readers reach all that the canvas
// shows through it.
#pragma once

#include "core/graph/structure.h"
#include "widgets/op_view.h"

#include <QStringList>
#include <QWidget>

#include <memory>

namespace octet::widgets {

class ModelTree : public QWidget
{
    Q_OBJECT
public:
    explicit ModelTree(QWidget* parent = nullptr);
    ~ModelTree() override;
    void setStructure(std::shared_ptr<const graph::Structure> structure, const QStringList& nodeNames);
    void setOps(const OpViews& ops);
    void setSelection(const QStringList& nodes); // emits nothing
    void setHidePlumbing(bool hide); // true at first
signals:
    void selectionChanged(const QStringList& nodes);
    void contextMenuRequested(const QPoint& globalPos);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::widgets
