// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/profile_view.h"
#include "widgets/words.h"
#include "widgets/theme.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QSignalSpy>
#include <QTreeView>
#include <QtTest>

using namespace octet;
using namespace octet::widgets;

class TestProfileView : public QObject
{
    Q_OBJECT

    static ProfileRow row(const char* name, const QStringList& nodes, std::optional<double> fp32,
        std::optional<double> ms, double share, const char* kind = "product")
    {
        ProfileRow r;
        r.name = QString::fromLatin1(name), r.nodes = nodes, r.fp32Ms = fp32, r.ms = ms, r.share = share;
        r.kind = QString::fromLatin1(kind), r.overhead = r.kind.startsWith(QLatin1String("overhead"));
        r.precision = Precision::Int8;
        return r;
    }

    static ProfileContent content()
    {
        ProfileContent c;
        c.rows = {row("small", {QStringLiteral("small")}, 0.4, 0.1, 0.1),
            row("large", {QStringLiteral("large"), QStringLiteral("add")}, 2.0, 0.7, 0.7),
            row("x", {QStringLiteral("small")}, {}, 0.2, 0.2, "overhead: quantize"),
            row("gone", {QStringLiteral("gone")}, 1.0, {}, 0.3)};
        c.sums = {{QStringLiteral("product"), false, 3.4, 0.8}, {QStringLiteral("overhead: quantize"), true, 0, 0.2}};
        c.coverage = QStringLiteral("The groups add up to 1 ms.");
        return c;
    }

    static QString cell(QTreeView* table, int row, int column)
    {
        return table->model()->index(row, column).data().toString();
    }

private slots:
    void namesBeginWithTheirLayer()
    {
        QCOMPARE(shortNode(QStringLiteral("/bert/encoder/layer.3/output/dense/MatMul")),
            QStringLiteral("layer.3/output/dense/MatMul"));
        QCOMPARE(shortNode(QStringLiteral("h.11/attn/c_proj")), QStringLiteral("h.11/attn/c_proj"));
        QCOMPARE(shortNode(QStringLiteral("/classifier/Gemm")), QStringLiteral("/classifier/Gemm"));
        QCOMPARE(shortNode(QStringLiteral("MatMul_12")), QStringLiteral("MatMul_12"));
        QCOMPARE(shortOp(QStringLiteral("/bert/encoder/layer.3/output/dense/MatMul")), QStringLiteral("layer.3/output/dense"));
        QCOMPARE(shortOp(QStringLiteral("/encoder/layer.3/attention/MatMul_1")), QStringLiteral("layer.3/attention/MatMul_1"));
        QCOMPARE(shortOp(QStringLiteral("/classifier/Gemm")), QStringLiteral("classifier"));
        QCOMPARE(shortOp(QStringLiteral("/MatMul")), QStringLiteral("MatMul"));
        QCOMPARE(shortOp(QStringLiteral("MatMul_12")), QStringLiteral("MatMul_12"));
    }

    void modelIsSound()
    {
        ProfileModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setRows(content().rows);
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(model.index(1, ProfileModel::Ratio).data().toString(), QStringLiteral("0.35"));
        QCOMPARE(model.index(2, ProfileModel::Ratio).data().toString(), QString()); // nothing to compare with
        QCOMPARE(model.index(3, ProfileModel::Ms).data().toString(), QString()); // not a zero
        QVERIFY(model.index(3, 0).data(Qt::ToolTipRole).toString().contains(QLatin1String("alone")));
        QCOMPARE(model.index(1, ProfileModel::Share).data(ProfileModel::ShareRole).toDouble(), 1.0);
        model.setRows({});
        QCOMPARE(model.rowCount(), 0);
    }

    void sortsByTimeAndByWhatIsClicked()
    {
        ProfileView view;
        view.setContent(content());
        QCOMPARE(cell(view.table(), 0, ProfileModel::Group), QStringLiteral("large"));
        QCOMPARE(cell(view.table(), 3, ProfileModel::Group), QStringLiteral("gone"));
        view.table()->sortByColumn(ProfileModel::Fp32Ms, Qt::DescendingOrder);
        QCOMPARE(cell(view.table(), 1, ProfileModel::Group), QStringLiteral("gone"));
        auto* sums = view.findChild<QTreeView*>(QStringLiteral("profileSums"));
        QCOMPARE(cell(sums, 0, 0), QStringLiteral("product"));
        QCOMPARE(cell(sums, 2, 2), QStringLiteral("0.2000")); // overhead together
        QCOMPARE(cell(sums, 2, 3), QStringLiteral("20.0 %"));
        QCOMPARE(cell(sums, 3, 1), QStringLiteral("3.4000"));
    }

    void selectionGoesBothWays()
    {
        ProfileView view;
        view.setContent(content());
        QSignalSpy spy(&view, &ProfileView::selectionChanged);
        view.setSelectedNodes({QStringLiteral("add")});
        QCOMPARE(spy.count(), 0);
        const auto selected = [&] { return view.table()->selectionModel()->selectedRows(); };
        QCOMPARE(selected().size(), 1);
        QCOMPARE(selected().front().data().toString(), QStringLiteral("large"));
        // The answer to a selection made here selects no more than was meant.
        connect(&view, &ProfileView::selectionChanged, &view, &ProfileView::setSelectedNodes);
        view.table()->setCurrentIndex(view.table()->model()->index(1, 0));
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy.at(0).at(0).toStringList(), QStringList{QStringLiteral("small")});
        QCOMPARE(selected().size(), 1);
        auto* sums = view.findChild<QTreeView*>(QStringLiteral("profileSums"));
        sums->setCurrentIndex(sums->model()->index(0, 0));
        QCOMPARE(spy.last().at(0).toStringList().size(), 4); // all ops of the kind
    }

    void saysWhyItIsEmpty()
    {
        ProfileView view;
        ProfileContent none;
        none.emptyText = QStringLiteral("No trial yet.");
        view.setContent(none);
        view.resize(900, 400);
        view.show();
        QVERIFY(!view.table()->isVisible());
        bool said = false;
        for (const QLabel* label : view.findChildren<QLabel*>())
            said = said || (label->isVisible() && label->text() == none.emptyText);
        QVERIFY(said);
        view.setContent(content());
        QVERIFY(view.table()->isVisible());
    }

    void enterShowsInGraph()
    {
        ProfileView view;
        view.setContent(content());
        view.show();
        view.table()->setCurrentIndex(view.table()->model()->index(0, 0));
        QSignalSpy spy(&view, &ProfileView::showInGraphRequested);
        QTest::keyClick(view.table(), Qt::Key_Return);
        QCOMPARE(spy.count(), 1);
    }

    void accessible()
    {
        ProfileView view;
        for (const QTreeView* table : view.findChildren<QTreeView*>())
            QVERIFY(!table->accessibleName().isEmpty());
    }
};

OCTET_TEST(TestProfileView)
#include "tst_profile_view.moc"
