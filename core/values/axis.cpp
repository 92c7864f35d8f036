// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/axis.h"

#include <algorithm>
#include <cmath>

namespace octet {

double niceStep(double span, int count, bool whole)
{
    if (!(span > 0) || count < 1)
        return 1;
    const double raw = span / count;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= raw * (1 - 1e-9)) {
            step = factor * power;
            break;
        }
    }
    return whole ? std::max(1.0, std::round(step)) : step;
}

} // namespace octet
