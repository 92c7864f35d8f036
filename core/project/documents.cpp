// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/contents.h"

#include <algorithm>

namespace octet::project {

using nlohmann::json;

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

std::vector<WaitingJob> Project::waitingJobs() const
{
    const std::string text = m_impl->get("document", "waiting_jobs");
    std::vector<WaitingJob> jobs;
    if (!text.empty())
        for (const json& entry : parse(text, *m_impl->database, "The entry \"waiting_jobs\""))
            jobs.push_back(decode<WaitingJob>(entry.dump(), *m_impl->database, "A job that waits"));
    return jobs;
}

void Project::setWaitingJobs(const std::vector<WaitingJob>& jobs)
{
    json entries = json::array();
    for (const WaitingJob& job : jobs)
        entries.push_back(toJson(job));
    m_impl->set("document", {{"waiting_jobs", dump(entries)}});
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

std::string Project::meta(const std::string& key) const
{
    return m_impl->get("meta", key);
}
void Project::setMeta(const std::string& key, const std::string& value)
{
    m_impl->set("meta", {{key, value}});
}

} // namespace octet::project
