// SPDX-License-Identifier: GPL-3.0-or-later
// Every page at text sizes from 11 to 18 points, in a large and a small window: nothing is cut off or lies over another.
#include "app/desktop/main_window.h"
#include "app/desktop/workbench.h"
#include "desktop_test.h"
#include "test_main.h"
#include "widgets/elided.h"

#include <QComboBox>
#include <QFontDatabase>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QtTest>

#include <string_view>

using namespace octet;
using namespace octet::desktop;

namespace {

QString nameOf(const QWidget* widget, const QString& text)
{
    return QStringLiteral("%1 \"%2\" in %3")
        .arg(QString::fromLatin1(widget->metaObject()->className()), text.isEmpty() ? widget->objectName() : text.left(30),
            QString::fromLatin1(widget->parentWidget()->metaObject()->className()));
}

/// Words that have neither the room that they need nor an ellipsis.
QString cut(const QWidget* widget)
{
    const auto report = [&](const QString& text, int has, int needs) {
        return has + 1 >= needs ? QString() : QStringLiteral("%1: %2 px of %3").arg(nameOf(widget, text)).arg(has).arg(needs);
    };
    if (qobject_cast<const widgets::ElidedLabel*>(widget) || qobject_cast<const widgets::ElidedButton*>(widget))
        return {};
    if (const auto* label = qobject_cast<const QLabel*>(widget)) {
        if (label->text().isEmpty() || !label->pixmap().isNull())
            return {};
        if (label->wordWrap())
            return report(label->text(), label->height(), label->heightForWidth(label->width()));
        return report(label->text(), label->width(), label->minimumSizeHint().width());
    }
    const auto* button = qobject_cast<const QAbstractButton*>(widget);
    if (button && !button->text().isEmpty() && !qobject_cast<const QLineEdit*>(button->parentWidget())) // icons in those
        return report(button->text(), button->width(), button->sizeHint().width());
    if (const auto* combo = qobject_cast<const QComboBox*>(widget); combo && combo->toolTip().isEmpty())
        return report(combo->currentText(), combo->width(),
            combo->fontMetrics().horizontalAdvance(combo->currentText()) + combo->fontMetrics().height());
    return {};
}

/// Of what a layout placed: neighbours over each other, or a part outside of its whole.
QStringList misplaced(const QWidget* parent)
{
    QStringList found;
    const QLayout* layout = parent->layout();
    if (!layout)
        return found;
    QList<const QWidget*> placed;
    for (int i = 0; i < layout->count(); ++i)
        if (const QWidget* child = layout->itemAt(i)->widget(); child && child->isVisible() && !child->size().isEmpty())
            placed << child;
    for (const QWidget* child : placed) {
        if (!parent->rect().adjusted(-1, -1, 1, 1).contains(child->geometry()))
            found << nameOf(child, {}) + QStringLiteral(" reaches out");
        for (const QWidget* other : placed)
            if (other < child && other->geometry().intersects(child->geometry()) && !other->inherits("QStackedWidget"))
                found << nameOf(child, {}) + QStringLiteral(" over ") + nameOf(other, {});
    }
    return found;
}

QStringList problemsOn(const QWidget& window)
{
    QStringList problems;
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        if (!widget->isVisible() || !widget->parentWidget())
            continue;
        problems << misplaced(widget);
        if (const QString words = cut(widget); !words.isEmpty())
            problems << words;
    }
    return problems;
}

} // namespace

class TestTextSizes : public QObject
{
    Q_OBJECT
    test::SampleCopy m_sample;
    std::unique_ptr<MainWindow> m_window;
    QFont m_font;

private slots:
    void initTestCase()
    {
        m_font = QApplication::font();
        m_window = m_sample.openedWindow();
        QVERIFY(m_window);
        QVERIFY(QTest::qWaitFor([&] { return m_window->document()->data()->usable(); }, test::longest));
    }

    void cleanupTestCase()
    {
        QApplication::setFont(m_font);
        m_window.reset();
    }

    void nothingIsCutOff_data()
    {
        QTest::addColumn<int>("points");
        QTest::addColumn<QSize>("size");
        for (const auto& [points, size] : {std::pair(11, QSize(1600, 1000)), std::pair(11, QSize(1280, 800)),
                 std::pair(14, QSize(1600, 1000)), std::pair(18, QSize(1600, 1000)), std::pair(18, QSize(1280, 800))})
            QTest::addRow("%d points in %d x %d", points, size.width(), size.height()) << points << size;
    }

    void nothingIsCutOff()
    {
        QFETCH(int, points);
        QFETCH(QSize, size);
        QFont font(QFontDatabase::hasFamily(QStringLiteral("Open Sans")) ? QStringLiteral("Open Sans") : m_font.family());
        font.setPointSize(points);
        QApplication::setFont(font);
        m_window->resize(size);
        QStringList problems;
        for (const char* page : {"data", "workbench", "sensitivity", "precisions", "compare", "profile", "yaml", "machine"}) {
            const bool lower = page == std::string_view("sensitivity") || page == std::string_view("precisions");
            m_window->showPage(lower ? QStringLiteral("workbench") : QString::fromLatin1(page));
            m_window->workbench()->showLower(lower ? QString::fromLatin1(page) : QStringLiteral("trials"));
            QStringList found;
            (void)QTest::qWaitFor( // layouts settle
                [&] {
                    found = problemsOn(*m_window);
                    return found.isEmpty();
                },
                500);
            if (const QString folder = qEnvironmentVariable("OCTET_PICTURES"); !folder.isEmpty())
                m_window->grab().save(QStringLiteral("%1/%2-%3-%4.png").arg(folder, QLatin1String(page)).arg(points).arg(size.width()));
            for (const QString& problem : found)
                problems << QStringLiteral("%1: %2").arg(QLatin1String(page), problem);
        }
        QCOMPARE(m_window->size(), size); // no text makes the window larger than its screen
        problems.removeDuplicates();
        QVERIFY2(problems.isEmpty(), qPrintable(QLatin1Char('\n') + problems.join(QLatin1Char('\n'))));
    }
};

OCTET_TEST(TestTextSizes)
#include "tst_text_sizes.moc"
