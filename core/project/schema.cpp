// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/schema.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <filesystem>

namespace octet::project {

namespace {

// Never change one that was released: add another. `document` is ours, `meta` is the window's.
constexpr std::array migrations{
    R"sql(
CREATE TABLE document(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE calibrations(
  id INTEGER PRIMARY KEY,
  model_hash TEXT NOT NULL,
  data_hash TEXT NOT NULL,
  UNIQUE(model_hash, data_hash)) STRICT;
CREATE TABLE ranges(
  calibration INTEGER NOT NULL REFERENCES calibrations(id) ON DELETE CASCADE,
  value TEXT NOT NULL,
  method TEXT NOT NULL,
  percentile REAL NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY(calibration, value, method, percentile)) STRICT, WITHOUT ROWID;
CREATE TABLE trials(
  id INTEGER PRIMARY KEY CHECK(id > 0),
  name TEXT NOT NULL,
  origin TEXT NOT NULL,
  state TEXT NOT NULL,
  p50_ms REAL,
  accuracy REAL,
  int8 INTEGER NOT NULL,
  model_hash TEXT NOT NULL,
  data_hash TEXT NOT NULL,
  started TEXT NOT NULL,
  pinned INTEGER NOT NULL DEFAULT 0,
  chosen INTEGER NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  json TEXT NOT NULL) STRICT;
CREATE INDEX trials_state ON trials(state);
CREATE UNIQUE INDEX trials_chosen ON trials(chosen) WHERE chosen = 1;
)sql",
    R"sql(
CREATE TABLE ranges_new(
  calibration INTEGER NOT NULL REFERENCES calibrations(id) ON DELETE CASCADE,
  value TEXT NOT NULL,
  method TEXT NOT NULL,
  percentile REAL NOT NULL,
  alpha REAL NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY(calibration, value, method, percentile, alpha)) STRICT, WITHOUT ROWID;
INSERT INTO ranges_new SELECT calibration, value, method, percentile, 0, json FROM ranges;
DROP TABLE ranges;
ALTER TABLE ranges_new RENAME TO ranges;
CREATE TABLE sensitivities(
  calibration INTEGER PRIMARY KEY REFERENCES calibrations(id) ON DELETE CASCADE,
  json TEXT NOT NULL) STRICT;
)sql",
    R"sql(
CREATE TABLE evidence(
  calibration INTEGER PRIMARY KEY REFERENCES calibrations(id) ON DELETE CASCADE,
  json TEXT NOT NULL) STRICT;
)sql",
};

} // namespace

int schemaVersion()
{
    return static_cast<int>(migrations.size());
}

void checkIsProject(Database& database)
{
    const std::string name = shortName(database.path());
    if (database.integer("PRAGMA application_id") != applicationId)
        throw Error(ErrorKind::Format, fmt::format("{} is no Octet project.", name), {.file = database.path()});
    const long long version = database.integer("PRAGMA user_version");
    if (version < 1 || version > schemaVersion())
        throw Error(ErrorKind::Format,
            fmt::format("{} was written by a newer Octet (format {}, this one knows {}); update Octet to open it.",
                name, version, schemaVersion()),
            {.file = database.path()});
    // SQLite pads a last page that is cut off with zeros and would not notice.
    std::error_code code;
    const auto size = std::filesystem::file_size(database.path(), code);
    const auto pages = static_cast<std::uintmax_t>(database.integer("PRAGMA page_count"));
    const bool cut = code || pages * static_cast<std::uintmax_t>(database.integer("PRAGMA page_size")) > size;
    const std::string answer = cut ? "shorter than its pages" : database.text("PRAGMA quick_check(1)");
    if (answer != "ok")
        throw Error(ErrorKind::Format, fmt::format("{} is damaged or cut short; use a copy from before.", name),
            {.file = database.path()}, answer);
}

void migrate(Database& database)
{
    for (auto version = static_cast<std::size_t>(database.integer("PRAGMA user_version")); version < migrations.size();
         ++version)
        database.execute(migrations[version]);
    database.execute(fmt::format("PRAGMA user_version={}", schemaVersion()));
    database.execute(fmt::format("PRAGMA application_id={}", applicationId));
}

} // namespace octet::project
