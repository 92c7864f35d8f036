// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/presentation.h"
#include "widgets/presentation_chart.h"
#include "widgets/theme.h"
#include "widgets/verdict_chip.h"

#include <QLabel>
#include <QPushButton>
#include <QtTest>

using namespace octet::widgets;

namespace {

PresentationContent::Step step(Mark::Role role, double ms, double right, const char* headline, const char* verdict)
{
    PresentationContent::Step s;
    s.mark.role = role;
    s.mark.ms = ms;
    s.mark.right = s.mark.rightLow = s.mark.rightHigh = right;
    s.name = QString::fromLatin1(headline).left(8);
    s.detail = QStringLiteral("%1 ms, %2 right").arg(ms).arg(right);
    s.headline = QString::fromLatin1(headline);
    s.verdict = QString::fromLatin1(verdict);
    s.arrow = role == Mark::Role::Today ? QString() : QStringLiteral("2.2x faster");
    return s;
}

PresentationContent content()
{
    PresentationContent c;
    c.steps = {step(Mark::Role::Today, 5.0, 705, "Today: 5.0 ms", ""),
        step(Mark::Role::EverythingInt8, 2.1, 673, "Everything in int8", "misses"),
        step(Mark::Role::Chosen, 2.3, 705, "2.2 times faster, and no answer lost", "meets")};
    c.samples = 872;
    c.sampleNoun = QStringLiteral("texts");
    c.floor = 698;
    return c;
}

int pixelsOf(const QImage& image, const QColor& colour)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            count += image.pixelColor(x, y) == colour;
    return count;
}

} // namespace

class TestPresentation : public QObject
{
    Q_OBJECT
private slots:
    void arrowsStepFromTodayToTheChosenOne()
    {
        Presentation presentation;
        presentation.resize(1600, 1000);
        presentation.setContent(content());
        presentation.show();
        const auto headline = [&] { return presentation.findChild<QLabel*>(QStringLiteral("headline"))->text(); };
        const auto* verdict = presentation.findChild<VerdictChip*>(QStringLiteral("verdict"));
        QCOMPARE(headline(), content().steps[2].headline); // the result first
        QCOMPARE(verdict->text(), QStringLiteral("Meets the goal"));
        QTest::keyClick(&presentation, Qt::Key_Right);
        QCOMPARE(headline(), content().steps[0].headline);
        QVERIFY(!verdict->isVisible());
        QTest::keyClick(&presentation, Qt::Key_Space);
        QCOMPARE(headline(), content().steps[1].headline);
        QCOMPARE(presentation.accessibleName(), headline());
        QTest::keyClick(&presentation, Qt::Key_Left);
        QTest::keyClick(&presentation, Qt::Key_Left);
        QCOMPARE(presentation.step(), 2);
        QTest::mouseClick(presentation.findChildren<QPushButton*>()[1], Qt::LeftButton);
        QCOMPARE(presentation.step(), 1);
        QTest::keyClick(&presentation, Qt::Key_Escape);
        QVERIFY(!presentation.isVisible());
    }

    void marksAppearStepByStep()
    {
        for (const Theme& theme : {Theme::light(), Theme::darkTheme()}) {
            Presentation presentation;
            presentation.setPalette(theme.palette());
            presentation.resize(1600, 1000);
            presentation.setContent(content());
            presentation.show();
            auto* chart = presentation.findChild<PresentationChart*>();
            const auto star = [&] {
                const QRect around(chart->position(2).toPoint() - QPoint(12, 12), QSize(24, 24));
                return pixelsOf(chart->grab(around).toImage(), theme.accent);
            };
            QVERIFY(star() > 100);
            presentation.setStep(0);
            QCOMPARE(star(), 0);
            QVERIFY(chart->position(0).x() > chart->position(2).x()); // faster is left
            QVERIFY(chart->position(1).y() > chart->position(2).y());
        }
    }

    void typeGrowsWithTheScreen()
    {
        Presentation presentation;
        presentation.setContent(content());
        const auto* headline = presentation.findChild<QLabel*>(QStringLiteral("headline"));
        presentation.resize(1600, 1000);
        presentation.show();
        const double usual = headline->font().pointSizeF();
        QCOMPARE(usual, 30.0);
        presentation.resize(3200, 2000);
        QCOMPARE(headline->font().pointSizeF(), 2 * usual);
        presentation.resize(800, 600);
        QVERIFY(headline->height() >= headline->heightForWidth(headline->width()));
    }

    void oneTrialIsEnough()
    {
        PresentationContent one = content();
        one.steps.resize(1);
        Presentation presentation;
        presentation.resize(1000, 700);
        presentation.setContent(one);
        presentation.show();
        QTest::keyClick(&presentation, Qt::Key_Right);
        QCOMPARE(presentation.step(), 0);
        QVERIFY(!presentation.grab().isNull());
    }
};

OCTET_TEST(TestPresentation)
#include "tst_presentation.moc"
