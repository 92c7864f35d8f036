// SPDX-License-Identifier: GPL-3.0-or-later
// The selected trial -> what the inspector says while no op is selected: result, verdict, reason, where it was measured.
#pragma once

#include "core/values/trial.h"
#include "widgets/inspector.h"

namespace octet::desktop {

class Document;

widgets::InspectorContent trialCard(const Document& document, const Trial& trial);
/// "Why" of a chosen trial, "Note" of another; nothing without one.
QVector<QPair<QString, QString>> noteRows(const Trial& trial);

} // namespace octet::desktop
