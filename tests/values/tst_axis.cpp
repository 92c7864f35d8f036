// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/axis.h"
#include "test_main.h"

#include <QtTest>

using namespace octet;

class TestAxis : public QObject
{
    Q_OBJECT

private slots:
    void wholeSteps()
    {
        QCOMPARE(niceStep(3, 10, true), 1.0);
        QCOMPARE(niceStep(30, 6, true), 5.0);
        QCOMPARE(niceStep(0.3, 6, false), 0.05);
        QCOMPARE(niceStep(0, 6, false), 1.0);
    }
};

OCTET_TEST(TestAxis)
#include "tst_axis.moc"
