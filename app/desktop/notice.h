// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace octet::desktop {

/// What a message bar says: what happened and why (`text`, a sentence), and what to do.
struct Notice
{
    enum class Kind { Info, Warning, Error };
    Kind kind = Kind::Info;
    QString text;
    QString detail; // shown after the text in secondary colour; also copied
};

} // namespace octet::desktop
