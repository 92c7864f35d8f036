// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QMenu;

namespace octet::desktop {

class Document;

/// Batch, length, threads and ISA cap, each choice an undoable edit.
void fillWorkloadMenu(QMenu* menu, Document* document);

} // namespace octet::desktop
