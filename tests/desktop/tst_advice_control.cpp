// SPDX-License-Identifier: GPL-3.0-or-later
// Advice in the real window: what it says on made-up figures, and its buttons as one undo step each.
#include "app/desktop/advice_control.h"
#include "app/desktop/main_window.h"
#include "app/desktop/words.h"
#include "app/desktop/workbench.h"
#include "desktop_test.h"
#include "test_main.h"
#include "widgets/advice_list.h"
#include "widgets/goal_line.h"

#include <QLabel>
#include <QPushButton>
#include <QtTest>

#include <algorithm>

using namespace octet;
using namespace octet::desktop;

class TestAdviceControl : public QObject
{
    Q_OBJECT

    static constexpr int longest = test::longest;
    test::SampleCopy m_sample;

    static const tune::Advice* find(MainWindow& window, tune::AdviceKind kind)
    {
        const auto& all = window.workbench()->advice()->advice();
        const auto it = std::ranges::find(all, kind, &tune::Advice::kind);
        return it == all.end() ? nullptr : &*it;
    }

    /// As a worker would report it: the first op stands out.
    static Sensitivity sensitivityOf(const Document& document)
    {
        Sensitivity s;
        s.settings.precision = Precision::Int8;
        for (const quantize::ResolvedOp& op : document.resolution().ops) {
            OpSensitivity o;
            o.node = op.name;
            o.ownError = s.ops.empty() ? 6 : 50;
            if (s.ops.empty())
                o.kl = 0.4;
            o.fp32Ms = 0.3, o.int8Ms = 0.1;
            s.ops.push_back(o);
        }
        s.samples = 64, s.evaluations = 2;
        return s;
    }

private slots:
    void sentencesCallOpsAsTheTablesDo()
    {
        QCOMPARE(words::withShortOps(QStringLiteral("In int8 /bert/encoder/layer.0/output/dense/MatMul costs most; /pooler/Gemm, "
                                                    "too")),
            QStringLiteral("In int8 layer.0/output/dense costs most; pooler, too"));
        QCOMPARE(words::withShortOps(QStringLiteral("Reads /data/MatMul.txt")), QStringLiteral("Reads /data/MatMul.txt"));
    }

    void aButtonIsOneUndoStep()
    {
        MainWindow window;
        window.resize(1600, 1000);
        window.show();
        window.open(m_sample.model());
        Document& document = *window.document();
        QTRY_VERIFY_WITH_TIMEOUT(document.hasModel() && document.data()->usable() && document.editable(), longest);
        DataSpec spec = document.data()->spec();
        spec.limit = 64;
        document.checkData(spec);
        QTRY_COMPARE_WITH_TIMEOUT(document.data()->testSamples(), 64L, longest);
        document.acceptData();
        auto* list = window.findChild<widgets::AdviceList*>();
        QVERIFY(list);

        // 32 held-out images cannot tell a loss of 1 %: said before anything has run, in the goal too.
        QTRY_VERIFY(find(window, tune::AdviceKind::TooFewSamples));
        QTRY_VERIFY(list->isVisible());
        auto* warning = window.findChild<QLabel*>(QStringLiteral("goalWarning"));
        QVERIFY(warning && warning->text().contains(QLatin1String("600")));
        QVERIFY(window.findChild<widgets::GoalLine*>()->sentence().contains(warning->text()));

        document.setSensitivity(sensitivityOf(document));
        QTRY_VERIFY(find(window, tune::AdviceKind::CostliestOp));
        const tune::Advice advice = *find(window, tune::AdviceKind::CostliestOp);
        const Config before = document.draft();
        QVERIFY(before != advice.draft);
        const int steps = document.undoStack()->count();
        const auto button = [&] {
            for (auto* b : list->findChildren<QPushButton*>())
                if (b->isVisible() && b->text() == QString::fromStdString(advice.button))
                    return b;
            return static_cast<QPushButton*>(nullptr);
        };
        QTRY_VERIFY(button());
        QTest::mouseClick(button(), Qt::LeftButton);
        QCOMPARE(document.undoStack()->count(), steps + 1);
        QVERIFY(document.draft() == advice.draft);
        QCOMPARE(document.selection()->nodes(), QStringList{QString::fromStdString(advice.ops.front())});
        QTRY_VERIFY(!find(window, tune::AdviceKind::CostliestOp)); // followed
        document.undoStack()->undo();
        QVERIFY(document.draft() == before);
        QTRY_VERIFY(find(window, tune::AdviceKind::CostliestOp));

        // Put away, it does not come back.
        QTRY_VERIFY(button());
        QMetaObject::invokeMethod(list, "dismissed", Q_ARG(int, 0));
        QTRY_VERIFY(!find(window, tune::AdviceKind::CostliestOp));

        QTRY_VERIFY(list->findChild<QPushButton*>(QStringLiteral("advice0")));
        QTRY_COMPARE(window.workbench()->advice()->advice().size(), std::size_t(1));
        QMetaObject::invokeMethod(list, "pressed", Q_ARG(int, 0));
        QCOMPARE(window.page(), QStringLiteral("data"));
    }
};

OCTET_TEST(TestAdviceControl)
#include "tst_advice_control.moc"
