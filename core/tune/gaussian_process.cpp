// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace octet::tune {

GaussianProcess::GaussianProcess(std::vector<double> kernel, std::size_t count, double noise)
    : m_factor(std::move(kernel))
    , m_count(count)
    , m_noise(noise)
{
    double* const a = m_factor.data();
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = a[i * count + j] + (i == j ? noise : 0);
            for (std::size_t k = 0; k < j; ++k)
                sum -= a[i * count + k] * a[j * count + k];
            a[i * count + j] = i == j ? std::sqrt(std::max(sum, noise)) : sum / a[j * count + j];
        }
    }
}

std::vector<double> GaussianProcess::solve(std::vector<double> x) const
{
    const double* const a = m_factor.data();
    for (std::size_t i = 0; i < m_count; ++i) {
        for (std::size_t k = 0; k < i; ++k)
            x[i] -= a[i * m_count + k] * x[k];
        x[i] /= a[i * m_count + i];
    }
    for (std::size_t i = m_count; i-- > 0;) {
        for (std::size_t k = i + 1; k < m_count; ++k)
            x[i] -= a[k * m_count + i] * x[k];
        x[i] /= a[i * m_count + i];
    }
    return x;
}

double GaussianProcess::variance(const std::vector<double>& likeness) const
{
    const std::vector<double> solved = solve(likeness);
    const double explained = std::inner_product(likeness.begin(), likeness.end(), solved.begin(), 0.0);
    return std::max(m_noise, 1 + m_noise - explained);
}

} // namespace octet::tune
