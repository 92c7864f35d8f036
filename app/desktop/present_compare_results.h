// SPDX-License-Identifier: GPL-3.0-or-later
// What the two of the compare page measured: figures, their differences, and the answers that changed.
#pragma once

#include "app/desktop/present_compare.h"
#include "app/desktop/present_ops.h"

namespace octet::desktop {

/// One of the two: a trial, or the draft when `trial` is null.
struct CompareSide
{
    const Trial* trial = nullptr;
    const Config* config = nullptr;
    quantize::Resolution resolution;
    OpsContent ops;
};

void compareResults(widgets::CompareContent& content, const Document& document, const CompareSide& a,
    const CompareSide& b, const SampleTexts* texts);

} // namespace octet::desktop
