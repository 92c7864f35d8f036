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

/// What the system had before the program chose its own.
struct System
{
    const Theme* theme = &Theme::light();
    QFont font;
};

System& systemLook()
{
    static System system;
    return system;
}

const Theme& systemTheme()
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    const Qt::ColorScheme scheme = QGuiApplication::styleHints()->colorScheme();
    if (systemLook().theme != &Theme::contrast() && scheme != Qt::ColorScheme::Unknown)
        return scheme == Qt::ColorScheme::Dark ? Theme::darkTheme() : Theme::light();
#endif
    return *systemLook().theme;
}

/// Qt 6.4 knows no hint for high contrast: a system that paints pure black and pure white means it.
const Theme& themeOfSystem(const QPalette& palette)
{
    const QColor window = palette.color(QPalette::Window), text = palette.color(QPalette::WindowText);
    const bool pure = (window == Qt::black && text == Qt::white) || (window == Qt::white && text == Qt::black);
    return pure ? Theme::contrast() : Theme::of(palette);
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

/// A font of its own is not touched by the application's either.
class KeptFont : public QObject
{
public:
    KeptFont(QWidget* label, QFont (*font)())
        : QObject(label)
        , m_label(label)
        , m_font(font)
    {
        qApp->installEventFilter(this);
        m_label->setFont(m_font());
    }

    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (watched == qApp && event->type() == QEvent::ApplicationFontChange)
            m_label->setFont(m_font());
        return false;
    }

private:
    QWidget* m_label;
    QFont (*m_font)();
};

} // namespace

void install()
{
    systemLook().theme = &themeOfSystem(QApplication::palette());
    QApplication::setStyle(new AppStyle);
    const QStringList families = QFontDatabase::families();
    // DejaVu is wide: at 10 pt titles, goal and badges overflow.
    QFont font(QStringLiteral("DejaVu Sans"), 9);
    for (const QString& family : {QStringLiteral("Noto Sans"), QStringLiteral("Open Sans")})
        if (families.contains(family))
            font = QFont(family, 10);
    systemLook().font = font;
    applyTextSize(settings::textSize());
    applyTheme(settings::theme());
}

void applyTheme(settings::ThemeChoice choice)
{
    const Theme& theme = choice == settings::ThemeChoice::Light ? Theme::light()
        : choice == settings::ThemeChoice::Dark                 ? Theme::darkTheme()
        : choice == settings::ThemeChoice::HighContrast         ? Theme::contrast()
                                                                : systemTheme();
    QApplication::setPalette(theme.palette());
    QToolTip::setPalette(theme.palette());
}

void applyTextSize(int points)
{
    QFont font = systemLook().font;
    font.setPointSizeF(font.pointSizeF() + points);
    QApplication::setFont(font);
    QToolTip::setFont(font);
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

void keepFont(QWidget* label, QFont (*font)())
{
    new KeptFont(label, font);
}

void setSecondary(QWidget* label)
{
    new Recolour(label);
}

} // namespace octet::desktop::style
