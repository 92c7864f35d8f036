// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/sqlite.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace octet::project {

namespace {

std::string uri(const std::string& path, const char* query)
{
    std::string encoded = "file:";
    for (const unsigned char c : std::filesystem::absolute(path).string()) {
        if (std::isalnum(c) || c == '/' || c == '.' || c == '-' || c == '_')
            encoded += static_cast<char>(c);
        else
            encoded += fmt::format("%{:02X}", c);
    }
    return encoded + query;
}

} // namespace

std::string shortName(const std::string& path)
{
    return std::filesystem::path(path).filename().string();
}

Database::Database(const std::string& path, Access access)
    : m_path(path)
{
    const bool write = access == Access::Write;
    // "immutable" takes no lock and looks for no journal, so nothing is written beside a file under review.
    const std::string name = uri(path, write ? "?mode=rw" : "?mode=ro&immutable=1");
    sqlite3* handle = nullptr;
    const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE
        | (write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
    m_handle.reset(handle);
    if (code != SQLITE_OK)
        fail(code);
    // The file may come from anybody: bound what it can make us read, and run nothing that it contains.
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, maxFieldBytes);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    execute("PRAGMA cell_size_check=ON");
}

void Database::execute(const std::string& sql)
{
    const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        fail(code);
}

long long Database::integer(const std::string& sql)
{
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(const std::string& sql)
{
    Statement statement(*this, sql);
    return statement.step() ? statement.text(0) : std::string();
}

void Database::fail(int code) const
{
    const std::string name = shortName(m_path);
    const std::string detail = m_handle ? sqlite3_errmsg(handle()) : sqlite3_errstr(code);
    const int systemError = m_handle ? sqlite3_system_errno(handle()) : 0;
    const auto raise = [&](ErrorKind kind, const std::string& message) -> void {
        throw Error(kind, message, {.file = m_path}, detail);
    };
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        raise(ErrorKind::Busy, fmt::format("{} is open in another program; close it there first.", name));
        break;
    case SQLITE_NOTADB:
        raise(ErrorKind::Format, fmt::format("{} is no Octet project.", name));
        break;
    case SQLITE_CORRUPT:
        raise(ErrorKind::Format, fmt::format("{} is damaged or cut short; use a copy from before.", name));
        break;
    case SQLITE_FULL:
        raise(ErrorKind::Resource,
            fmt::format("The disk is full, {} was left as it was; free some space and try again.", name));
        break;
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_SHORT_READ)
            raise(ErrorKind::Format, fmt::format("{} is damaged or cut short; use a copy from before.", name));
        raise(ErrorKind::Resource,
            fmt::format("{} could not be read or written ({}); check the disk.", name,
                systemError ? std::strerror(systemError) : "input/output error"));
        break;
    case SQLITE_NOMEM:
        raise(ErrorKind::Resource, fmt::format("Not enough memory for {}.", name));
        break;
    case SQLITE_TOOBIG:
        raise(ErrorKind::Resource,
            fmt::format("{} has or gets an entry above {} MiB, which is too large.", name, maxFieldBytes >> 20));
        break;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        raise(ErrorKind::File,
            fmt::format(
                "Cannot open {}{}.", m_path, systemError ? std::string(": ") + std::strerror(systemError) : ""));
        break;
    case SQLITE_READONLY:
        raise(ErrorKind::File, fmt::format("{} cannot be written; open it for review or copy it elsewhere.", name));
        break;
    case SQLITE_ERROR: // a table or column that is not there
    case SQLITE_MISMATCH:
        raise(ErrorKind::Format, fmt::format("{} does not have the tables of an Octet project.", name));
        break;
    default:
        break;
    }
    throw Error(
        ErrorKind::Internal, fmt::format("SQLite refused an operation on {}: {}.", name, detail), {.file = m_path});
}

Statement::Statement(Database& database, std::string_view sql)
    : m_database(database)
{
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
    m_statement.reset(statement);
}

void Statement::check(int code)
{
    if (code != SQLITE_OK)
        m_database.fail(code);
}

Statement& Statement::bind(std::string_view text)
{
    check(sqlite3_bind_text64(
        m_statement.get(), m_next++, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(long long value)
{
    check(sqlite3_bind_int64(m_statement.get(), m_next++, value));
    return *this;
}

Statement& Statement::bind(double value)
{
    check(sqlite3_bind_double(m_statement.get(), m_next++, value));
    return *this;
}

Statement& Statement::bindNull()
{
    check(sqlite3_bind_null(m_statement.get(), m_next++));
    return *this;
}

bool Statement::step()
{
    const int code = sqlite3_step(m_statement.get());
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        m_database.fail(code);
    return false;
}

void Statement::run()
{
    while (step()) { }
}

std::string Statement::text(int column) const
{
    const auto* bytes = sqlite3_column_text(m_statement.get(), column);
    if (!bytes)
        return {};
    return {reinterpret_cast<const char*>(bytes),
        static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column))};
}

long long Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement.get(), column);
}

Transaction::Transaction(Database& database, const char* kind)
    : m_database(database)
{
    m_database.execute(std::string("BEGIN ") + kind);
}

Transaction::~Transaction()
{
    if (m_open && !sqlite3_get_autocommit(m_database.handle()))
        sqlite3_exec(m_database.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit()
{
    m_database.execute("COMMIT");
    m_open = false;
}

} // namespace octet::project
