// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/sqlite.h"

namespace octet::project {

/// "Octt" in the file's header, so that `file` and we can tell a project from any other database.
constexpr int applicationId = 0x4f637474;

int schemaVersion();

/// Throws Error(Format) unless the database is a project of this version or an older one, whole as far as SQLite's
/// quick check can tell.
void checkIsProject(Database& database);

/// Brings the tables up to schemaVersion(); the caller holds a transaction. A new file has version 0.
void migrate(Database& database);

} // namespace octet::project
