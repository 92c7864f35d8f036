// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"

#include "widgets/icons.h"
#include "widgets/inspector.h"
#include "widgets/inspector_parts.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QDir>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;

Q_DECLARE_METATYPE(octet::Precision)

class TestInspector : public QObject
{
    Q_OBJECT

    static InspectorContent content()
    {
        InspectorContent c;
        c.title = "attention.output.dense";
        c.subtitle = "MatMul in layer 3, 384 x 384";
        c.editable = true;
        c.precision = Precision::Fp32;
        c.sourceText = "from rule \"attention.output.dense\", 6 ops";
        c.sections = {{"Ran in trial 14", {{"Precision", "fp32"}, {"Time", "0.075 ms, 3 % of 2.30"}}},
            {"If int8\trank 3 of 38", {{"Own error", "0.41, median op 0.01"}}}};
        return c;
    }

    static QStringList visibleTexts(const QWidget& widget)
    {
        QStringList result;
        for (const QLabel* label : widget.findChildren<QLabel*>())
            if (label->isVisible() && !label->text().isEmpty())
                result << label->text();
        for (const ValueText* text : widget.findChildren<ValueText*>())
            if (text->isVisible())
                result << text->toPlainText();
        return result;
    }

    struct Shown
    {
        Inspector inspector;
        Segmented* precision = inspector.findChild<Segmented*>();
        LockButton* lock = inspector.findChild<LockButton*>();
        explicit Shown(const InspectorContent& what = content())
        {
            qRegisterMetaType<Precision>("octet::Precision");
            inspector.resize(283, 500);
            inspector.setContent(what);
            inspector.show();
            QVERIFY(QTest::qWaitForWindowExposed(&inspector));
        }
        void click(const QString& option)
        {
            QTest::mouseClick(precision, Qt::LeftButton, {}, precision->optionRect(option).center());
        }
    };

private slots:
    void showsItAll()
    {
        Shown shown;
        const QStringList texts = visibleTexts(shown.inspector);
        for (const char* text : {"attention.output.dense", "MatMul in layer 3, 384 x 384", "Draft", "Ran in trial 14",
                 "Precision", "fp32", "If int8", "rank 3 of 38", "0.41, median op 0.01"})
            QVERIFY2(texts.contains(QString::fromLatin1(text)), text);
        QCOMPARE(shown.precision->value(), QStringLiteral("fp32"));
        QVERIFY(!shown.lock->isChecked());
    }

    void emptyStateIsASentence()
    {
        Shown shown{InspectorContent{}};
        const QStringList texts = visibleTexts(shown.inspector);
        QCOMPARE(texts.size(), 1);
        QVERIFY(texts.first().startsWith("Choose an op"));
        QVERIFY(!shown.precision->isVisible());
        shown.inspector.setContent(content());
        QVERIFY(shown.precision->isVisible());
        shown.inspector.setContent({});
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QCOMPARE(visibleTexts(shown.inspector).size(), 1);
    }

    void asksForPrecisions()
    {
        Shown shown;
        QSignalSpy asked(&shown.inspector, &Inspector::precisionRequested);
        QSignalSpy inherit(&shown.inspector, &Inspector::inheritRequested);
        QSignalSpy lock(&shown.inspector, &Inspector::lockRequested);
        shown.click("int8");
        QCOMPARE(asked.count(), 1);
        QVERIFY(asked.last().at(0).value<Precision>() == Precision::Int8);
        shown.click("inherit");
        QCOMPARE(inherit.count(), 1);
        QCOMPARE(asked.count(), 1);
        QTest::mouseClick(shown.lock, Qt::LeftButton);
        QCOMPARE(lock.last().at(0).toBool(), true);
    }

    void worksWithTheKeyboard()
    {
        Shown shown;
        QSignalSpy asked(&shown.inspector, &Inspector::precisionRequested);
        QSignalSpy lock(&shown.inspector, &Inspector::lockRequested);
        shown.precision->setFocus(Qt::TabFocusReason);
        QTest::keyClick(shown.precision, Qt::Key_Left);
        QVERIFY(asked.last().at(0).value<Precision>() == Precision::Bf16);
        QTest::keyClick(shown.precision, Qt::Key_Space);
        QCOMPARE(asked.count(), 2);
        QTest::keyClick(shown.precision, Qt::Key_Tab);
        QVERIFY(shown.lock->hasFocus());
        QTest::keyClick(shown.lock, Qt::Key_Space);
        QCOMPARE(lock.count(), 1);
        QVERIFY(!shown.precision->accessibleName().isEmpty() && !shown.lock->accessibleName().isEmpty());
        QVERIFY(shown.precision->accessibleDescription().contains("BF16"));
    }

