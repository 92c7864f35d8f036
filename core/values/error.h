// SPDX-License-Identifier: GPL-3.0-or-later
// The one exception family that leaves the core.
#pragma once

#include <stdexcept>
#include <string>

namespace octet {

enum class ErrorKind {
    File,        // cannot be read or written
    Format,      // was read, but is not what it should be (damaged or hostile file)
    Unsupported, // well-formed, but Octet cannot do it; `where.node` names the place
    Setting,     // a config, goal or option that makes no sense
    Data,        // rows, labels, arrays; `where.row` names the place
    Busy,        // open elsewhere, lock held
    Resource,    // memory, disk
    Cancelled,   // the user asked for it
    Internal,    // a bug of ours
};

std::string toString(ErrorKind kind); // "file", "format", ...
ErrorKind errorKindFromString(const std::string& text); // unknown names: Internal

/// Where an error was found; empty or zero fields are unknown. Lines, columns and rows count from 1.
struct Location
{
    std::string file {};
    int line = 0;
    int column = 0;
    long row = 0;
    std::string node {};
    bool operator==(const Location&) const = default;
};

/// `message` is one sentence for a person: what, where, what to do. `detail` is for the log.
class Error : public std::runtime_error
{
public:
    Error(ErrorKind kind, const std::string& message, Location where = {}, std::string detail = {})
        : std::runtime_error(message)
        , m_kind(kind)
        , m_where(std::move(where))
        , m_detail(std::move(detail))
    {
    }
    ErrorKind kind() const { return m_kind; }
    std::string message() const { return what(); }
    const Location& where() const { return m_where; }
    const std::string& detail() const { return m_detail; }

private:
    ErrorKind m_kind;
    Location m_where;
    std::string m_detail;
};

} // namespace octet
