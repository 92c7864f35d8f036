// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/capability_view.h"
#include "widgets/segmented.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTreeView>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;

class TestCapabilityView : public QObject
{
    Q_OBJECT

    static Capability capability()
    {
        Capability c;
        c.machine = {"Xeon of the test", "vnni", 2};
        c.logicalCpus = 4;
        c.caches = {{"L2", 2 << 20, 1}, {"L3", 32 << 20, 4}};
        c.features = {{"AVX2", "the least", true}, {"AMX-INT8", "tiles", false}};
        const auto facts = [](const char* kernel, bool seven) {
            return std::vector<KernelFact>{{"Product with weights", Precision::Int8, Precision::Int8, kernel, "vnni",
                                               seven ? "7 bits" : "", seven},
                {"Product with weights", Precision::Bf16, Precision::Fp32, "oneDNN", "avx512", "Refused: no bf16.", false}};
        };
        c.caps = {{"avx2", "avx2", facts("one", true)}, {"avx512", "avx512", facts("two", true)},
            {"vnni", "vnni", facts("three", false)}, {"amx", "vnni", facts("three", false)}};
        return c;
    }

    static QString cell(const CapabilityView& view, int row, int column)
    {
        return const_cast<CapabilityView&>(view).table()->model()->index(row, column).data().toString();
    }

private slots:
    void showsTheWidestCapFirst()
    {
        CapabilityView view;
        QAbstractItemModelTester tester(view.table()->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(!view.hasCapability());
        view.setCapability(capability());
        QCOMPARE(view.shownCap(), QStringLiteral("vnni"));
        QCOMPARE(cell(view, 0, 4), QStringLiteral("three"));
        QCOMPARE(cell(view, 1, 2), QStringLiteral("fp32"));
        QCOMPARE(cell(view, 1, 5), QStringLiteral("Refused: no bf16."));
        bool cpu = false, cache = false;
        for (const QLabel* label : view.findChildren<QLabel*>()) {
            cpu = cpu || label->text() == QStringLiteral("Xeon of the test");
            cache = cache || label->text() == QStringLiteral("32 MiB, shared by 4 CPUs");
        }
        QVERIFY(cpu);
        QVERIFY(cache);
    }

    void aCapIsAWhatIf()
    {
        CapabilityView view;
        view.resize(1200, 600);
        view.show();
        view.setCapability(capability());
        auto* cap = view.findChild<Segmented*>(QStringLiteral("cap"));
        const auto* sentence = view.findChild<QLabel*>(QStringLiteral("capSentence"));
        const auto choose = [&](const char* value) {
            QTest::mouseClick(cap, Qt::LeftButton, {}, cap->optionRect(QString::fromLatin1(value)).center());
        };
        QVERIFY(!sentence->text().contains(QStringLiteral("7 bits")));
        choose("avx2");
        QCOMPARE(cell(view, 0, 4), QStringLiteral("one"));
        QVERIFY(sentence->text().contains(QStringLiteral("7 bits")));
        QVERIFY(sentence->text().contains(QStringLiteral("only ever of this machine")));
        choose("amx");
        QVERIFY(sentence->text().contains(QStringLiteral("This CPU has no amx: what runs is vnni.")));
        // News of the same machine leave the choice alone; the workload's cap is shown when it changes.
        view.setCapability(capability());
        QCOMPARE(view.shownCap(), QStringLiteral("amx"));
        view.setWorkloadCap(QStringLiteral("avx512"));
        QCOMPARE(view.shownCap(), QStringLiteral("avx512"));
        QVERIFY(sentence->text().contains(QStringLiteral("capped to avx512")));
    }

    void saysWhyThereIsNone()
    {
        CapabilityView view;
        view.show();
        view.setEmpty(QStringLiteral("No worker."), QStringLiteral("Ask again"));
        auto* action = view.findChild<QPushButton*>(QStringLiteral("capabilityAction"));
        QVERIFY(action->isVisible());
        QSignalSpy spy(&view, &CapabilityView::actionRequested);
        action->click();
        QCOMPARE(spy.count(), 1);
        view.setCapability(capability());
        QVERIFY(view.table()->isVisible());
        QVERIFY(!view.table()->accessibleName().isEmpty());
    }
};

OCTET_TEST(TestCapabilityView)
#include "tst_capability_view.moc"
