// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of boxes as they were last painted: to move a box, hover another or unfold a third costs a copy of pixels, not
// text and outlines anew.
#pragma once

#include <QElapsedTimer>
#include <QHash>
#include <QPixmap>
#include <QRgb>
#include <QSizeF>

#include <functional>

class QPainter;

namespace octet::widgets {

struct Theme;

class GraphPictures
{
public:
    /// All that a picture depends on; lengths in viewport pixels.
    struct Look
    {
        int face = 0; // GraphFaces::version()
        QSizeF size;
        qreal zoom = 1, ratio = 1; // device pixels per viewport pixel
        QRgb fill = 0;
        bool loud = false; // text in the panel's colour
        bool striped = false;
        qreal bar = 0; // share of the longest time
        bool hovered = false, expanded = false;
        const Theme* theme = nullptr;
        bool operator==(const Look&) const = default;
    };
    static constexpr qreal bleed = 1; // around the box, for outlines

    /// Beyond this time a frame paints no further picture anew: many boxes that change at once would hold up the window.
    void setFrameBudget(double ms) { m_budgetMs = ms; } // 0 = none
    void beginFrame();
    bool late() const { return m_late; } // a box of this frame has not been painted as it looks: another frame is needed

    /// Painted by `paint`, with the box at (bleed, bleed), unless the box looked like that before. Out of time: the last
    /// one of the box, whatever its size; null = it has none yet.
    const QPixmap* picture(int box, const Look& look, const std::function<void(QPainter&)>& paint);

private:
    struct Known
    {
        Look look;
        QPixmap picture;
    };
    QHash<int, Known> m_known; // the last of each box
    qint64 m_bytes = 0;
    double m_budgetMs = 0;
    int m_painted = 0; // in this frame
    bool m_late = false;
    QElapsedTimer m_frame;
};

} // namespace octet::widgets
