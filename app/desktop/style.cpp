// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/style.h"

#include "app/desktop/app_style.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QStyleHints>
#include <QToolTip>
#include <QWidget>

namespace octet::desktop::style {

namespace {

using widgets::Theme;

bool& systemIsDark()
{
    static bool dark = false;
    return dark;
}

/// A palette of its own is not touched by the application's: the label recolours itself when the theme changes.
class Recolour : public QObject
{
public:
    explicit Recolour(QWidget* label)
        : QObject(label)
        , m_label(label)
    {
        label->installEventFilter(this);
        apply();
    }

    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationPaletteChange)
            apply();
        return QObject::eventFilter(watched, event);
    }

private:
    void apply()
    {
        const QColor secondary = Theme::of(QApplication::palette()).secondary;
        if (m_label->palette().color(QPalette::WindowText) == secondary)
            return; // our own change comes back as an event
        QPalette palette;
        palette.setColor(QPalette::WindowText, secondary);
        m_label->setPalette(palette);
    }
    QWidget* m_label;
};

} // namespace

void install()
{
    systemIsDark() = Theme::of(QApplication::palette()).dark;
    QApplication::setStyle(new AppStyle);
    const QStringList families = QFontDatabase::families();
    // DejaVu is wide: at 10 pt titles, goal and badges overflow.
    QFont font(QStringLiteral("DejaVu Sans"), 9);
    for (const QString& family : {QStringLiteral("Noto Sans"), QStringLiteral("Open Sans")})
        if (families.contains(family))
            font = QFont(family, 10);
    QApplication::setFont(font);
    applyTheme(settings::theme());
}

void applyTheme(settings::ThemeChoice choice)
{
    bool dark = choice == settings::ThemeChoice::Dark;
    if (choice == settings::ThemeChoice::System) {
        dark = systemIsDark();
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
        if (QGuiApplication::styleHints()->colorScheme() != Qt::ColorScheme::Unknown)
            dark = QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark;
#endif
    }
    const QPalette palette = (dark ? Theme::darkTheme() : Theme::light()).palette();
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
}

QFont titleFont()
{
    QFont font = QApplication::font();
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont smallFont()
{
    QFont font = QApplication::font();
    font.setPointSizeF(std::max(8.0, font.pointSizeF() - 1));
    return font;
}

void setSecondary(QWidget* label)
{
    new Recolour(label);
}

} // namespace octet::desktop::style
