// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/gaussian_process.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>

using octet::tune::GaussianProcess;

class TestGaussianProcess : public QObject
{
    Q_OBJECT

private slots:
    void nothingSeen()
    {
        const GaussianProcess process;
        QVERIFY(process.solve({}).empty());
        QCOMPARE(process.variance({}), 1.0);
    }

    /// (K + noise) x = b, checked by multiplying.
    void solves()
    {
        const std::vector<double> kernel{1, 0.5, 0.2, 0.5, 1, 0.7, 0.2, 0.7, 1}, b{1, -2, 0.5};
        const GaussianProcess process(kernel, 3, 0.1);
        const std::vector<double> x = process.solve(b);
        for (std::size_t i = 0; i < 3; ++i) {
            double sum = 0.1 * x[i];
            for (std::size_t j = 0; j < 3; ++j)
                sum += kernel[3 * i + j] * x[j];
            QVERIFY(std::abs(sum - b[i]) < 1e-12);
        }
    }

    void variance()
    {
        const GaussianProcess process({1, 0, 0, 1}, 2, 0.1);
        QVERIFY(std::abs(process.variance({0, 0}) - 1.1) < 1e-12); // resembles nothing
        QVERIFY(std::abs(process.variance({1, 0}) - (1.1 - 1 / 1.1)) < 1e-12);
    }

    /// Many trials of one config: a singular kernel.
    void twins()
    {
        constexpr std::size_t n = 50;
        const GaussianProcess process(std::vector<double>(n * n, 1), n, 0.1);
        const std::vector<double> x = process.solve(std::vector<double>(n, 2));
        double sum = 0;
        for (const double each : x)
            sum += each;
        QVERIFY(std::abs(sum - 2) < 0.01);
        QCOMPARE(process.variance(std::vector<double>(n, 1)) < 0.11, true);
    }
};

OCTET_TEST(TestGaussianProcess)
#include "tst_gaussian_process.moc"
