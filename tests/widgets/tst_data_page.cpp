// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/data_charts.h"
#include "widgets/data_page.h"
#include "widgets/data_rows.h"
#include "widgets/segmented.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;

namespace {

DataPageContent::Row row(long number, const QString& text)
{
    DataPageContent::Row r;
    r.row = number;
    r.text = text;
    r.tokens = QStringList(QStringLiteral("[CLS]")) + text.split(QLatin1Char(' '));
    for (int i = 0; i < r.tokens.size(); ++i)
        r.ids.append(100 + i);
    r.length = int(r.tokens.size());
    r.label = QStringLiteral("1 positive");
    return r;
}

DataPageContent sample()
{
    DataPageContent c;
    c.folder = QStringLiteral("models/sst2");
    c.modelFiles = {QStringLiteral("model_outlier.onnx"), QStringLiteral("model.onnx")};
    c.modelFile = QStringLiteral("model_outlier.onnx");
    c.spec.kind = DataKind::Text;
    c.spec.testFile = "data/test.tsv";
    c.spec.calibFile = "data/calib.tsv";
    c.spec.textColumn = "sentence";
    c.spec.labelColumn = "label";
    c.spec.labelNames = {"negative", "positive"};
    c.textColumns = {QStringLiteral("sentence"), QStringLiteral("title"), QStringLiteral("label")};
    for (const char* title : {"Model", "Columns", "Label names", "Splits", "Rows"})
        c.checks.append({QLatin1String(title), QStringLiteral("fine"), 1});
    for (int i = 1; i <= 4; ++i)
        c.calibRows.append(row(i, QStringLiteral("a very nice film %1").arg(i)));
    c.testRows = {row(1, QStringLiteral("test text"))};
    c.splits = {{QStringLiteral("Calibration"), {122, 134}}, {QStringLiteral("Tuning"), {214, 222}},
        {QStringLiteral("Held-out"), {214, 222}}};
    c.lengths = {10, 20, 30};
    return c;
}

struct Shown
{
    Shown()
    {
        page.resize(1400, 800);
        page.setContent(sample());
        page.show();
    }
    template <typename T>
    T* find(const char* name)
    {
        return page.findChild<T*>(QLatin1String(name));
    }
    DataPage page;
};

} // namespace

