// SPDX-License-Identifier: GPL-3.0-or-later
// Whole files in and out, with sizes checked first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace octet::data {

/// Size in bytes of a regular file; throws Error(File).
std::uint64_t fileSize(const std::string& path);
/// Content of a file of at most `maxBytes`; throws Error(File), or Error(Resource) when it is larger.
std::string readFile(const std::string& path, std::uint64_t maxBytes);
/// Writes all parts to a temporary file beside `path` and renames it, so that a reader sees the old or the new content.
/// Throws Error(Resource) on a full disk, Error(File) otherwise; nothing is left behind then.
void writeFileAtomically(const std::string& path, const std::vector<std::string_view>& parts);
bool isRegularFile(const std::string& path);
/// "test.tsv" of "/a/b/test.tsv", for messages.
std::string fileName(const std::string& path);
std::string joinPath(const std::string& folder, const std::string& name);

} // namespace octet::data
