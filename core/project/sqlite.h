// SPDX-License-Identifier: GPL-3.0-or-later
// As much of SQLite as a project needs: a connection, statements, transactions, and errors in our words.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

namespace octet::project {

/// Longest text or blob that is read from or written to a project.
constexpr int maxFieldBytes = 256 << 20;

class Database
{
public:
    enum class Access { Write, Review };
    /// The file must exist. Errors: File, Format, Busy, Resource.
    Database(const std::string& path, Access access);

    sqlite3* handle() const { return m_handle.get(); }
    const std::string& path() const { return m_path; }
    void execute(const std::string& sql);
    long long integer(const std::string& sql);
    std::string text(const std::string& sql);
    /// Throws what the result code `code` of SQLite means for this file.
    [[noreturn]] void fail(int code) const;

private:
    std::string m_path;
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> m_handle{nullptr, &sqlite3_close_v2};
};

class Statement
{
public:
    Statement(Database& database, std::string_view sql);
    Statement& bind(std::string_view text);
    Statement& bind(const char* text) { return bind(std::string_view(text)); }
    Statement& bind(long long value);
    Statement& bind(int value) { return bind(static_cast<long long>(value)); }
    Statement& bind(bool value) { return bind(static_cast<long long>(value)); }
    Statement& bind(double value);
    Statement& bindNull();
    /// True while there is a row.
    bool step();
    void run();

    std::string text(int column) const;
    long long integer(int column) const;

private:
    void check(int code);
    Database& m_database;
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> m_statement{nullptr, &sqlite3_finalize};
    int m_next = 1;
};

/// Rolls back unless committed.
class Transaction
{
public:
    explicit Transaction(Database& database, const char* kind = "IMMEDIATE");
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Database& m_database;
    bool m_open = true;
};

/// The file's name without its folder, for messages.
std::string shortName(const std::string& path);

} // namespace octet::project
