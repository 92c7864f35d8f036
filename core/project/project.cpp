// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/project.h"

#include "core/project/owner.h"
#include "core/project/schema.h"
#include "core/project/sqlite.h"
#include "core/values/error.h"
#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <unistd.h>

namespace octet::project {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::uintmax_t maxFileBytes = std::uintmax_t(4) << 30;
constexpr int maxTrials = 1'000'000;

// Paths may hold bytes that are no UTF-8; they must not make a result impossible to keep.
std::string dump(const json& value)
{
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json parse(const std::string& text, const Database& database, const std::string& what)
{
    try {
        return json::parse(text);
    } catch (const json::exception& error) {
        throw Error(ErrorKind::Format, fmt::format("{} in {} is damaged.", what, shortName(database.path())),
            {.file = database.path()}, error.what());
    }
}

template <typename T>
T decode(const std::string& text, const Database& database, const std::string& what)
{
    const json value = parse(text, database, what);
    try {
        return fromJson<T>(value);
    } catch (const Error& error) {
        throw Error(ErrorKind::Format,
            fmt::format("{} in {} is damaged: {}", what, shortName(database.path()), error.message()),
            {.file = database.path()});
    }
}

void checkFile(const std::string& path)
{
    std::error_code code;
    const auto status = fs::status(path, code);
    const auto refuse = [&](ErrorKind kind, const std::string& message) { throw Error(kind, message, {.file = path}); };
    if (!fs::exists(status))
        refuse(ErrorKind::File, fmt::format("There is no project {}.", path));
    if (fs::is_directory(status))
        refuse(ErrorKind::File, fmt::format("{} is a folder; name the .octet file itself.", path));
    if (!fs::is_regular_file(status))
        refuse(ErrorKind::File, fmt::format("{} is no regular file.", path));
    if (::access(path.c_str(), R_OK) != 0)
        refuse(ErrorKind::File, fmt::format("Cannot read {}: {}.", path, std::strerror(errno)));
    const auto size = fs::file_size(path, code);
    if (!code && size == 0)
        refuse(ErrorKind::Format, fmt::format("{} is empty, so it is no Octet project.", shortName(path)));
    if (!code && size > maxFileBytes)
        refuse(
            ErrorKind::Format, fmt::format("{} has {} GiB, which no Octet project has.", shortName(path), size >> 30));
}

std::string folderOf(const std::string& path)
{
    const auto folder = fs::path(path).parent_path();
    return folder.empty() ? "." : folder.string();
}

void checkWritable(const std::string& path)
{
    if (::access(path.c_str(), W_OK) != 0)
        throw Error(ErrorKind::File,
            fmt::format("{} is read-only; open it for review or copy it elsewhere.", shortName(path)), {.file = path});
    // SQLite's journal has to be written beside the file.
    if (::access(folderOf(path).c_str(), W_OK) != 0)
        throw Error(ErrorKind::File,
            fmt::format("The folder of {} is read-only; open it for review or copy it elsewhere.", shortName(path)),
            {.file = path});
}

/// True when a transaction was cut off: a journal with a header, that SQLite would roll back.
bool hasHotJournal(const std::string& path)
{
    const int fd = ::open((path + "-journal").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char first = 0;
    const bool hot = ::read(fd, &first, 1) == 1 && first != 0;
    ::close(fd);
    return hot;
}

void syncAndRename(const std::string& from, const std::string& to)
{
    const int fd = ::open(from.c_str(), O_RDWR | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    const int error = errno;
    if (fd >= 0)
        ::close(fd);
    if (!synced)
        throw Error(ErrorKind::Resource, fmt::format("Cannot write {}: {}.", to, std::strerror(error)), {.file = to});
    if (std::rename(from.c_str(), to.c_str()) != 0)
        throw Error(ErrorKind::File, fmt::format("Cannot write {}: {}.", to, std::strerror(errno)), {.file = to});
}

} // namespace

namespace {

void crash(Trial& trial)
{
    trial.state = TrialState::Crashed;
    trial.error = "The program that ran this trial ended before the trial did; it is not tried again by itself.";
}

} // namespace

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

void Project::Impl::put(const Trial& trial)
{
    if (trial.id < 1)
        throw Error(ErrorKind::Setting, fmt::format("A trial needs a number from 1 up, not {}.", trial.id));
    if (trial.chosen)
        Statement(*database, "UPDATE trials SET chosen = 0 WHERE chosen = 1 AND id <> ?").bind(trial.id).run();
    Statement statement(*database, R"sql(
INSERT INTO trials(id, name, origin, state, p50_ms, accuracy, int8, model_hash, data_hash, started, pinned, chosen, note, json)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(id) DO UPDATE SET name = excluded.name, origin = excluded.origin, state = excluded.state,
  p50_ms = excluded.p50_ms, accuracy = excluded.accuracy, int8 = excluded.int8, model_hash = excluded.model_hash,
  data_hash = excluded.data_hash, started = excluded.started, pinned = max(pinned, excluded.pinned),
  chosen = max(chosen, excluded.chosen), note = CASE excluded.note WHEN '' THEN note ELSE excluded.note END,
  json = excluded.json)sql");
    statement.bind(trial.id).bind(trial.name).bind(trial.origin).bind(toString(trial.state));
    if (trial.latency.runs > 0)
        statement.bind(trial.latency.p50);
    else
        statement.bindNull();
    if (const Accuracy* accuracy = trial.tuning())
        statement.bind(accuracy->value);
    else
        statement.bindNull();
    statement.bind(trial.counts.int8).bind(trial.manifest.modelHash).bind(trial.manifest.dataHash);
    statement.bind(trial.manifest.started).bind(trial.pinned).bind(trial.chosen).bind(trial.note);
    statement.bind(dump(toJson(trial))).run();
}

std::vector<Trial> Project::Impl::trials(const char* condition)
{
    std::vector<Trial> trials;
    Statement statement(*database,
        fmt::format("SELECT id, pinned, chosen, note, json, name FROM trials {} ORDER BY id LIMIT {}", condition, maxTrials));
    while (statement.step()) {
        const long long id = statement.integer(0);
        const std::string what = fmt::format("Trial {}", id);
        if (id < 1 || id > std::numeric_limits<int>::max())
            throw Error(ErrorKind::Format,
                fmt::format("{} is damaged: {} is no number of a trial.", shortName(path), id), {.file = path});
        auto trial = decode<Trial>(statement.text(4), *database, what);
        trial.id = static_cast<int>(id);
        trial.pinned = statement.integer(1) != 0;
        trial.chosen = statement.integer(2) != 0;
        trial.note = statement.text(3);
        trial.name = statement.text(5); // a person may have changed it since
        // Under review nobody has the file open, so what still runs in it died.
        if (readOnly && trial.state == TrialState::Running)
            crash(trial);
        trials.push_back(std::move(trial));
    }
    return trials;
}

void Project::Impl::markCrashed()
{
    for (Trial& trial : trials("WHERE state = 'running'")) {
        crash(trial);
        put(trial);
    }
}

void Project::Impl::requireTrial(int id)
{
    Statement statement(*database, "SELECT 1 FROM trials WHERE id = ?");
    if (!statement.bind(id).step())
        throw Error(ErrorKind::Setting, fmt::format("{} has no trial {}.", shortName(path), id), {.file = path});
}

Project::Project(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}

Project::~Project() = default;

namespace {

/// Takes the lock, and keeps it as long as the connection lives.
void configure(Database& database)
{
    database.execute("PRAGMA locking_mode=EXCLUSIVE");
    database.execute("PRAGMA synchronous=FULL");
    database.execute("PRAGMA foreign_keys=ON");
}

} // namespace

std::unique_ptr<Project> Project::open(const std::string& path)
{
    checkFile(path);
    refuseIfOwned(path);
    checkWritable(path);
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    try {
        impl->database = std::make_unique<Database>(path, Database::Access::Write);
        configure(*impl->database);
        checkIsProject(*impl->database);
        impl->database->execute("PRAGMA journal_mode=DELETE");
        Transaction transaction(*impl->database, "EXCLUSIVE");
        if (impl->database->integer("PRAGMA user_version") < schemaVersion())
            migrate(*impl->database);
        impl->markCrashed();
        transaction.commit();
    } catch (const Error& error) {
        impl->database.reset();
        if (error.kind() == ErrorKind::Busy)
            refuseIfOwned(path);
        throw;
    }
    impl->owned = std::make_unique<OwnedHere>(path);
    return std::unique_ptr<Project>(new Project(std::move(impl)));
}

std::unique_ptr<Project> Project::create(const std::string& path)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        const int error = errno;
        throw Error(error == ENOSPC ? ErrorKind::Resource : ErrorKind::File,
            error == EEXIST ? fmt::format("{} exists already; open it, or use another name.", path)
                            : fmt::format("Cannot create {}: {}.", path, std::strerror(error)),
            {.file = path});
    }
    ::close(fd);
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    try {
        impl->database = std::make_unique<Database>(path, Database::Access::Write);
        configure(*impl->database);
        impl->database->execute("PRAGMA journal_mode=DELETE");
        Transaction transaction(*impl->database, "EXCLUSIVE");
        migrate(*impl->database);
        transaction.commit();
    } catch (...) {
        impl->database.reset();
        std::error_code ignored;
        fs::remove(path, ignored);
        fs::remove(path + "-journal", ignored);
        throw;
    }
    impl->owned = std::make_unique<OwnedHere>(path);
    return std::unique_ptr<Project>(new Project(std::move(impl)));
}

std::unique_ptr<Project> Project::review(const std::string& path)
{
    checkFile(path);
    refuseIfOwned(path);
    if (hasHotJournal(path))
        throw Error(ErrorKind::Format,
            fmt::format("{} was being written when its program ended; open it for editing once, which repairs it.",
                shortName(path)),
            {.file = path});
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->readOnly = true;
    impl->database = std::make_unique<Database>(path, Database::Access::Review);
    checkIsProject(*impl->database);
    return std::unique_ptr<Project>(new Project(std::move(impl)));
}

const std::string& Project::path() const
{
    return m_impl->path;
}
bool Project::readOnly() const
{
    return m_impl->readOnly;
}

std::string Project::modelPath() const
{
    return m_impl->get("document", "model_path");
}
std::string Project::modelHash() const
{
    return m_impl->get("document", "model_hash");
}

void Project::setModel(const std::string& path, const std::string& hash)
{
    m_impl->set("document", {{"model_path", path}, {"model_hash", hash}});
}

DataSpec Project::data() const
{
    return m_impl->document<DataSpec>("data");
}
Goal Project::goal() const
{
    return m_impl->document<Goal>("goal");
}
Workload Project::workload() const
{
    return m_impl->document<Workload>("workload");
}
Config Project::draft() const
{
    return m_impl->document<Config>("draft");
}
void Project::setData(const DataSpec& spec)
{
    m_impl->set("document", {{"data", dump(toJson(spec))}});
}
void Project::setGoal(const Goal& goal)
{
    m_impl->set("document", {{"goal", dump(toJson(goal))}});
}
void Project::setWorkload(const Workload& workload)
{
    m_impl->set("document", {{"workload", dump(toJson(workload))}});
}
void Project::setDraft(const Config& draft)
{
    m_impl->set("document", {{"draft", dump(toJson(draft))}});
}

namespace {

/// Its number, made if need be.
long long calibrationId(Database& database, const std::string& model, const std::string& dataHash)
{
    Statement(database, "INSERT OR IGNORE INTO calibrations(model_hash, data_hash) VALUES(?, ?)")
        .bind(model)
        .bind(dataHash)
        .run();
    Statement calibration(database, "SELECT id FROM calibrations WHERE model_hash = ? AND data_hash = ?");
    calibration.bind(model).bind(dataHash).step();
    return calibration.integer(0);
}

} // namespace

Ranges Project::ranges(const std::string& dataHash) const
{
    Ranges all;
    Statement statement(*m_impl->database,
        "SELECT json FROM ranges JOIN calibrations ON calibrations.id = calibration "
        "WHERE model_hash = ? AND data_hash = ?");
    statement.bind(modelHash()).bind(dataHash);
    while (statement.step())
        all.merge(decode<Ranges>(statement.text(0), *m_impl->database, "A range"));
    return all;
}

namespace {

/// One row a calibration: of model and data together.
void putDocument(Database& database, const char* table, const std::string& model, const std::string& dataHash, const json& value)
{
    Transaction transaction(database);
    Statement(database, fmt::format("INSERT OR REPLACE INTO {}(calibration, json) VALUES(?, ?)", table))
        .bind(calibrationId(database, model, dataHash))
        .bind(dump(value))
        .run();
    transaction.commit();
}

/// `since`: the format that has the table. An older file open for review lacks it, since it is never written to.
template <typename T>
T getDocument(Database& database, const char* table, int since, const std::string& model, const std::string& dataHash,
    const std::string& what)
{
    if (database.integer("PRAGMA user_version") < since)
        return {};
    Statement statement(database,
        fmt::format("SELECT t.json FROM {} t JOIN calibrations c ON c.id = t.calibration"
                    " WHERE c.model_hash = ? AND c.data_hash = ?",
            table));
    statement.bind(model).bind(dataHash);
    return statement.step() ? decode<T>(statement.text(0), database, what) : T{};
}

} // namespace

void Project::putSensitivity(const std::string& dataHash, const Sensitivity& sensitivity)
{
    putDocument(m_impl->writable(), "sensitivities", modelHash(), dataHash, toJson(sensitivity));
}

Sensitivity Project::sensitivity(const std::string& dataHash) const
{
    return getDocument<Sensitivity>(
        *m_impl->database, "sensitivities", 2, modelHash(), dataHash, "A sensitivity");
}

void Project::putEvidence(const std::string& dataHash, const CalibrationEvidence& evidence)
{
    CalibrationEvidence kept = evidence;
    kept.values.resize(std::min(kept.values.size(), mostEvidence));
    kept.ranges.resize(std::min(kept.ranges.size(), mostEvidence));
    putDocument(m_impl->writable(), "evidence", modelHash(), dataHash, toJson(kept));
}

CalibrationEvidence Project::evidence(const std::string& dataHash) const
{
    return getDocument<CalibrationEvidence>(
        *m_impl->database, "evidence", 3, modelHash(), dataHash, "What calibration saw");
}

void Project::addRanges(const std::string& dataHash, const Ranges& ranges)
{
    const std::string model = modelHash();
    Database& database = m_impl->writable();
    Transaction transaction(database);
    const long long id = calibrationId(database, model, dataHash);
    for (const auto& entry : ranges) {
        if (entry.first.method == RangeMethod::Manual)
            continue;
        Statement(database,
            "INSERT OR REPLACE INTO ranges(calibration, value, method, percentile, alpha, json) VALUES(?, ?, ?, ?, ?, ?)")
            .bind(id)
            .bind(entry.first.value)
            .bind(toString(entry.first.method))
            .bind(entry.first.percentile)
            .bind(entry.first.alpha)
            .bind(dump(toJson(Ranges{entry})))
            .run();
    }
    transaction.commit();
}

std::vector<Trial> Project::trials() const
{
    return m_impl->trials("");
}

int Project::nextTrialId() const
{
    const long long last = m_impl->database->integer("SELECT coalesce(max(id), 0) FROM trials");
    if (last >= std::numeric_limits<int>::max())
        throw Error(
            ErrorKind::Format, fmt::format("{} has no numbers left for trials.", shortName(path())), {.file = path()});
    return static_cast<int>(last) + 1;
}

void Project::putTrial(const Trial& trial)
{
    Transaction transaction(m_impl->writable());
    m_impl->put(trial);
    transaction.commit();
}

void Project::annotate(int id, const Annotation& annotation)
{
    if (annotation.name.empty())
        throw Error(ErrorKind::Setting, fmt::format("Trial {} needs a name.", id));
    Transaction transaction(m_impl->writable());
    m_impl->requireTrial(id);
    Statement(*m_impl->database, "UPDATE trials SET name = ?, pinned = ?, note = ? WHERE id = ?")
        .bind(annotation.name)
        .bind(annotation.pinned)
        .bind(annotation.note)
        .bind(id)
        .run();
    transaction.commit();
}

void Project::choose(int id, const std::string& reason)
{
    Transaction transaction(m_impl->writable());
    if (id != 0)
        m_impl->requireTrial(id);
    m_impl->database->execute("UPDATE trials SET chosen = 0 WHERE chosen = 1");
    if (id != 0)
        Statement(*m_impl->database, "UPDATE trials SET chosen = 1, note = ? WHERE id = ?").bind(reason).bind(id).run();
    transaction.commit();
}

std::string Project::meta(const std::string& key) const
{
    return m_impl->get("meta", key);
}
void Project::setMeta(const std::string& key, const std::string& value)
{
    m_impl->set("meta", {{key, value}});
}

void Project::saveAs(const std::string& path) const
{
    std::error_code code;
    if (fs::equivalent(path, m_impl->path, code) && !code)
        throw Error(
            ErrorKind::Setting, fmt::format("{} is this project itself; use another name.", path), {.file = path});
    if (fs::is_directory(path, code))
        throw Error(ErrorKind::File, fmt::format("{} is a folder; name a file in it.", path), {.file = path});
    refuseIfOwned(path);
    const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
    fs::remove(temporary, code);
    try {
        Statement(*m_impl->database, "VACUUM INTO ?").bind(temporary).run();
        syncAndRename(temporary, path);
    } catch (const Error& error) {
        fs::remove(temporary, code);
        throw Error(error.kind(), fmt::format("Cannot save a copy as {}: {}", path, error.message()), {.file = path},
            error.detail());
    }
}

} // namespace octet::project
