// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace octet::desktop {

/// Reverse-DNS id of the desktop file, icon and metainfo.
QString appId();

/// Names and version for QSettings, the window manager and `--version`.
void setApplicationNames();

/// The folder of the sample project that came with the program (installed, or in the source tree); "" = none.
QString sampleFolder();

/// What "Open sample" opens: the form on which naive int8 fails, so that there is something to tune; "" = none.
QString sampleModel();

/// $XDG_DATA_HOME/octet/projects: where projects go whose model lies in a folder that cannot be written.
QString projectsFolder();

} // namespace octet::desktop
