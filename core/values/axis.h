// SPDX-License-Identifier: GPL-3.0-or-later
// The steps of a plot's axis.
#pragma once

namespace octet {

/// 1, 2 or 5 times a power of ten, so that about `count` steps fill `span`; at least 1 when `whole`.
double niceStep(double span, int count, bool whole);

} // namespace octet
