// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/group_match.h"
#include "test_main.h"

#include <QtTest>

#include <map>

using namespace octet;

class TestGroupMatch : public QObject
{
    Q_OBJECT

    using Groups = std::vector<GroupProfile>;

    static GroupProfile group(const char* name, std::vector<std::string> nodes, double ms, const char* kind = "product")
    {
        GroupProfile g;
        g.name = name, g.nodes = std::move(nodes), g.ms = ms, g.kind = kind;
        return g;
    }

    static std::map<const GroupProfile*, int> uses(const std::vector<GroupLine>& lines)
    {
        std::map<const GroupProfile*, int> count;
        for (const GroupLine& line : lines)
            for (const GroupProfile* g : line)
                if (g)
                    ++count[g];
        return count;
    }

private slots:
    void sameWorkStandsInOneLine()
    {
        const Groups fp32{group("dense", {"dense", "add"}, 2), group("norm", {"norm"}, 1, "layernorm")};
        const Groups int8{group("norm", {"norm"}, 1, "layernorm"), group("dense", {"dense", "add", "gelu"}, 1)};
        const auto lines = matchGroups({&fp32, &int8});
        QCOMPARE(lines.size(), std::size_t(2));
        QVERIFY(lines[0][0] == &fp32[0] && lines[0][1] == &int8[1]);
        QVERIFY(lines[1][0] == &fp32[1] && lines[1][1] == &int8[0]);
    }

    void aGroupThatFellApartHasALineForEveryPart()
    {
        // The product is in the first config's only group, but its partner there is the larger part.
        const Groups whole{group("attention", {"qk", "scale", "softmax", "pv"}, 3, "attention")};
        const Groups parts{
            group("qk", {"qk"}, 1), group("softmax", {"scale", "softmax"}, 1, "softmax"), group("pv", {"pv"}, 1)};
        for (const auto& lines : {matchGroups({&whole, &parts}), matchGroups({&parts, &whole})}) {
            QCOMPARE(lines.size(), std::size_t(3));
            const auto used = uses(lines);
            QCOMPARE(used.size(), std::size_t(4)); // none is lost
            for (const auto& [g, count] : used)
                QCOMPARE(count, 1); // and none is counted twice
        }
        QVERIFY(matchGroups({&whole, &parts})[0][1] == &parts[1]);
    }

    void overheadMatchesByValue()
    {
        const Groups a{group("x", {}, 1, "quantize"), group("x", {}, 1, "reorder")};
        const Groups b{group("x", {}, 1, "reorder"), group("y", {}, 1, "quantize")};
        const auto lines = matchGroups({&a, &b});
        QCOMPARE(lines.size(), std::size_t(3));
        QVERIFY(lines[0][1] == nullptr);
        QVERIFY(lines[1][1] == &b[0]);
        QVERIFY(lines[2][0] == nullptr && lines[2][1] == &b[1]);
    }

    void threeConfigsAndNone()
    {
        const Groups a{group("p", {"p"}, 1)}, b, c{group("p", {"p"}, 1), group("q", {"q"}, 1)};
        const auto lines = matchGroups({&a, &b, &c, nullptr});
        QCOMPARE(lines.size(), std::size_t(2));
        QCOMPARE(lines[0].size(), std::size_t(4));
        QVERIFY(lines[0][0] == &a[0] && !lines[0][1] && lines[0][2] == &c[0] && !lines[0][3]);
        QVERIFY(matchGroups({}).empty());
    }

    void sumsKeepOverheadApart()
    {
        const Groups a{group("n", {"n"}, 1, "layernorm"), group("p", {"p"}, 5), group("r", {"r"}, 2)};
        const Groups b{group("x", {}, 9, "quantize"), group("p", {"p"}, 3)};
        const auto sums = sumsByKind({&a, &b});
        QCOMPARE(sums.size(), std::size_t(3));
        QCOMPARE(sums[0].kind, std::string("product"));
        QCOMPARE(sums[0].ms, (std::vector<double>{7, 3}));
        QCOMPARE(sums[1].kind, std::string("layernorm"));
        QCOMPARE(sums[2].kind, std::string("overhead: quantize"));
        QVERIFY(sums[2].overhead && !sums[0].overhead);
        QCOMPARE(sums[2].ms, (std::vector<double>{0, 9}));
    }
};

OCTET_TEST(TestGroupMatch)
#include "tst_group_match.moc"
