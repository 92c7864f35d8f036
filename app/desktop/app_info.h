// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace octet::desktop {

/// Reverse-DNS id of the desktop file, icon and metainfo.
QString appId();

} // namespace octet::desktop
