// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_pictures.h"

#include <QPainter>

#include <cmath>

namespace octet::widgets {

namespace {

constexpr qint64 mostBytes = qint64(64) << 20; // a screen of boxes has about 5 MB

qint64 bytesOf(const QPixmap& picture)
{
    return qint64(picture.width()) * picture.height() * 4;
}

} // namespace

void GraphPictures::beginFrame()
{
    m_frame.start();
    m_painted = 0;
    m_late = false;
}

const QPixmap* GraphPictures::picture(int box, const Look& look, const std::function<void(QPainter&)>& paint)
{
    if (m_bytes > mostBytes) {
        m_known.clear();
        m_bytes = 0;
    }
    Known& known = m_known[box];
    if (!known.picture.isNull() && known.look == look)
        return &known.picture;
    // One at least, so that every frame comes nearer to the end.
    if (m_budgetMs > 0 && m_painted > 0 && double(m_frame.nsecsElapsed()) > m_budgetMs * 1e6) {
        m_late = true;
        return known.picture.isNull() ? nullptr : &known.picture;
    }
    ++m_painted;
    m_bytes -= bytesOf(known.picture);
    const auto pixels = [&](qreal length) { return int(std::ceil((length + 2 * bleed) * look.ratio)); };
    known.look = look;
    known.picture = QPixmap(pixels(look.size.width()), pixels(look.size.height()));
    known.picture.setDevicePixelRatio(look.ratio);
    known.picture.fill(Qt::transparent);
    QPainter painter(&known.picture);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    paint(painter);
    m_bytes += bytesOf(known.picture);
    return &known.picture;
}

} // namespace octet::widgets
