// SPDX-License-Identifier: GPL-3.0-or-later
// Regression by a Gaussian process: what was seen, carried to what resembles it.
#pragma once

#include <cstddef>
#include <vector>

namespace octet::tune {

class GaussianProcess
{
public:
    GaussianProcess() = default; // has seen nothing
    /// `kernel`: how much each of `count` observations resembles each other one, row by row, 1 where they are alike; a
    /// positive semidefinite matrix. `noise` > 0: variance of one observation's own chance, where the process has 1.
    GaussianProcess(std::vector<double> kernel, std::size_t count, double noise);

    std::size_t count() const { return m_count; }
    /// (kernel + noise)^-1 of one number an observation.
    std::vector<double> solve(std::vector<double> observed) const;
    /// Variance that is left, chance included, of what resembles the observations as much as `likeness` says.
    double variance(const std::vector<double>& likeness) const;

private:
    std::vector<double> m_factor; // Cholesky's, lower, row by row
    std::size_t m_count = 0;
    double m_noise = 0;
};

} // namespace octet::tune
