// SPDX-License-Identifier: GPL-3.0-or-later
// The language of the find line, and "same op in all layers", on the sample model.
#include "app/desktop/node_search.h"
#include "test_main.h"

#include <QtTest>

using namespace octet;
using namespace octet::desktop;

class TestNodeSearch : public QObject
{
    Q_OBJECT

    std::shared_ptr<const graph::Model> m_model;
    widgets::OpViews m_ops;

    static QString name(int block, const char* rest)
    {
        return QStringLiteral("/blocks.%1/%2").arg(block).arg(QLatin1String(rest));
    }

private slots:
    void initTestCase()
    {
        m_model = graph::load(OCTET_SOURCE_DIR "/resources/sample/model.onnx");
        for (int block = 0; block < 6; ++block) {
            widgets::OpView op;
            op.product = op.counted = true;
            op.precision = block == 2 ? Precision::Bf16 : Precision::Int8;
            op.ms = 0.1 * block;
            op.sensitivity = block == 0 ? -1 : 0.01 * block;
            op.ownError = 0.5;
            op.locked = block == 3;
            op.keptOut = block == 2;
            op.differs = block == 5;
            op.reason = block == 4 ? QStringLiteral("odd length") : QString();
            m_ops.insert(name(block, "mlp/fc1/MatMul"), op);
        }
    }

    void finds_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QList<int>>("blocks"); // whose fc1 is found, and nothing else
        const QList<int> all{0, 1, 2, 3, 4, 5};
        QTest::newRow("words and type") << "mlp/fc1 type:matmul" << all;
        QTest::newRow("precision") << "prec:bf16" << QList<int>{2};
        QTest::newRow("time") << "time>0.25" << QList<int>{3, 4, 5};
        QTest::newRow("old word for time") << "LAT>0.25" << QList<int>{3, 4, 5};
        QTest::newRow("at most") << "time<=0.1" << QList<int>{0, 1};
        QTest::newRow("not measured matches neither way") << "sens<0.025" << QList<int>{1, 2};
        QTest::newRow("two limits") << "sens>=0.02 sens<0.035" << QList<int>{2, 3};
        QTest::newRow("own error") << "own>0.4" << all;
        QTest::newRow("locked") << "state:locked" << QList<int>{3};
        QTest::newRow("kept out") << "state:out" << QList<int>{2};
        QTest::newRow("refused") << "state:refused" << QList<int>{4};
        QTest::newRow("differs") << "state:differs" << QList<int>{5};
        QTest::newRow("without") << "fc1/MatMul -prec:int8" << QList<int>{2};
        QTest::newRow("unknown state") << "state:happy" << QList<int>{};
        QTest::newRow("no number") << "time>soon" << QList<int>{};
        QTest::newRow("half typed") << "fc1/MatMul time>" << all;
        QTest::newRow("nothing") << "  " << QList<int>{};
        QTest::newRow("nothing yet") << "type:" << QList<int>{};
    }

    void finds()
    {
        QFETCH(QString, query);
        QFETCH(QList<int>, blocks);
        QStringList wanted;
        for (const int block : blocks)
            wanted << name(block, "mlp/fc1/MatMul");
        QCOMPARE(searchNodes(*m_model, m_ops, query), wanted);
    }
};

OCTET_TEST(TestNodeSearch)
#include "tst_node_search.moc"
