// SPDX-License-Identifier: GPL-3.0-or-later
// The small picture of the whole graph in the canvas's corner; shown only when something is outside the view.
#pragma once

#include "widgets/graph_camera.h"
#include "widgets/graph_painter.h"
#include "widgets/graph_scene.h"

#include <QPixmap>

namespace octet::widgets {

class GraphMinimap
{
public:
    void invalidate() { m_picture = QPixmap(); }
    /// Where it is in a viewport of `view` size; null when all of the scene is in view.
    QRectF rect(const GraphScene& scene, const GraphCamera& camera, const QSizeF& view) const;
    void paint(QPainter& painter, const QRectF& rect, const GraphScene& scene, const GraphCamera& camera,
        const QSizeF& view, const GraphFaces& faces, GraphCanvas::Fill fill, const Theme& theme);
    /// Scene point under a point of the minimap.
    static QPointF toScene(const QPointF& point, const QRectF& rect, const GraphScene& scene);

private:
    QPixmap m_picture;
};

} // namespace octet::widgets
