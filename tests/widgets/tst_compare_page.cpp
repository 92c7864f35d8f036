// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/compare_page.h"
#include "widgets/compare_where.h"
#include "widgets/segmented.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QToolButton>
#include <QTreeView>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;

namespace {

CompareContent content()
{
    CompareContent c;
    c.choices = {
        {0, QStringLiteral("Draft, planned")}, {4, QStringLiteral("4, static")}, {14, QStringLiteral("14, chosen")}};
    c.a = 4;
    c.b = 14;
    c.verdictA = QStringLiteral("misses");
    c.verdictB = QStringLiteral("meets");
    c.ops = {{QStringLiteral("layer.0/dense"), Precision::Int8, Precision::Fp32, 0.031, 0.071, {}, {}},
        {QStringLiteral("layer.0/query"), Precision::Int8, Precision::Int8, 0.03, 0.03, {}, {}},
        {QStringLiteral("layer.1/query"), Precision::Int8, Precision::Int8, 0.03, 0.03, QStringLiteral("ranges minmax"),
            {}}};
    c.answers = {{199, QStringLiteral("for starters, the story is just too slim"), QStringLiteral("negative"),
                     QStringLiteral("positive"), QStringLiteral("negative"), false, true, {}},
        {182, QStringLiteral("unfortunately, it's not silly fun"), QStringLiteral("negative"),
            QStringLiteral("negative"), QStringLiteral("positive"), true, false, {}},
        {3, QStringLiteral("three classes"), QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c"), false,
            false, {}}};
    c.samples = 872;
    c.noun = QStringLiteral("texts");
    return c;
}

} // namespace

