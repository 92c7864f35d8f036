// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/contents.h"

#include <limits>

namespace octet::project {

namespace {

constexpr int maxTrials = 1'000'000;

void crash(Trial& trial)
{
    trial.state = TrialState::Crashed;
    trial.error = "The program that ran this trial ended before the trial did; it is not tried again by itself.";
}

} // namespace

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

} // namespace octet::project
