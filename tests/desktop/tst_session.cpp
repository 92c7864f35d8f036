// SPDX-License-Identifier: GPL-3.0-or-later
// What is found again at the next start, whatever the settings hold.
#include "app/desktop/actions.h"
#include "app/desktop/graph_panel.h"
#include "app/desktop/main_window.h"
#include "app/desktop/session.h"
#include "app/desktop/settings.h"
#include "app/desktop/workbench.h"
#include "desktop_test.h"
#include "test_main.h"
#include "widgets/graph_canvas.h"

#include <QtTest>

using namespace octet;
using namespace octet::desktop;

class TestSession : public QObject
{
    Q_OBJECT
    test::SampleCopy m_sample;

private slots:
    void cleanup() { settings::clearStates(); }

    void viewAndWindowComeBack()
    {
        const QString op = QStringLiteral("/blocks.2/mlp/fc1/MatMul");
        QSize size;
        QByteArray splitters;
        QPointF origin;
        double zoom = 0;
        QStringList expanded;
        {
            MainWindow window;
            window.show();
            QVERIFY(m_sample.open(window));
            window.resize(1300, 800);
            widgets::GraphCanvas* canvas = window.workbench()->graph()->canvas();
            canvas->expandTo(op);
            window.document()->selection()->setNodes({op});
            canvas->setZoom(1.3);
            window.showPage(QStringLiteral("profile"));
            QTest::qWait(20);
            expanded = canvas->expandedPaths();
            origin = canvas->viewOrigin();
            zoom = canvas->zoom();
            size = window.size();
            splitters = window.workbench()->splitters();
            QVERIFY(window.close());
        }
        QCOMPARE(QFileInfo(session::lastOpen()), QFileInfo(m_sample.model()));
        MainWindow window;
        window.show();
        QCOMPARE(window.size(), size);
        QVERIFY(m_sample.open(window));
        QTRY_COMPARE(window.page(), QStringLiteral("profile"));
        widgets::GraphCanvas* canvas = window.workbench()->graph()->canvas();
        QCOMPARE(canvas->expandedPaths(), expanded);
        QCOMPARE(canvas->zoom(), zoom);
        QCOMPARE(canvas->viewOrigin(), origin);
        QCOMPARE(window.document()->selection()->nodes(), QStringList{op});
        QCOMPARE(window.workbench()->splitters(), splitters);
    }

    void garbageIsNoHarm()
    {
        const QByteArray junk = QByteArray::fromHex("00ff17ab").repeated(500);
        for (const QByteArray& bytes : {junk, QByteArray("[\"x\",\"y\",\"z\"]"), QByteArray("{}"), QByteArray()}) {
            settings::setState(QStringLiteral("geometry"), bytes);
            settings::setState(QStringLiteral("splitters"), bytes);
            MainWindow window;
            window.show();
            QVERIFY(window.width() >= 960);
            QVERIFY(m_sample.open(window));
            for (const char* view : {"\xff\x00 no JSON", "[1,2]",
                     R"({"page":7,"zoom":1e300,"x":-1e300,"y":1e300,"fill":99,"trial":-5,"nodes":[1,"no such"],"expanded":{}})",
                     R"({"page":"compare","zoom":1,"x":1e18,"y":-1e18,"expanded":["no such",3],"lower":[]})"}) {
                window.document()->setViewState(view);
                session::restoreView(&window);
                QTest::qWait(10);
            }
            QCOMPARE(window.page(), QStringLiteral("workbench")); // no two trials to compare
            QVERIFY(window.workbench()->graph()->isVisible());
            QVERIFY(window.workbench()->plot() && window.document()->selection()->nodes().isEmpty());
            // Some of the graph is still in view.
            widgets::GraphCanvas* canvas = window.workbench()->graph()->canvas();
            bool seen = false;
            for (const graph::Box& box : window.document()->loaded().structure->boxes)
                seen = seen || canvas->boxRect(QString::fromStdString(box.path)).intersects(QRectF(canvas->viewport()->rect()));
            QVERIFY(seen);
        }
    }

    void whatCannotBeOpenedIsForgotten()
    {
        settings::addRecent(m_sample.model());
        settings::setOpenAtStart(true);
        QCOMPARE(QFileInfo(session::lastOpen()), QFileInfo(m_sample.model()));
        session::forgetLastOpen();
        QVERIFY(session::lastOpen().isEmpty());
        settings::setOpenAtStart(true);
        settings::addRecent(QStringLiteral("/no/such/model.onnx"));
        QVERIFY(session::lastOpen().isEmpty());
        settings::removeRecent(QStringLiteral("/no/such/model.onnx"));
    }
};

OCTET_TEST(TestSession)
#include "tst_session.moc"
