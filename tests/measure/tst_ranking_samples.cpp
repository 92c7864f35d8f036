// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/ranking_samples.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace octet::measure;

class TestRankingSamples : public QObject
{
    Q_OBJECT

private slots:
    void evenOnesAreEven();
    void everySampleIsStoodFor();
    void allWhereThereAreFew();
    void fewTellTheMeanOfAll();
};

namespace {

/// Most margins are large; an error moves the small ones most, as on a model that is mostly sure of its answers.
struct Split
{
    explicit Split(unsigned seed)
    {
        std::mt19937 random(seed);
        std::exponential_distribution<float> margin(0.2f);
        std::normal_distribution<double> normal;
        for (int i = 0; i < 600; ++i) {
            margins.push_back(margin(random));
            squares.push_back(std::pow(normal(random) / (0.2 + double(margins.back())), 2));
        }
    }
    double mean(const std::vector<RankingSample>& chosen) const
    {
        double sum = 0, weights = 0;
        for (const RankingSample& c : chosen)
            sum += c.weight * squares[c.sample], weights += c.weight;
        return sum / weights;
    }
    std::vector<float> margins;
    std::vector<double> squares;
};

} // namespace

void TestRankingSamples::evenOnesAreEven()
{
    const auto chosen = evenSamples(100, 4);
    QVERIFY((chosen == std::vector<RankingSample>{{12, 25}, {37, 25}, {62, 25}, {87, 25}}));
}

void TestRankingSamples::everySampleIsStoodFor()
{
    const Split split(1);
    for (const std::size_t wanted : {1, 2, 63, 64, 599}) {
        const auto chosen = samplesByMargin(split.margins, wanted);
        QCOMPARE(chosen.size(), wanted);
        double weights = 0;
        for (std::size_t i = 0; i < wanted; ++i) {
            weights += chosen[i].weight;
            QVERIFY(chosen[i].weight >= 1);
            QVERIFY(i == 0 || chosen[i].sample > chosen[i - 1].sample);
        }
        QCOMPARE(weights, 600.0);
    }
}

void TestRankingSamples::allWhereThereAreFew()
{
    const auto chosen = samplesByMargin({3, 1, 2}, 64);
    QVERIFY((chosen == std::vector<RankingSample>{{0, 1}, {1, 1}, {2, 1}}));
    QVERIFY(samplesByMargin({}, 64).empty() && evenSamples(0, 64).empty());
}

void TestRankingSamples::fewTellTheMeanOfAll()
{
    double even = 0, byMargin = 0;
    for (unsigned seed = 0; seed < 200; ++seed) {
        const Split split(seed);
        const double all = split.mean(evenSamples(600, 600));
        even += std::pow(std::log(split.mean(evenSamples(600, 64)) / all), 2);
        byMargin += std::pow(std::log(split.mean(samplesByMargin(split.margins, 64)) / all), 2);
    }
    QVERIFY2(byMargin < even / 2, (std::to_string(byMargin) + " against " + std::to_string(even)).c_str());
}

OCTET_TEST(TestRankingSamples)
#include "tst_ranking_samples.moc"
