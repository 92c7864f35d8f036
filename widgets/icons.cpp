// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/icons.h"

#include "widgets/theme.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <cmath>

// Q_INIT_RESOURCE must stand outside any namespace. Without it a program that links the static library loses the icons.
static void initOctetResources()
{
    Q_INIT_RESOURCE(octet);
}

namespace octet::widgets {

namespace {

QString iconFile(const QString& name)
{
    static const bool ready = (initOctetResources(), true);
    Q_UNUSED(ready)
    return QStringLiteral(":/octet/icons/") + name + QStringLiteral(".svg");
}

QPixmap render(const QString& name, const QColor& colour, QSize deviceSize)
{
    const QString key = QStringLiteral("octet/%1/%2/%3x%4")
                            .arg(name, colour.name(QColor::HexArgb))
                            .arg(deviceSize.width())
                            .arg(deviceSize.height());
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    QImage image(deviceSize, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QSvgRenderer renderer(iconFile(name));
    QPainter painter(&image);
    const qreal side = std::min(deviceSize.width(), deviceSize.height());
    renderer.render(&painter, QRectF((deviceSize.width() - side) / 2, (deviceSize.height() - side) / 2, side, side));
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(image.rect(), colour);
    painter.end();
    pixmap = QPixmap::fromImage(image);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

class TintedEngine : public QIconEngine
{
public:
    TintedEngine(QString name, QColor normal, QColor disabled)
        : m_name(std::move(name))
        , m_normal(std::move(normal))
        , m_disabled(std::move(disabled))
    {
    }
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const qreal ratio = painter->device() ? painter->device()->devicePixelRatioF() : 1.0;
        QPixmap pixmap = render(m_name, colour(mode), (QSizeF(rect.size()) * ratio).toSize());
        pixmap.setDevicePixelRatio(ratio);
        painter->drawPixmap(rect, pixmap);
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override
    {
        return render(m_name, colour(mode), size);
    }
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal) override
    {
        return render(m_name, colour(mode), size);
    }
    QIconEngine* clone() const override { return new TintedEngine(*this); }
    QString key() const override { return QStringLiteral("octet-tinted"); }
    bool isNull() override { return false; }

private:
    QColor colour(QIcon::Mode mode) const { return mode == QIcon::Disabled ? m_disabled : m_normal; }
    QString m_name;
    QColor m_normal, m_disabled;
};

} // namespace

QIcon icon(const QString& name, const QPalette& palette)
{
    if (!QFile::exists(iconFile(name)))
        return {};
    const Theme& theme = Theme::of(palette);
    return QIcon(new TintedEngine(name, theme.text, theme.disabled));
}

QIcon icon(const QString& name, const QColor& colour)
{
    return QFile::exists(iconFile(name)) ? QIcon(new TintedEngine(name, colour, colour)) : QIcon();
}

QPixmap iconPixmap(const QString& name, const QColor& colour, int size, qreal ratio)
{
    if (!QFile::exists(iconFile(name)))
        return {};
    const int side = std::max(1, int(std::lround(size * ratio)));
    QPixmap pixmap = render(name, colour, QSize(side, side));
    pixmap.setDevicePixelRatio(ratio);
    return pixmap;
}

} // namespace octet::widgets
