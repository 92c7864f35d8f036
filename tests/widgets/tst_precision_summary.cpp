// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/precision_summary.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;

class TestPrecisionSummary : public QObject
{
    Q_OBJECT

    static PrecisionContent content()
    {
        PrecisionContent c;
        PrecisionKind weights;
        weights.kind = QStringLiteral("MatMul");
        weights.nodes[std::size_t(Precision::Int8)] = {QStringLiteral("a"), QStringLiteral("b")};
        weights.nodes[std::size_t(Precision::Fp32)] = {QStringLiteral("c")};
        PrecisionKind scores;
        scores.kind = QStringLiteral("scores");
        scores.nodes[std::size_t(Precision::Int8)] = {QStringLiteral("s")};
        c.kinds = {weights, scores};
        c.cells[std::size_t(Precision::Int8)][std::size_t(Precision::Fp32)] = {3, QStringLiteral("0.21 MB a sample"),
            QStringLiteral("0.012 ms in 2 steps"), QStringLiteral("tip"), {QStringLiteral("b"), QStringLiteral("c")}};
        c.note = QStringLiteral("A note.");
        return c;
    }

    static QString cell(QTableView* table, int row, int column) { return table->model()->index(row, column).data().toString(); }

private slots:
    void modelsAreSound()
    {
        PrecisionSummary view;
        QAbstractItemModelTester counts(view.counts()->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QAbstractItemModelTester matrix(view.matrix()->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        view.setContent(content());
        view.setContent({});
        view.setContent(content());
    }

    void countsAndSums()
    {
        PrecisionSummary view;
        view.setContent(content());
        QCOMPARE(cell(view.counts(), 0, 1), QStringLiteral("2"));
        QCOMPARE(cell(view.counts(), 0, 2), QString()); // none, not a zero among figures
        QCOMPARE(cell(view.counts(), 0, 3), QStringLiteral("1"));
        QCOMPARE(cell(view.counts(), 2, 1), QStringLiteral("3")); // all
    }

    void theMatrixIsMadeInByReadIn()
    {
        PrecisionSummary view;
        view.setContent(content());
        // Rows and columns are int8, bf16, fp32.
        QCOMPARE(cell(view.matrix(), 0, 0), QStringLiteral("int8"));
        QCOMPARE(cell(view.matrix(), 0, 3), QStringLiteral("3 values\n0.21 MB a sample\n0.012 ms in 2 steps"));
        QCOMPARE(cell(view.matrix(), 2, 1), QString());
        QVERIFY(view.matrix()->model()->index(0, 3).data(Qt::AccessibleTextRole).toString().contains(
            QStringLiteral("From int8 to fp32: 3 values")));
    }

    void aCellSelectsItsOps()
    {
        PrecisionSummary view;
        view.resize(900, 340);
        view.setContent(content());
        view.show();
        QSignalSpy spy(&view, &PrecisionSummary::selectionChanged);
        const auto click = [](QTableView* table, int row, int column) {
            QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                table->visualRect(table->model()->index(row, column)).center());
        };
        click(view.matrix(), 0, 3);
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy.last().at(0).toStringList(), (QStringList{QStringLiteral("b"), QStringLiteral("c")}));
        click(view.matrix(), 2, 1); // empty
        QCOMPARE(spy.count(), 1);
        click(view.counts(), 0, 1);
        QCOMPARE(spy.last().at(0).toStringList(), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
        QVERIFY(!view.matrix()->selectionModel()->hasSelection()); // one selection
        // and by keyboard
        view.matrix()->setFocus();
        view.matrix()->setCurrentIndex(view.matrix()->model()->index(0, 3));
        QCOMPARE(spy.last().at(0).toStringList().size(), 2);
        QCOMPARE(spy.count(), 3);
    }

    void saysWhyItIsEmpty()
    {
        PrecisionSummary view;
        PrecisionContent none;
        none.emptyText = QStringLiteral("The model is missing.");
        view.setContent(none);
        view.show();
        QVERIFY(!view.matrix()->isVisible());
        view.setContent(content());
        QVERIFY(view.matrix()->isVisible());
        QCOMPARE(view.findChild<QLabel*>(QStringLiteral("precisionNote"))->text(), QStringLiteral("A note."));
        for (const auto* table : view.findChildren<QTableView*>())
            QVERIFY(!table->accessibleName().isEmpty());
    }
};

OCTET_TEST(TestPrecisionSummary)
#include "tst_precision_summary.moc"