class TestDataPage : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { qRegisterMetaType<octet::DataSpec>(); }

    void rowsModelKeepsTheRules()
    {
        DataRowsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows(sample().calibRows, QStringLiteral("sentence"), {});
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(model.problemRow(), -1);
        model.setRows(sample().calibRows, {}, {QStringLiteral("calib.tsv, row 2"), QStringLiteral("Twice."), 2, false});
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(model.problemRow(), 2); // opens under its row
        QCOMPARE(model.index(3, DataRowsModel::RowNumber).data().toString(), QStringLiteral("3"));
        model.setRows({}, {}, {QString(), QStringLiteral("No file."), 0, true});
        QCOMPARE(model.problemRow(), 0);
        QCOMPARE(model.rowCount(), 1);
    }

    void greenIsAcceptedByEnterAndButton()
    {
        Shown s;
        QSignalSpy accepted(&s.page, &DataPage::accepted);
        auto* accept = s.find<QPushButton>("accept");
        QVERIFY(accept->isEnabled());
        QTest::mouseClick(accept, Qt::LeftButton);
        QCOMPARE(accepted.size(), 1);
        s.page.setFocus();
        QTest::keyClick(&s.page, Qt::Key_Return);
        QCOMPARE(accepted.size(), 2);
        DataPageContent content = sample();
        content.accepted = true;
        s.page.setContent(content);
        QVERIFY(!accept->isEnabled());
        QTest::keyClick(&s.page, Qt::Key_Return);
        QCOMPARE(accepted.size(), 2);
    }

    void notGreenSaysWhy()
    {
        Shown s;
        QSignalSpy accepted(&s.page, &DataPage::accepted);
        DataPageContent content = sample();
        content.checks[4] = {QStringLiteral("Rows"), QStringLiteral("1 of 1,128 needs a decision"), 2};
        s.page.setContent(content);
        auto* accept = s.find<QPushButton>("accept");
        QVERIFY(!accept->isEnabled());
        QVERIFY(accept->toolTip().contains(QStringLiteral("1 of 1,128 needs a decision")));
        QVERIFY(
            s.find<QLabel>("sentence")->text().contains(QStringLiteral("Nothing runs before every check is green")));
        QTest::keyClick(&s.page, Qt::Key_Return);
        content.checking = true;
        s.page.setContent(content);
        QVERIFY(s.find<QLabel>("sentence")->text().contains(QStringLiteral("Checking")));
        QTest::keyClick(&s.page, Qt::Key_Return);
        s.page.setContent({});
        QVERIFY(!accept->isEnabled());
        QCOMPARE(accepted.size(), 0);
    }

    void problemOpensAtItsRow()
    {
        Shown s;
        DataPageContent content = sample();
        content.problem = QStringLiteral("Label \"neutral\" is not one of the classes 0 to 1.");
        content.problemFile = QStringLiteral("data/calib.tsv");
        content.problemRow = 3;
        content.checks[4].state = 3;
        s.page.setContent(content);
        auto* table = s.find<DataRowsTable>("rows");
        QCOMPARE(table->rows()->problemRow(), 3);
        QCOMPARE(table->columnSpan(3, 0), int(DataRowsModel::ColumnCount));
        QCOMPARE(table->rows()->index(3, 0).data(Qt::AccessibleTextRole).toString(),
            QStringLiteral("calib.tsv, row 3: Label \"neutral\" is not one of the classes 0 to 1."));
        // In the other file it would be at no row: it stays visible above them.
        auto* which = s.find<Segmented>("which");
        QTest::mouseClick(which, Qt::LeftButton, {}, which->optionRect(QStringLiteral("test")).center());
        QCOMPARE(table->rows()->problemRow(), 0);
    }

    void aFixAtTheRowEditsTheSpec()
    {
        Shown s;
        DataPageContent content = sample();
        content.problem = QStringLiteral("Row 3 of calib.tsv is also row 402 of test.tsv.");
        content.problemFile = QStringLiteral("data/calib.tsv");
        content.problemRow = 3;
        content.checks[4].state = 2;
        DataSpec without = content.spec;
        without.sharedRows = "leave_out";
        content.fixes = {{QStringLiteral("Leave it out of calibration"), without}, {QStringLiteral("Keep both"), content.spec}};
        s.page.setContent(content);
        QVERIFY(!s.find<QPushButton>("accept")->isEnabled());
        auto* fix = s.find<QPushButton>("fix:0");
        QVERIFY(fix && fix->isVisible());
        QSignalSpy edited(&s.page, &DataPage::specEdited);
        QTest::mouseClick(fix, Qt::LeftButton);
        QTRY_COMPARE(edited.count(), 1);
        QCOMPARE(edited.at(0).at(0).value<DataSpec>().sharedRows, std::string("leave_out"));
        s.page.setContent(sample()); // the answer: the row and its buttons are gone
        QTRY_VERIFY(!s.find<QPushButton>("fix:0"));
        QVERIFY(s.find<QPushButton>("accept")->isEnabled());
    }

    void problemInTheTestFileShowsTheTestFile()
    {
        Shown s;
        DataPageContent content = sample();
        content.problem = QStringLiteral("Empty text.");
        content.problemFile = QStringLiteral("data/test.tsv");
        content.problemRow = 1;
        s.page.setContent(content);
        QCOMPARE(s.find<Segmented>("which")->value(), QStringLiteral("test"));
        QCOMPARE(s.find<DataRowsTable>("rows")->rows()->problemRow(), 1);
    }

    void switchShowsTheOtherFile()
    {
        Shown s;
        auto* which = s.find<Segmented>("which");
        auto* table = s.find<DataRowsTable>("rows");
        QCOMPARE(table->rows()->rowCount(), 4);
        QVERIFY(s.find<QLabel>("shown")->text().contains(QStringLiteral("4 of 256")));
        QTest::mouseClick(which, Qt::LeftButton, {}, which->optionRect(QStringLiteral("test")).center());
        QCOMPARE(table->rows()->rowCount(), 1);
        QVERIFY(s.find<QLabel>("shown")->text().contains(QStringLiteral("1 of 872")));
        s.page.setContent(sample()); // a later check does not turn the page back
        QCOMPARE(which->value(), QStringLiteral("test"));
    }

    void editingEmitsTheSpec()
    {
        Shown s;
        QSignalSpy edited(&s.page, &DataPage::specEdited);
        auto* name = s.find<QLineEdit>("label:0");
        QVERIFY(name);
        name->setFocus();
        name->selectAll();
        QTest::keyClicks(name, QStringLiteral("bad"));
        QCOMPARE(edited.size(), 0);
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(edited.size(), 1);
        QCOMPARE(edited[0][0].value<DataSpec>().labelNames, (std::vector<std::string>{"bad", "positive"}));

        auto* column = s.find<QComboBox>("textColumn");
        column->setFocus();
        QTest::keyClick(column, Qt::Key_Down);
        QCOMPARE(edited.size(), 2);
        QCOMPARE(edited[1][0].value<DataSpec>().textColumn, std::string("title"));
        QCOMPARE(edited[1][0].value<DataSpec>().labelNames[0], std::string("bad"));

        auto* longest = s.find<QLineEdit>("maxLength");
        longest->setFocus();
        longest->selectAll();
        QTest::keyClicks(longest, QStringLiteral("many"));
        QTest::keyClick(longest, Qt::Key_Return);
        QCOMPARE(edited.size(), 2);
        QVERIFY(s.find<QLabel>("fieldError")->isVisible());
        longest->setFocus();
        longest->selectAll();
        QTest::keyClicks(longest, QStringLiteral("64"));
        QTest::keyClick(longest, Qt::Key_Return);
        QCOMPARE(edited.size(), 3);
        QCOMPARE(edited[2][0].value<DataSpec>().maxLength, 64);
        QVERIFY(!s.find<QLabel>("fieldError")->isVisible());
    }

    void enterInAFieldDoesNotAccept()
    {
        Shown s;
        QVERIFY(QTest::qWaitForWindowActive(&s.page));
        QSignalSpy accepted(&s.page, &DataPage::accepted);
        auto* name = s.find<QLineEdit>("label:0");
        name->setFocus();
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(accepted.size(), 0);
        QTest::keyClick(&s.page, Qt::Key_Return);
        QCOMPARE(accepted.size(), 1);
    }

    void modelFilesAndButtons()
    {
        Shown s;
        QSignalSpy chosen(&s.page, &DataPage::modelFileChosen), browse(&s.page, &DataPage::browseRequested),
            copied(&s.page, &DataPage::copyCommandRequested);
        auto* other = s.find<QRadioButton>("model:model.onnx");
        QVERIFY(other && !other->isChecked());
        QTest::mouseClick(other, Qt::LeftButton, {}, {8, other->height() / 2});
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toString(), QStringLiteral("model.onnx"));
        QTest::mouseClick(s.find<QPushButton>("choose"), Qt::LeftButton);
        QTest::mouseClick(s.find<QPushButton>("copyCommand"), Qt::LeftButton);
        QCOMPARE(browse.size(), 1);
        QCOMPARE(copied.size(), 1);
    }

    void arraysHaveTheirOwnFields()
    {
        Shown s;
        DataPageContent content = sample();
        content.spec.kind = DataKind::Arrays;
        content.spec.testInputs = {{"pixel_values", "test_images.npy"}};
        content.lengths.clear();
        for (auto& one : content.calibRows)
            one.tokens.clear();
        s.page.setContent(content);
        QVERIFY(!s.find<QComboBox>("textColumn"));
        QVERIFY(s.find<QLineEdit>("test:pixel_values"));
        QVERIFY(s.find<DataRowsTable>("rows")->isColumnHidden(DataRowsModel::Tokens));
        QSignalSpy edited(&s.page, &DataPage::specEdited);
        auto* mean = s.find<QLineEdit>("mean");
        mean->setFocus();
        QTest::keyClicks(mean, QStringLiteral("0.5, 0.4, 0.3"));
        QTest::keyClick(mean, Qt::Key_Return);
        QCOMPARE(edited.size(), 1);
        QCOMPARE(edited[0][0].value<DataSpec>().mean, (std::vector<double>{0.5, 0.4, 0.3}));
        auto* deviation = s.find<QLineEdit>("std");
        deviation->setFocus();
        QTest::keyClicks(deviation, QStringLiteral("0"));
        QTest::keyClick(deviation, Qt::Key_Return);
        QCOMPARE(edited.size(), 1); // a division by zero is not a setting
    }

    void anAnswerMayReplaceTheFieldThatAsked()
    {
        DataPage page;
        page.resize(1200, 700);
        DataPageContent content;
        content.folder = QStringLiteral("models/sst2");
        page.setContent(content);
        page.show();
        connect(&page, &DataPage::specEdited, &page, [&](const DataSpec& spec) {
            DataPageContent answer = sample();
            answer.spec = spec;
            page.setContent(answer);
        });
        auto* file = page.findChild<QLineEdit*>(QStringLiteral("testFile"));
        QVERIFY(!page.findChild<QLineEdit*>(QStringLiteral("maxLength")));
        QTest::keyClicks(file, QStringLiteral("data/test.tsv"));
        QTest::keyClick(file, Qt::Key_Return);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QVERIFY(page.findChild<QLineEdit*>(QStringLiteral("maxLength")));
        QCOMPARE(page.findChild<QLineEdit*>(QStringLiteral("testFile"))->text(), QStringLiteral("data/test.tsv"));
    }

    void paddingShares()
    {
        QCOMPARE(paddingShare({16, 16}, 16, 128), 0.0);
        QCOMPARE(paddingShare({8, 8}, 16, 128), 0.5);
        QCOMPARE(paddingShare({200}, 16, 128), 0.0); // cut, not padded
        QCOMPARE(paddingShareFixed({32, 32}, 64), 0.5);
        QCOMPARE(paddingShareFixed({}, 64), 0.0);
        QCOMPARE(medianLength({3, 1, 2}), 2);
        QCOMPARE(medianLength({}), 0);
    }
};

OCTET_TEST(TestDataPage)
#include "tst_data_page.moc"
