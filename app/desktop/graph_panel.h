// SPDX-License-Identifier: GPL-3.0-or-later
// The tall graph: find line, trial or draft, fill, canvas, legend.
#pragma once

#include "widgets/panel.h"
#include "app/desktop/present_ops.h"

#include <QJsonObject>

class QComboBox;

namespace octet::widgets {
class GraphCanvas;
class GraphLegend;
class Segmented;
} // namespace octet::widgets

namespace octet::desktop {

class Document;
class FindBar;
class MarkByPattern;

class GraphPanel : public widgets::Panel
{
    Q_OBJECT
public:
    explicit GraphPanel(Document* document, QWidget* parent = nullptr);
    void showModel(); // a document was opened
    void showOps(const OpsContent& content);
    void showSelection();
    void showShown(); // trial or draft
    /// Open boxes, camera and fill.
    QJsonObject viewState() const;
    void setViewState(const QJsonObject& state);

    widgets::GraphCanvas* canvas() { return m_canvas; }
    FindBar* findBar() { return m_find; }
    MarkByPattern* byPattern() { return m_byPattern; }

private:
    void fillChosen();
    void listOthers(); // trials to compare with

    Document* m_document;
    FindBar* m_find;
    MarkByPattern* m_byPattern;
    widgets::Segmented* m_shown;
    QComboBox *m_fill, *m_other;
    widgets::GraphCanvas* m_canvas;
    widgets::GraphLegend* m_legend;
    OpsContent m_content;
};

} // namespace octet::desktop
