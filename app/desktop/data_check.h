// SPDX-License-Identifier: GPL-3.0-or-later
// Opens a data set and says on one page what it found. Runs off the UI thread; pure but for the files.
#pragma once

#include "core/data/dataset.h"
#include "widgets/data_page.h"

#include <memory>

namespace octet::desktop {

struct DataCheck
{
    widgets::DataPageContent content;
    std::string dataHash; // empty = not usable
    long calibration = 0, tuning = 0, heldOut = 0;
    LabelKind labels = LabelKind::None;
    bool usable() const { return !dataHash.empty(); }
};

/// `metric` where it can read such labels, else the usual one of those that can.
std::string fittingMetric(const std::string& metric, LabelKind labels);

/// With a spec of kind None, looks for data in the model's folder first. Never throws.
std::shared_ptr<DataCheck> checkData(const DataSpec& spec, std::shared_ptr<const graph::Model> model);

} // namespace octet::desktop
