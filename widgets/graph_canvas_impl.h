// SPDX-License-Identifier: GPL-3.0-or-later
// State of a GraphCanvas; private to graph_canvas*.cpp.
#pragma once

#include "widgets/accessible_parts.h"
#include "widgets/graph_camera.h"
#include "widgets/graph_canvas.h"
#include "widgets/graph_faces.h"
#include "widgets/graph_layout_runner.h"
#include "widgets/graph_minimap.h"
#include "widgets/graph_painter.h"
#include "widgets/graph_pictures.h"
#include "widgets/graph_scene.h"

#include <QElapsedTimer>
#include <QHash>
#include <QTimer>
#include <QVariantAnimation>

#include <optional>
#include <set>

namespace octet::widgets {

struct GraphCanvas::Impl
{
    explicit Impl(GraphCanvas* canvas);

    // Model
    GraphCanvas* q;
    std::shared_ptr<const graph::Structure> structure;
    QStringList nodeNames;
    QHash<QString, int> nodeOfName;
    GraphFaces faces;
    Fill fill = Fill::Precision;
    bool hidePlumbing = true;
    std::set<int> expanded; // wanted; the scene may still show what was before
    std::vector<char> selectedNodes; // by node
    std::vector<Mark> marks; // by box
    std::vector<char> companions; // by box: ran in the fused group of something selected
    std::vector<char> hits; // by box: holds a search hit
    bool searching = false;
    int current = -1, hovered = -1;

    // Layout
    GraphLayoutRunner runner;
    GraphScene scene;
    std::vector<QSizeF> usedSizes;
    int anchor = -1;
    bool animateNext = false;
    QString layoutError;
    QTimer slowLayout; // single shot; its end means that a person should be told

    // View
    GraphCamera camera;
    GraphMinimap minimap;
    GraphPictures pictures;
    bool autoFit = true; // until the user moves the view
    bool restored = false; // set by setView, until the user moves it: new sizes of boxes leave it where it is
    QSizeF lastSize; // of the view when it was last placed
    /// What was fitted last, until the view moves otherwise: a bar that goes away or a new size fits it again.
    struct Fitted
    {
        QRectF area;
        qreal margin = 0;
    };
    std::optional<Fitted> fitted;
    bool updatingBars = false;
    bool animated = true;
    bool focusShown = false;
    QVariantAnimation animation;
    std::vector<QRectF> startRects; // by placed box, scene; null = appears
    qreal progress = 1;

    // Mouse
    enum class Drag { None, Press, Pan, Band, Map } drag = Drag::None;
    QPoint pressed, last;
    QRect band;

    int boxCount() const { return structure ? int(structure->boxes.size()) : 0; }
    const graph::Box& box(int index) const { return structure->boxes[std::size_t(index)]; }
    QSizeF viewSize() const;
    Theme const& theme() const { return Theme::of(q->palette()); }

    // graph_canvas.cpp
    std::vector<int> wantedBoxes(bool closedOnly) const;
    std::vector<QSizeF> wantedSizes() const;
    void relayout(int keepStill, bool animate);
    void layoutDone(std::shared_ptr<graph::Layout> layout);
    void animateFrom(const GraphScene& before, const QPointF& shift);
    int shownBox(int box) const; // itself or the nearest shown ancestor
    int anchorInView() const;
    void toggle(int box);

    // graph_canvas_view.cpp
    void fitInitially();
    void viewMoved(); // bars, picture
    void updateBars();
    void fit(const QRectF& area, qreal margin); // by the user
    void moved() // by the user
    {
        autoFit = restored = false;
        fitted.reset();
    }
    void reveal(int box);
    QRectF selectedArea() const;

    // graph_canvas_selection.cpp
    void markNodes(const QStringList& nodes);
    void updateMarks();
    void updateCompanions();
    void selectBox(int box, bool add);
    void selectBand();
    void clearSelection();
    void setCurrent(int box);
    void emitSelection();

    // graph_canvas_paint.cpp
    void paint(QPainter& painter);
    void paintBoxes(GraphPainter& painter, const QRectF& area);
    void paintEdges(GraphPainter& painter, const QRectF& area);
    void paintMessage(QPainter& painter, const QString& text);
    BoxState stateOf(int placedIndex) const;
    QRectF rectNow(int placedIndex) const; // scene, on its way
    bool dimmed(int box) const;

    // graph_canvas_input.cpp
    int boxUnder(const QPoint& viewPos) const;
    bool onChevron(const QPoint& viewPos, int box) const;
    void hover(int box);
    void walkTo(int box, bool add);
    int outermost(bool first) const; // top-level box at the start or the end of the graph
    void goUp();
    void zoomBy(qreal factor, const QPointF& at);
    void mapTo(const QPoint& pos);
    QString toolTipOf(int box) const;

    // graph_canvas_accessible.cpp
    class Boxes;
    std::unique_ptr<AccessibleParts> accessibleParts();
    std::optional<AccessibleEntry> accessible; // last: it reads all the others
};

} // namespace octet::widgets