    void mixedAndInherited()
    {
        InspectorContent c = content();
        c.precision.reset();
        c.inherited = true;
        c.locked = true;
        Shown shown(c);
        QVERIFY(shown.precision->value().isEmpty());
        QVERIFY(shown.lock->isChecked());
        QSignalSpy inherit(&shown.inspector, &Inspector::inheritRequested);
        shown.click("inherit"); // nothing to take back
        QCOMPARE(inherit.count(), 0);
    }

    void refusalsAreWords()
    {
        InspectorContent c = content();
        c.refusal = "Its weights are computed by the model.";
        Shown shown(c);
        QVERIFY(visibleTexts(shown.inspector).contains(c.refusal));
        c.editable = false;
        c.notEditableReason = "Review: duplicate to edit";
        shown.inspector.setContent(c);
        QVERIFY(!shown.precision->isVisible());
        QVERIFY(visibleTexts(shown.inspector).contains(c.notEditableReason));
    }

    void longValuesWrapOrAreCut()
    {
        InspectorContent c = content();
        const QString path = "/bert/encoder/" + QString("a_very_long_scope_name_without_a_space").repeated(2);
        const QString huge = QString("[1, 2, 3] ").repeated(400);
        c.sections = {{"Names", {{"Node", path}, {"Values", huge}}}};
        Shown shown(c);
        QTest::qWait(1);
        for (const ValueText* text : shown.inspector.findChildren<ValueText*>()) {
            if (text->accessibleName() == "Node") {
                QCOMPARE(text->toPlainText(), path);
                QVERIFY(text->height() >= 2 * text->fontMetrics().height());
                QVERIFY(text->document()->size().height() <= text->height() + 1);
            } else if (text->accessibleName() == "Values") {
                QVERIFY(text->toPlainText().size() < 300);
                QCOMPARE(text->toolTip(), huge);
            }
        }
        const auto* scroll = shown.inspector.findChild<QScrollArea*>();
        QVERIFY(scroll->widget()->width() <= scroll->viewport()->width());
    }

    void scrollsWhenTall()
    {
        InspectorContent c = content();
        InspectorContent::Section section{"Attributes", {}};
        for (int i = 0; i < 60; ++i)
            section.rows << qMakePair(QString("key %1").arg(i), QString("value"));
        c.sections << section;
        Shown shown(c);
        QTRY_VERIFY(shown.inspector.findChild<QScrollArea*>()->verticalScrollBar()->maximum() > 0);
    }

    void themesDiffer()
    {
        Shown shown;
        shown.inspector.setPalette(Theme::light().palette());
        const QImage light = shown.inspector.grab().toImage();
        shown.inspector.setPalette(Theme::darkTheme().palette());
        const QImage dark = shown.inspector.grab().toImage();
        QCOMPARE(light.pixelColor(2, 200), Theme::light().panel);
        QCOMPARE(dark.pixelColor(2, 200), Theme::darkTheme().panel);
    }

    void everyIconIsDrawn()
    {
        const QFileInfoList files = QDir(":/octet/icons").entryInfoList();
        QVERIFY(files.size() >= 27);
        for (const QFileInfo& file : files) {
            const QImage image = iconPixmap(file.completeBaseName(), Qt::red, 16, 2).toImage();
            QCOMPARE(image.size(), QSize(32, 32));
            int ink = 0;
            for (int y = 0; y < 32; ++y)
                for (int x = 0; x < 32; ++x)
                    if (qAlpha(image.pixel(x, y)) == 255) {
                        ++ink;
                        QCOMPARE(image.pixelColor(x, y), QColor(Qt::red));
                    }
            QVERIFY2(ink > 10, qPrintable(file.fileName()));
            QVERIFY(!icon(file.completeBaseName(), QPalette()).isNull());
        }
        QVERIFY(icon("no such icon", QPalette()).isNull());
    }
};

OCTET_TEST(TestInspector)
#include "tst_inspector.moc"
