// SPDX-License-Identifier: GPL-3.0-or-later
// What the inspector shows of the ranges of the selected op or value.
#pragma once

#include "widgets/range_view.h"

namespace octet::desktop {

class Document;

/// ONNX values whose ranges belong to the one selected node: those that a product reads, else those that it makes.
std::vector<std::string> valuesOfSelection(const Document& document);

/// `live`: what is known of them while calibration runs, which goes before what the document holds. `wanted`: the value
/// to show, where the selection has several. Nothing to show: an empty value.
widgets::RangeViewContent presentRange(
    const Document& document, const CalibrationEvidence& live, const std::string& wanted);

/// The draft with this range of the value set by hand, or (nothing) with the hand taken off it.
Config withManualRange(const Config& draft, const std::string& value, std::optional<Interval> range);

} // namespace octet::desktop
