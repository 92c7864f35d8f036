// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace octet::graph {

/// A name from a hostile file, fit for one sentence: control and non-ASCII bytes become '?', long ones are cut.
std::string printable(std::string_view text);

/// Whether `text` is well-formed UTF-8 (RFC 3629).
bool isUtf8(std::string_view text);

} // namespace octet::graph
