// SPDX-License-Identifier: GPL-3.0-or-later
// What has less room than it needs scrolls up and down, without a frame.
#pragma once

class QScrollArea;
class QWidget;

namespace octet::widgets {

QScrollArea* scrolled(QWidget* inner);

} // namespace octet::widgets
