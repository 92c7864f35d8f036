// SPDX-License-Identifier: GPL-3.0-or-later
// A file appears whole or not at all.
#pragma once

#include <functional>
#include <string>

namespace octet::exchange {

/// Opens a temporary file beside `path`, lets `write` fill the descriptor, syncs and renames it. A `path` that is a
/// device or a pipe is written directly. `write` returns 0 or an errno. Errors: File, Resource (no space, quota).
void writeAtomically(const std::string& path, const std::function<int(int descriptor)>& write);
void writeAtomically(const std::string& path, const std::string& content);

} // namespace octet::exchange
