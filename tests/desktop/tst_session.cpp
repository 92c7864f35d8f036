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

#include <QSplitter>
#include <QtTest>

using namespace octet;
using namespace octet::desktop;

class TestSession : public QObject
{
    Q_OBJECT

    static QList<int> sizesIn(MainWindow& window)
    {
        QList<int> sizes;
        for (const QSplitter* splitter : window.workbench()->findChildren<QSplitter*>())
            sizes << splitter->sizes();
        return sizes;
    }

    static QPointF centreOf(const widgets::GraphCanvas& canvas)
    {
        return canvas.viewOrigin() + QPointF(canvas.viewport()->width(), canvas.viewport()->height()) / (2 * canvas.zoom());
    }

private slots:
    void cleanup() { settings::clearStates(); }

    void viewAndWindowComeBack()
    {
        const test::SampleCopy sample;
        const QString op = QStringLiteral("/blocks.2/mlp/fc1/MatMul");
        QSize size;
        QList<int> splitters;
        QPointF centre;
        double zoom = 0;
        QStringList expanded;
        {
            MainWindow window;
            window.show();
            QVERIFY(sample.open(window));
            window.resize(960, 650); // the offscreen screen is small
            widgets::GraphCanvas* canvas = window.workbench()->graph()->canvas();
            canvas->expandTo(op);
            window.document()->selection()->setNodes({op});
            canvas->setZoom(1.3);
            window.showPage(QStringLiteral("profile"));
            for (auto* splitter : window.workbench()->findChildren<QSplitter*>())
                splitter->setSizes({300, 250, 350});
            QTest::qWait(20);
            expanded = canvas->expandedPaths();
            centre = centreOf(*canvas);
            zoom = canvas->zoom();
            size = window.size();
            splitters = sizesIn(window);
            QVERIFY(window.close());
        }
        QCOMPARE(QFileInfo(session::lastOpen()), QFileInfo(sample.model()));
        MainWindow window;
        window.show();
        QCOMPARE(window.size(), size);
        QVERIFY(sample.open(window));
        QTRY_COMPARE(window.page(), QStringLiteral("profile"));
        widgets::GraphCanvas* canvas = window.workbench()->graph()->canvas();
        QCOMPARE(canvas->expandedPaths(), expanded);
        QCOMPARE(canvas->zoom(), zoom);
        window.showPage(QStringLiteral("workbench")); // what is hidden has no size yet
        QTRY_VERIFY((centreOf(*canvas) - centre).manhattanLength() < 2);
        QCOMPARE(window.document()->selection()->nodes(), QStringList{op});
        QTRY_COMPARE(sizesIn(window).size(), splitters.size());
        for (qsizetype i = 0; i < splitters.size(); ++i)
            QVERIFY2(qAbs(sizesIn(window)[i] - splitters[i]) <= 3, qPrintable(QString::number(i)));
    }

    void garbageIsNoHarm()
    {
        const test::SampleCopy sample;
        const QByteArray junk = QByteArray::fromHex("00ff17ab").repeated(500);
        for (const QByteArray& bytes : {junk, QByteArray("[\"x\",\"y\",\"z\"]"), QByteArray("{}"), QByteArray()}) {
            settings::setState(QStringLiteral("geometry"), bytes);
            settings::setState(QStringLiteral("splitters"), bytes);
            MainWindow window;
            window.show();
            QVERIFY(window.width() >= 960);
            QVERIFY(sample.open(window));
            for (const char* view : {"\xff\x00 no JSON", "[1,2]",
                     R"({"page":7,"zoom":1e300,"x":-1e300,"y":1e300,"fill":99,"trial":-5,"nodes":[1,"no such"],"expanded":{}})",
                     R"({"page":"no such","zoom":1,"x":1e18,"y":-1e18,"expanded":["no such",3],"lower":[]})"}) {
                window.document()->setViewState(view);
                session::restoreView(&window);
                QTest::qWait(10);
            }
            QCOMPARE(window.page(), QStringLiteral("workbench"));
            QVERIFY(window.workbench()->graph()->isVisible());
            QVERIFY(window.workbench()->plot() && window.document()->selection()->nodes().isEmpty());
            // Some of the graph is still in view.
            widgets::GraphCanvas* canvas = window.workbench()->graph()->canvas();
            QRectF all;
            for (const graph::Box& box : window.document()->loaded().structure->boxes)
                all |= canvas->boxRect(QString::fromStdString(box.path));
            QVERIFY(all.intersects(QRectF(canvas->viewport()->rect())));
        }
    }

    void whatCannotBeOpenedIsForgotten()
    {
        const test::SampleCopy sample;
        settings::addRecent(sample.model());
        settings::setOpenAtStart(true);
        QCOMPARE(QFileInfo(session::lastOpen()), QFileInfo(sample.model()));
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
