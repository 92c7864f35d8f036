// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace octet::desktop {

class Document;

/// The octet-cli command that runs the search of the document on its data, goal and workload, quoted for a shell.
QString tuneCommand(const Document& document);

} // namespace octet::desktop
