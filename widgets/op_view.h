// SPDX-License-Identifier: GPL-3.0-or-later
// What views show about one op. Plain data, made by the document.
#pragma once

#include "core/values/config.h"

#include <QHash>
#include <QString>

namespace octet::widgets {

struct OpView
{
    bool product = false; // takes a precision at all
    bool counted = false; // weight product; QK^T and PV are products that are not counted
    Precision precision = Precision::Fp32; // of what is shown: executed by a trial, or planned by the draft
    bool keptOut = false; // an int8 candidate that is not int8
    QString reason; // why kept out or refused; empty = none
    double ms = -1; // of its fused group; < 0 = not measured
    QString group; // main node of the group that ran it; empty = unknown
    double sensitivity = -1; // < 0 = not measured
    double ownError = -1; // in int8 on fp32 inputs: rms of the error over that of the output; < 0 = not measured
    bool locked = false; // the search may not touch it
    bool differs = false; // from the hovered trial
    bool operator==(const OpView&) const = default;
};

using OpViews = QHash<QString, OpView>; // by ONNX node name

} // namespace octet::widgets
