// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/segmented.h"

#include "widgets/icons.h"
#include "widgets/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <numeric>

namespace octet::widgets {

namespace {
constexpr int kHeight = 26;
constexpr int kPadding = 12;
constexpr int kIcon = 14;
constexpr qreal kRadius = 4;

QFont chosenFont(QFont font)
{
    font.setWeight(QFont::DemiBold);
    return font;
}
} // namespace

/// Keys are the positions of the options.
class Segmented::Options : public AccessibleParts
{
public:
    explicit Options(Segmented* segmented)
        : m_of(segmented)
    {
    }
    QAccessible::Role widgetRole() const override { return QAccessible::Grouping; }
    QAccessible::Role partRole() const override { return QAccessible::RadioButton; }
    QVector<int> keys() const override
    {
        QVector<int> keys(m_of->m_options.size());
        std::iota(keys.begin(), keys.end(), 0);
        return keys;
    }
    AccessiblePart part(int key) const override
    {
        const Option& option = m_of->m_options[key];
        AccessiblePart part;
        part.name = option.text.isEmpty() ? option.toolTip : option.text;
        part.description = option.toolTip;
        part.rect = m_of->rectOf(key);
        part.state.checkable = true;
        part.state.checked = option.value == m_of->m_value;
        part.state.disabled = !option.enabled;
        return part;
    }
    int current() const override { return m_of->m_options.isEmpty() ? -1 : m_of->m_focused; }
    int at(const QPoint& point) const override { return m_of->indexAt(point); }
    void press(int key) override { m_of->choose(key); }

private:
    Segmented* m_of;
};

Segmented::Segmented(QWidget* parent)
    : QWidget(parent)
    , m_accessible(this, std::make_unique<Options>(this))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void Segmented::setOptions(const QVector<Option>& options)
{
    const bool same = std::equal(options.begin(), options.end(), m_options.begin(), m_options.end(),
        [](const Option& a, const Option& b) { return a.value == b.value; });
    m_options = options;
    m_focused = std::max(0, indexOf(m_value));
    if (!same)
        announceNewParts(this);
    describe();
    updateGeometry();
    update();
}

void Segmented::setValue(const QString& value)
{
    m_value = value;
    if (const int index = indexOf(value); index >= 0)
        m_focused = index;
    describe();
    update();
}

QString Segmented::value() const
{
    return m_value;
}

void Segmented::setOptionEnabled(const QString& value, bool enabled, const QString& toolTip)
{
    if (const int index = indexOf(value); index >= 0) {
        m_options[index].enabled = enabled;
        m_options[index].toolTip = toolTip;
        update();
    }
}

void Segmented::setOptionText(const QString& value, const QString& text)
{
    if (const int index = indexOf(value); index >= 0 && m_options[index].text != text) {
        m_options[index].text = text;
        describe();
        updateGeometry();
        update();
    }
}

void Segmented::setOptionIcon(const QString& value, const QString& icon)
{
    if (const int index = indexOf(value); index >= 0 && m_options[index].icon != icon) {
        m_options[index].icon = icon;
        updateGeometry();
        update();
    }
}

void Segmented::setStretching(bool stretching)
{
    m_stretching = stretching;
    setSizePolicy(stretching ? QSizePolicy::Expanding : QSizePolicy::Fixed, QSizePolicy::Fixed);
    update();
}

QRect Segmented::optionRect(const QString& value) const
{
    const int index = indexOf(value);
    return index < 0 ? QRect() : rectOf(index);
}

QSize Segmented::sizeHint() const
{
    int width = 1;
    for (int i = 0; i < m_options.size(); ++i)
        width += naturalWidth(i);
    return {width, std::max(kHeight, fontMetrics().height() + 8)};
}

QSize Segmented::minimumSizeHint() const
{
    if (!m_stretching)
        return sizeHint();
    const int tight = int(m_options.size()) * 2 * (kPadding - 4);
    return {std::max(1, sizeHint().width() - tight), sizeHint().height()};
}

int Segmented::indexOf(const QString& value) const
{
    for (int i = 0; i < m_options.size(); ++i)
        if (m_options[i].value == value)
            return i;
    return -1;
}

int Segmented::indexAt(const QPoint& point) const
{
    for (int i = 0; i < m_options.size(); ++i)
        if (rectOf(i).contains(point))
            return i;
    return -1;
}

int Segmented::naturalWidth(int index) const
{
    const Option& option = m_options[index];
    const int text = QFontMetrics(chosenFont(font())).horizontalAdvance(option.text);
    return text + 2 * kPadding + (option.icon.isEmpty() ? 0 : kIcon + (option.text.isEmpty() ? 0 : 6));
}

QRect Segmented::rectOf(int index) const
{
    int natural = 0;
    for (int i = 0; i < m_options.size(); ++i)
        natural += naturalWidth(i);
    const bool squeezed = m_stretching || natural + 1 > width();
    const int count = int(m_options.size());
    const int extra = squeezed ? width() - 1 - natural : 0;
    int x = 0;
    for (int i = 0; i < index; ++i)
        x += naturalWidth(i) + extra / count;
    const int w = index == count - 1 && squeezed ? width() - x : naturalWidth(index) + extra / count + 1;
    return {x, 0, w, height()};
}

void Segmented::choose(int index)
{
    if (index < 0 || index >= m_options.size() || !m_options[index].enabled || !isEnabled())
        return;
    const QString value = m_options[index].value; // a slot may set other options
    const bool changed = value != m_value;
    m_value = value;
    m_focused = index;
    describe();
    announceCurrentPart(this);
    update();
    if (changed)
        emit valueChanged(value);
    emit activated(value);
}

void Segmented::walk(int step)
{
    for (int i = m_focused + step; i >= 0 && i < m_options.size(); i += step) {
        if (m_options[i].enabled) {
            choose(i);
            return;
        }
    }
}

void Segmented::describe()
{
    const int index = indexOf(m_value);
    QStringList texts;
    for (const Option& option : m_options)
        texts << (option.text.isEmpty() ? option.toolTip : option.text);
    setAccessibleDescription(tr("%1, of %2").arg(index < 0 ? tr("nothing chosen") : texts[index], texts.join(u", ")));
}

void Segmented::paintOption(QPainter& painter, int index) const
{
    const Theme& theme = Theme::of(palette());
    const Option& option = m_options[index];
    const QRect rect = rectOf(index);
    const bool chosen = option.value == m_value && indexOf(m_value) == index;
    const bool usable = option.enabled && isEnabled();
    if (chosen || (usable && (index == m_hovered || index == m_pressed)))
        painter.fillRect(rect, chosen ? theme.selectedRow : theme.header);

    painter.setFont(chosen ? chosenFont(font()) : font());
    const QColor colour = usable ? theme.text : theme.disabled;
    const QFontMetrics metrics(painter.font());
    const int iconWidth = option.icon.isEmpty() ? 0 : kIcon + (option.text.isEmpty() ? 0 : 6);
    const QString text = metrics.elidedText(option.text, Qt::ElideRight, rect.width() - 6 - iconWidth);
    const int textWidth = metrics.horizontalAdvance(text);
    const int x = rect.center().x() + 1 - (textWidth + iconWidth) / 2;
    painter.setPen(colour);
    painter.drawText(QRect(x, rect.y(), textWidth + 1, rect.height()), Qt::AlignLeft | Qt::AlignVCenter, text);
    if (iconWidth > 0)
        painter.drawPixmap(x + textWidth + (option.text.isEmpty() ? 0 : 6), rect.center().y() + 1 - kIcon / 2,
            iconPixmap(option.icon, colour, kIcon, devicePixelRatioF()));
}

void Segmented::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int right = m_options.isEmpty() ? width() : rectOf(int(m_options.size()) - 1).right() + 1;
    const QRectF frame = QRectF(0, 0, right, height()).adjusted(0.5, 0.5, -0.5, -0.5);
    QPainterPath path;
    path.addRoundedRect(frame, kRadius, kRadius);
    painter.fillPath(path, theme.panel);
    painter.save();
    painter.setClipPath(path);
    for (int i = 0; i < m_options.size(); ++i)
        paintOption(painter, i);
    painter.restore();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(isEnabled() ? theme.border : theme.line);
    for (int i = 1; i < m_options.size(); ++i)
        painter.drawLine(rectOf(i).x(), 1, rectOf(i).x(), height() - 2);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    if (hasFocus() && m_focused < m_options.size()) {
        painter.setPen(QPen(theme.accent, 2));
        painter.drawRoundedRect(QRectF(rectOf(m_focused)).adjusted(2, 2, -2, -2), kRadius - 1, kRadius - 1);
    }
}

