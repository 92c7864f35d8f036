// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace octet {

/// Lower-case hex SHA-256 (OpenSSL).
std::string sha256(std::span<const std::byte> bytes);
std::string sha256(std::string_view text);
/// Of a file's content; throws Error(File).
std::string sha256File(const std::string& path);

} // namespace octet
