// SPDX-License-Identifier: GPL-3.0-or-later
// What is behind a Project, for the files that make it up: the database, and how values lie in it.
#pragma once

#include "core/project/owner.h"
#include "core/project/project.h"
#include "core/project/sqlite.h"
#include "core/values/error.h"
#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace octet::project {

// Paths may hold bytes that are no UTF-8; they must not make a result impossible to keep.
inline std::string dump(const nlohmann::json& value)
{
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

inline nlohmann::json parse(const std::string& text, const Database& database, const std::string& what)
{
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::Format, fmt::format("{} in {} is damaged.", what, shortName(database.path())),
            {.file = database.path()}, error.what());
    }
}

template <typename T>
T decode(const std::string& text, const Database& database, const std::string& what)
{
    const nlohmann::json value = parse(text, database, what);
    try {
        return fromJson<T>(value);
    } catch (const Error& error) {
        throw Error(ErrorKind::Format,
            fmt::format("{} in {} is damaged: {}", what, shortName(database.path()), error.message()),
            {.file = database.path()});
    }
}

struct Project::Impl
{
    std::string path;
    bool readOnly = false;
    std::unique_ptr<OwnedHere> owned;
    std::unique_ptr<Database> database;

    ~Impl()
    {
        // Back to normal locking with one access: SQLite then removes the journal, which it keeps while it is
        // exclusive.
        if (database && !readOnly) {
            sqlite3_exec(database->handle(), "PRAGMA locking_mode=NORMAL; SELECT count(*) FROM document;", nullptr,
                nullptr, nullptr);
        }
        database.reset(); // closes before the mark that it is open goes
    }

    Database& writable()
    {
        if (readOnly)
            throw Error(ErrorKind::File, fmt::format("{} is open for review; duplicate it to edit.", shortName(path)),
                {.file = path});
        return *database;
    }

    std::string get(const char* table, const std::string& key)
    {
        Statement statement(*database, fmt::format("SELECT value FROM {} WHERE key = ?", table));
        return statement.bind(key).step() ? statement.text(0) : std::string();
    }

    void set(const char* table, const std::vector<std::pair<std::string, std::string>>& entries)
    {
        Transaction transaction(writable());
        for (const auto& [key, value] : entries)
            Statement(*database, fmt::format("INSERT OR REPLACE INTO {}(key, value) VALUES(?, ?)", table))
                .bind(key)
                .bind(value)
                .run();
        transaction.commit();
    }

    template <typename T>
    T document(const std::string& key)
    {
        const std::string text = get("document", key);
        return text.empty() ? T{} : decode<T>(text, *database, "The entry \"" + key + "\"");
    }

    void put(const Trial& trial);
    std::vector<Trial> trials(const char* condition);
    void markCrashed();
    void requireTrial(int id);
};

} // namespace octet::project