void Segmented::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        m_pressed = indexAt(event->pos());
    update();
}

void Segmented::mouseReleaseEvent(QMouseEvent* event)
{
    const int pressed = std::exchange(m_pressed, -1);
    update();
    if (event->button() == Qt::LeftButton && pressed >= 0 && pressed == indexAt(event->pos()))
        choose(pressed);
}

void Segmented::mouseMoveEvent(QMouseEvent* event)
{
    const int hovered = indexAt(event->pos());
    if (std::exchange(m_hovered, hovered) != hovered)
        update();
}

void Segmented::leaveEvent(QEvent*)
{
    m_hovered = -1;
    update();
}

void Segmented::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Up:
        walk(layoutDirection() == Qt::RightToLeft ? 1 : -1);
        return;
    case Qt::Key_Right:
    case Qt::Key_Down:
        walk(layoutDirection() == Qt::RightToLeft ? -1 : 1);
        return;
    case Qt::Key_Space:
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Select:
        choose(m_focused);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void Segmented::focusInEvent(QFocusEvent* event)
{
    if (const int index = indexOf(m_value); index >= 0)
        m_focused = index;
    QWidget::focusInEvent(event);
    announceCurrentPart(this);
    update();
}

void Segmented::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange)
        updateGeometry();
    update();
    QWidget::changeEvent(event);
}

bool Segmented::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int index = indexAt(help->pos());
        if (index >= 0 && !m_options[index].toolTip.isEmpty()) {
            QToolTip::showText(help->globalPos(), m_options[index].toolTip, this, rectOf(index));
            return true;
        }
    }
    return QWidget::event(event);
}

} // namespace octet::widgets