class TestComparePage : public QObject
{
    Q_OBJECT
private slots:
    void modelsKeepTheRules()
    {
        ComparePage page;
        QAbstractItemModelTester ops(page.opsModel(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QAbstractItemModelTester answers(page.answersModel(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QAbstractItemModelTester shown(page.findChild<QTreeView*>(QStringLiteral("ops"))->model(),
            QAbstractItemModelTester::FailureReportingMode::QtTest);
        page.setContent(content());
        page.setContent({});
        page.setContent(content());
        QCOMPARE(page.opsModel()->rowCount(), 3);
        QCOMPARE(page.answersModel()->rowCount(), 3);
    }

    void differencesOnlyHidesWhatIsTheSame()
    {
        ComparePage page;
        page.setContent(content());
        auto* table = page.findChild<QTreeView*>(QStringLiteral("ops"));
        QCOMPARE(table->model()->rowCount(), 2); // another precision, other settings
        page.findChild<QCheckBox*>(QStringLiteral("differencesOnly"))->setChecked(false);
        QCOMPARE(table->model()->rowCount(), 3);
        QCOMPARE(page.opsModel()->index(0, CompareOpsModel::Difference).data().toString(), QStringLiteral("+0.040"));
    }

    void answersAreFilteredAndCounted()
    {
        ComparePage page;
        page.resize(1400, 800);
        page.setContent(content());
        page.show();
        auto* table = page.findChild<QTreeView*>(QStringLiteral("answers"));
        auto* which = page.findChild<Segmented*>(QStringLiteral("which"));
        QCOMPARE(table->model()->rowCount(), 3);
        QCOMPARE(table->model()->index(0, CompareAnswersModel::Row).data().toString(), QStringLiteral("3")); // by row
        QTest::mouseClick(which, Qt::LeftButton, {}, which->optionRect(QStringLiteral("repaired")).center());
        QCOMPARE(table->model()->rowCount(), 1);
        QCOMPARE(table->model()->index(0, CompareAnswersModel::B).data().toString(), QStringLiteral("negative"));
        QTest::mouseClick(which, Qt::LeftButton, {}, which->optionRect(QStringLiteral("broken")).center());
        QCOMPARE(table->model()->index(0, CompareAnswersModel::Row).data().toString(), QStringLiteral("182"));
        table->setCurrentIndex(table->model()->index(0, 0));
        QVERIFY(
            page.findChild<QLabel*>(QStringLiteral("answerText"))->text().contains(QStringLiteral("not silly fun")));
        QVERIFY(!page.grab().isNull());
    }

    void howSureEachAnswerWasIsShownAndSorts()
    {
        ComparePage page;
        page.resize(1400, 800);
        page.setContent(content());
        page.show();
        auto* table = page.findChild<QTreeView*>(QStringLiteral("answers"));
        QVERIFY(table->isColumnHidden(CompareAnswersModel::Change)); // older projects do not say
        CompareContent sure = content();
        sure.answers[0].aSure = 0.51, sure.answers[0].bSure = 0.60;
        sure.answers[1].aSure = 0.93, sure.answers[1].bSure = 0.58;
        page.setContent(sure);
        QVERIFY(!table->isColumnHidden(CompareAnswersModel::Change));
        const auto cell = [&](int row, int column) { return table->model()->index(row, column).data().toString(); };
        QCOMPARE(cell(0, CompareAnswersModel::Row), QStringLiteral("182")); // the largest change first
        QCOMPARE(cell(0, CompareAnswersModel::A), QStringLiteral("negative 0.93"));
        QCOMPARE(cell(0, CompareAnswersModel::B), QStringLiteral("positive 0.58"));
        QCOMPARE(cell(0, CompareAnswersModel::Change), QStringLiteral("0.51"));
        QCOMPARE(cell(2, CompareAnswersModel::Change), QString()); // not recorded: last
        table->setCurrentIndex(table->model()->index(0, 0));
        const auto* whole = page.findChild<QLabel*>(QStringLiteral("answerText"));
        QVERIFY2(whole->text().contains(QStringLiteral("A: negative 0.93, right \u2192 B: positive 0.58, wrong")),
            qPrintable(whole->text()));
        table->sortByColumn(CompareAnswersModel::Row, Qt::AscendingOrder);
        page.setContent(sure);
        QCOMPARE(cell(0, CompareAnswersModel::Row), QStringLiteral("3")); // a person's order stays
        page.setContent(content());
        QVERIFY(table->isColumnHidden(CompareAnswersModel::Change));
    }

    void todaysAnswerStandsBesideThem()
    {
        ComparePage page;
        page.resize(1400, 800);
        page.setContent(content());
        page.show();
        auto* table = page.findChild<QTreeView*>(QStringLiteral("answers"));
        QVERIFY(table->isColumnHidden(CompareAnswersModel::Today)); // one of the two is fp32, or it is not known
        CompareContent known = content();
        known.answers[0].today = QStringLiteral("negative"), known.answers[0].todayRight = true;
        known.answers[0].todaySure = 0.71;
        page.setContent(known);
        QVERIFY(!table->isColumnHidden(CompareAnswersModel::Today));
        const QModelIndex today = page.answersModel()->index(0, CompareAnswersModel::Today);
        QCOMPARE(today.data().toString(), QStringLiteral("negative 0.71"));
        QCOMPARE(today.data(Qt::AccessibleTextRole).toString(), QStringLiteral("negative 0.71, right"));
        QVERIFY(today.data(CompareAnswersModel::RightRole).toBool());
        table->setCurrentIndex(table->model()->index(2, 0)); // row 199
        const auto* whole = page.findChild<QLabel*>(QStringLiteral("answerText"));
        QVERIFY2(whole->text().contains(QStringLiteral("Today: negative 0.71, right")), qPrintable(whole->text()));
    }

    void ownErrorAndPlaceOfWhatDiffers()
    {
        ComparePage page;
        page.resize(1400, 800);
        page.setContent(content());
        auto* table = page.findChild<QTreeView*>(QStringLiteral("ops"));
        auto* where = page.findChild<CompareWhere*>();
        QVERIFY(table->isColumnHidden(CompareOpsModel::OwnError)); // not measured
        QVERIFY(where->parentWidget()->isHidden());
        CompareContent known = content();
        known.parts = QStringList {QStringLiteral("Embeddings"), QStringLiteral("Layer 0"), QStringLiteral("Layer 1")};
        known.ops[0].ownError = 6.0;
        for (CompareContent::Op& op : known.ops)
            op.part = op.node.startsWith(QLatin1String("layer.0")) ? known.parts[1] : known.parts[2];
        page.setContent(known);
        page.show();
        QVERIFY(!table->isColumnHidden(CompareOpsModel::OwnError));
        const QModelIndex error = page.opsModel()->index(0, CompareOpsModel::OwnError);
        QCOMPARE(error.data().toString(), QStringLiteral("6 dB"));
        QCOMPARE(qRound(100 * error.data(CompareOpsModel::ShareRole).toDouble()), 50);
        const auto said = [&](int row) { return where->model()->index(row, 0).data(Qt::AccessibleTextRole).toString(); };
        QCOMPARE(said(0), QStringLiteral("Embeddings: the same"));
        QCOMPARE(said(1), QStringLiteral("Layer 0: I8 \u2192 F32, dense"));
        QCOMPARE(said(2), QStringLiteral("Layer 1: query")); // other settings
        QSignalSpy nodes(&page, &ComparePage::nodeSelected);
        where->setCurrentIndex(where->model()->index(1, 0));
        QCOMPARE(nodes.takeLast().at(0).toString(), QStringLiteral("layer.0/dense"));
        QVERIFY(!page.grab().isNull());
    }

    void aTimingThatIsNotToBeTrustedSaysSo()
    {
        ComparePage page;
        CompareContent doubted = content();
        doubted.factsA = {{QStringLiteral("p50"), QStringLiteral("2.1 ms"), QStringLiteral("between 2.0 and 2.2"), 0}};
        page.setContent(doubted);
        QVERIFY(!page.findChild<QLabel*>(QStringLiteral("doubt")));
        doubted.factsA[0].doubt = QStringLiteral("Other programs had the processors.");
        page.setContent(doubted);
        const auto* said = page.findChild<QLabel*>(QStringLiteral("doubt"));
        QVERIFY(said);
        QCOMPARE(said->toolTip(), doubted.factsA[0].doubt);
    }

    void namesAreShortAndFoundWhole()
    {
        ComparePage page;
        CompareContent named = content();
        named.ops[0].node = QStringLiteral("/bert/encoder/layer.0/dense/MatMul");
        page.setContent(named);
        const QModelIndex op = page.opsModel()->index(0, CompareOpsModel::Product);
        QCOMPARE(op.data().toString(), QStringLiteral("layer.0/dense"));
        QCOMPARE(op.data(Qt::AccessibleTextRole).toString(), named.ops[0].node);
        page.findChild<QLineEdit*>(QStringLiteral("findOp"))->setText(QStringLiteral("encoder"));
        QCOMPARE(page.findChild<QTreeView*>(QStringLiteral("ops"))->model()->rowCount(), 1);
    }

    void imagesAreShown()
    {
        CompareContent images = content();
        QImage image(28, 28, QImage::Format_Grayscale8);
        image.fill(200);
        for (CompareContent::Answer& answer : images.answers)
            answer.image = image;
        ComparePage page;
        page.resize(1400, 800);
        page.setContent(content());
        page.show();
        auto* table = page.findChild<QTreeView*>(QStringLiteral("answers"));
        auto* picture = page.findChild<QLabel*>(QStringLiteral("answerPicture"));
        table->setCurrentIndex(table->model()->index(0, 0));
        QVERIFY(picture->isHidden()); // a text has none
        const int height = table->visualRect(table->model()->index(0, 0)).height();
        page.setContent(images);
        QVERIFY(table->visualRect(table->model()->index(0, 0)).height() > height);
        QCOMPARE(page.answersModel()->index(0, CompareAnswersModel::Text).data(Qt::DecorationRole).value<QImage>(), image);
        table->setCurrentIndex(table->model()->index(1, 0));
        QVERIFY(!picture->isHidden());
        QVERIFY(picture->pixmap().width() >= 4 * image.width());
        const QRect cell = table->visualRect(table->model()->index(0, CompareAnswersModel::Text));
        QCOMPARE(table->viewport()->grab().toImage().pixelColor(cell.topLeft() + QPoint(16, 18)), QColor(200, 200, 200));
    }

    void sidesAreChosenAndSwapped()
    {
        ComparePage page;
        page.setContent(content());
        QSignalSpy sides(&page, &ComparePage::sidesChosen), nodes(&page, &ComparePage::nodeSelected);
        page.findChild<QToolButton*>(QStringLiteral("swap"))->click();
        QCOMPARE(sides.takeFirst(), (QVariantList{14, 4}));
        auto* box = page.findChild<QComboBox*>(QStringLiteral("trialB"));
        QCOMPARE(box->currentData().toInt(), 14);
        box->setCurrentIndex(0);
        emit box->activated(0);
        QCOMPARE(sides.takeFirst(), (QVariantList{4, 0}));
        auto* table = page.findChild<QTreeView*>(QStringLiteral("ops"));
        table->setCurrentIndex(table->model()->index(1, 0));
        QCOMPARE(nodes.takeLast().at(0).toString(), QStringLiteral("layer.1/query"));
    }
};

OCTET_TEST(TestComparePage)
#include "tst_compare_page.moc"
