// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"
#include "widgets/sensitivity_view.h"
#include "widgets/theme.h"

#include <QAbstractItemModelTester>
#include <QImage>
#include <QPushButton>
#include <QSignalSpy>
#include <QTreeView>
#include <QtTest>

using namespace octet::widgets;

class TestSensitivityView : public QObject
{
    Q_OBJECT

    static QVector<SensitivityRow> rows()
    {
        return {{QStringLiteral("/bert/encoder/layer.0/dense/MatMul"), 0.06, 0.0625, 7, 0.04, QStringLiteral("int8"), 4},
            {QStringLiteral("/layer.1/dense"), 0.0006, 0, 12, 0.03, QStringLiteral("fp32"), 0},
            {QStringLiteral("/layer.2/dense"), {}, 0, 120, 0.02, QStringLiteral("int8"), 0}};
    }

private slots:
    void modelIsSound()
    {
        SensitivityModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setRows(rows());
        auto changed = rows();
        changed[0].precision = QStringLiteral("fp32");
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.setRows(changed);
        QCOMPARE(reset.count(), 0); // the same ops: nothing loses its place
        QCOMPARE(model.index(0, SensitivityModel::Draft).data().toString(), QStringLiteral("fp32"));
        model.setRows({});
        QCOMPARE(reset.count(), 1);
        QCOMPARE(model.rowCount(), 0);
    }

    void says()
    {
        SensitivityModel model;
        model.setRows(rows());
        const auto at = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(at(0, SensitivityModel::Op), QStringLiteral("layer.0/dense")); // short, and whole where there is room
        const QModelIndex op = model.index(0, SensitivityModel::Op);
        QVERIFY(op.data(Qt::ToolTipRole).toString().startsWith(rows()[0].node));
        QCOMPARE(op.data(Qt::AccessibleTextRole).toString(), rows()[0].node);
        QCOMPARE(at(0, SensitivityModel::OwnError), QStringLiteral("7 dB"));
        QCOMPARE(at(2, SensitivityModel::OwnError), QStringLiteral("none"));
        QCOMPARE(at(2, SensitivityModel::Kl), QStringLiteral("-"));
        QCOMPARE(at(2, SensitivityModel::Flips), QStringLiteral("-"));
        const double first = model.index(0, SensitivityModel::Kl).data(SensitivityModel::ShareRole).toDouble();
        const double second = model.index(1, SensitivityModel::Kl).data(SensitivityModel::ShareRole).toDouble();
        QCOMPARE(first, 1.0);
        QVERIFY(second > 0.5 && second < 0.8); // logarithmic: a hundredth is still seen
        QCOMPARE(model.index(2, SensitivityModel::Kl).data(SensitivityModel::ShareRole).toDouble(), 0.0);
        QVERIFY(model.index(0, 0).data(Qt::ToolTipRole).toString().contains(QLatin1Char('4')));
    }

    void selectionGoesBothWays()
    {
        SensitivityView view;
        view.resize(700, 300);
        view.setRows(rows(), {}, {});
        view.show();
        QSignalSpy spy(&view, &SensitivityView::selectionChanged);
        view.setSelectedNodes({QStringLiteral("/layer.1/dense")});
        QCOMPARE(spy.count(), 0);
        auto* table = view.findChild<QTreeView*>(QStringLiteral("sensitivityTable"));
        QCOMPARE(table->selectionModel()->selectedRows().size(), 1);
        QCOMPARE(table->selectionModel()->selectedRows()[0].row(), 1);
        table->setCurrentIndex(view.model()->index(2, 0));
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy[0][0].toStringList(), QStringList{QStringLiteral("/layer.2/dense")});
        // A ranking that grows or a mark keeps the selection and says nothing.
        auto changed = rows();
        changed[2].precision = QStringLiteral("fp32");
        view.setRows(changed, {}, {});
        QCOMPARE(spy.count(), 1);
        QCOMPARE(table->selectionModel()->selectedRows()[0].row(), 2);
    }

    void emptyOffersTheJob()
    {
        SensitivityView view;
        view.setRows({}, QStringLiteral("Not measured yet."), QStringLiteral("Measure"));
        view.show();
        auto* button = view.findChild<QPushButton*>();
        QVERIFY(button && button->isVisible());
        QSignalSpy spy(&view, &SensitivityView::emptyActionRequested);
        button->click();
        QCOMPARE(spy.count(), 1);
        view.setRows(rows(), {}, {});
        QVERIFY(!button->isVisible());
    }

    void paintsInBothThemes()
    {
        for (const Theme& theme : {Theme::light(), Theme::darkTheme()}) {
            SensitivityView view;
            view.setPalette(theme.palette());
            view.resize(700, 200);
            view.setRows(rows(), {}, {});
            const QImage image = view.grab().toImage();
            int bars = 0;
            for (int x = 0; x < image.width(); ++x)
                for (int y = 0; y < image.height(); ++y)
                    bars += image.pixelColor(x, y) == theme.sensitivityRamp[2];
            QVERIFY(bars > 50);
        }
    }
};

OCTET_TEST(TestSensitivityView)
#include "tst_sensitivity_view.moc"
