// SPDX-License-Identifier: GPL-3.0-or-later
// The part of a compound widget that the keyboard comes to first. No focus proxy of Qt's: to one of those Tab jumps, over
// all controls that stand before it in the compound.
#pragma once

class QWidget;

namespace octet::widgets {

void setMainPart(QWidget* compound, QWidget* part);
/// The main part of the main part, and so on; null = none.
QWidget* mainPart(const QWidget* compound);

} // namespace octet::widgets
