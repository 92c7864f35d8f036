// SPDX-License-Identifier: GPL-3.0-or-later
// Two trials, or a trial and the draft -> what the compare page shows.
#pragma once

#include "core/values/trial.h"
#include "widgets/compare_models.h"

#include <QImage>

#include <map>
#include <string>
#include <vector>

namespace octet::desktop {

class Document;

/// What the test file says about each sample, in the order of its split's predictions.
struct SampleTexts
{
    struct Sample
    {
        long row = 0;
        QString text;
        int label = -1;
        QImage image; // a thumbnail; null = no image, or beyond what is kept
    };
    std::string dataHash;
    std::map<Split, std::vector<Sample>> splits; // Tuning and HeldOut
};

/// `a` and `b` are trials, 0 = the draft. Without `texts` (null) the answers are counted but not shown.
widgets::CompareContent presentCompare(const Document& document, int a, int b, const SampleTexts* texts);

} // namespace octet::desktop
