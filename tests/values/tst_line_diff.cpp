// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/line_diff.h"
#include "test_main.h"

#include <QtTest>

using namespace octet;

class TestLineDiff : public QObject
{
    Q_OBJECT

    using Lines = std::vector<std::string>;

private slots:
    void equalTextsHaveNone()
    {
        QVERIFY(lineDiff({}, {}) == LineDiff{});
        QVERIFY(lineDiff({"a", "b"}, {"a", "b"}) == LineDiff{});
    }

    void changedAddedAndTakenAway()
    {
        QVERIFY((lineDiff({"a", "b", "c"}, {"a", "x", "c"}) == LineDiff{{1}, {1}}));
        QVERIFY((lineDiff({"a", "c"}, {"a", "b", "c"}) == LineDiff{{}, {1}}));
        QVERIFY((lineDiff({"a", "b", "c"}, {"c"}) == LineDiff{{0, 1}, {}}));
        QVERIFY((lineDiff({}, {"a"}) == LineDiff{{}, {0}}));
        // An insertion early does not make everything behind it differ, nor one between two changes.
        QVERIFY((lineDiff({"1", "2", "3", "4", "5"}, {"0", "1", "2", "x", "3", "4", "6"}) == LineDiff{{4}, {0, 3, 6}}));
    }

    void longTextsEnd()
    {
        Lines a, b;
        for (int i = 0; i < 20000; ++i) {
            a.push_back("a" + std::to_string(i));
            b.push_back("b" + std::to_string(i));
        }
        a.front() = b.front(), a.back() = b.back();
        const LineDiff diff = lineDiff(a, b);
        QCOMPARE(diff.a.size(), std::size_t(19998));
        QCOMPARE(diff.b.size(), std::size_t(19998));
        QCOMPARE(diff.a.front(), 1);
    }
};

OCTET_TEST(TestLineDiff)
#include "tst_line_diff.moc"
