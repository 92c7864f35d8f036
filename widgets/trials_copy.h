// SPDX-License-Identifier: GPL-3.0-or-later
// The table as text for files and mails. Internal to TrialsView.
#pragma once

#include "widgets/trials_view.h"

namespace octet::widgets {

class TrialsTable;

QString trialsAsText(const TrialsTable& table, TrialsView::CopyFormat format);

} // namespace octet::widgets
