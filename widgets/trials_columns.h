// SPDX-License-Identifier: GPL-3.0-or-later
// The columns of the trials table: what they are called, how wide, and which are shown until somebody chooses.
#pragma once

#include <QString>

namespace octet::widgets {

struct TrialsColumn
{
    QString key; // in settings: never changes
    QString title; // of the header; empty for a column of signs
    QString explained; // tool tip, and what a menu says where there is no title
    QString widest; // text that has to fit
    bool text = false; // left-aligned
    bool shownAtFirst = true;
};

const TrialsColumn& trialsColumn(int column); // TrialsModel::Column

} // namespace octet::widgets
