// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/app_info.h"

namespace octet::desktop {

QString appId()
{
    return QStringLiteral("io.github.octet_workbench.Octet");
}

} // namespace octet::desktop
