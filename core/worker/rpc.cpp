// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/worker/rpc.h"

#include "core/values/error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace octet::worker {

using nlohmann::json;

namespace {

constexpr std::size_t maxHeaderBytes = 4096;
constexpr std::size_t maxMessageBytes = std::size_t(256) << 20;
constexpr std::string_view headerEnd = "\r\n\r\n";

bool sameName(std::string_view text, std::string_view name)
{
    return std::ranges::equal(
        text, name, [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

std::size_t contentLength(std::string_view header)
{
    std::size_t length = 0;
    bool found = false;
    while (!header.empty()) {
        const std::size_t end = std::min(header.find("\r\n"), header.size());
        const std::string_view line = header.substr(0, end);
        header.remove_prefix(std::min(end + 2, header.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos)
            throw Error(ErrorKind::Format, "The message does not start with a Content-Length header.");
        if (!sameName(line.substr(0, colon), "Content-Length"))
            continue;
        std::string_view number = line.substr(colon + 1);
        while (number.starts_with(' '))
            number.remove_prefix(1);
        const auto [stop, code] = std::from_chars(number.data(), number.data() + number.size(), length);
        if (code != std::errc() || stop != number.data() + number.size() || found)
            throw Error(ErrorKind::Format, fmt::format("\"{}\" is no length of a message.", number));
        found = true;
    }
    if (!found)
        throw Error(ErrorKind::Format, "The message has no Content-Length header.");
    if (length > maxMessageBytes)
        throw Error(ErrorKind::Format, fmt::format("A message of {} bytes is above the limit of 256 MiB.", length));
    return length;
}

} // namespace

std::string frame(const json& message)
{
    const std::string body = message.dump(-1, ' ', false, json::error_handler_t::replace);
    return fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

Deframer::Deframer() = default;
Deframer::~Deframer() = default;

std::vector<json> Deframer::feed(std::string_view bytes)
{
    m_buffer += bytes;
    std::vector<json> messages;
    std::size_t used = 0;
    for (;;) {
        const std::string_view rest = std::string_view(m_buffer).substr(used);
        const std::size_t end = rest.substr(0, maxHeaderBytes).find(headerEnd);
        if (end == std::string_view::npos) {
            if (rest.size() >= maxHeaderBytes)
                throw Error(ErrorKind::Format, "The message does not start with a Content-Length header.");
            break;
        }
        const std::size_t length = contentLength(rest.substr(0, end));
        const std::size_t start = end + headerEnd.size();
        if (rest.size() - start < length)
            break;
        const std::string_view body = rest.substr(start, length);
        try {
            messages.push_back(json::parse(body));
        } catch (const json::exception& error) {
            throw Error(ErrorKind::Format, "The message is no JSON.", {}, error.what());
        }
        used += start + length;
    }
    m_buffer.erase(0, used);
    return messages;
}

} // namespace octet::worker
