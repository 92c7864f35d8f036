// SPDX-License-Identifier: GPL-3.0-or-later
// Text in XML and HTML.
#pragma once

#include <string>

namespace octet::exchange {

/// For text and attributes of both. Control characters, which XML 1.0 has no place for, become spaces.
std::string escaped(const std::string& text);

} // namespace octet::exchange
