// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/document.h"

#include "app/desktop/edit_commands.h"
#include "app/desktop/settings.h"
#include "app/desktop/words.h"
#include "core/values/error.h"
#include "widgets/background.h"

#include <QFileInfo>

#include <algorithm>

namespace octet::desktop {

using words::q;
using words::s;

namespace {

const std::string acceptedKey = "data.accepted";
const std::string viewKey = "window.view";
const std::string unfinishedKey = "job.unfinished";

Notice failure(const QString& text, const QString& detail = {})
{
    return {Notice::Kind::Error, text, detail};
}

} // namespace

Document::Document(QObject* parent)
    : QObject(parent)
    , m_fit(this)
{
    connect(&m_store, &ProjectStore::failed, this, &Document::notice);
    connect(&m_data, &DataSource::checked, this, &Document::dataChecked);
    connect(&m_fit, &PredictionFit::changed, this, &Document::predictorChanged);
}

Document::~Document() = default;

void Document::open(const QString& path)
{
    if (m_opening)
        return;
    if (pathKind(path) == PathKind::Config) {
        importConfig(path);
        return;
    }
    m_opening = true;
    emit openingStarted(path);
    widgets::background::run(
        this, [path, current = projectPath()] { return openPath(path, current); },
        [this, path](std::shared_ptr<Opened> result) {
            m_opening = false;
            if (!result->error.isEmpty()) {
                if (!QFileInfo::exists(path))
                    settings::removeRecent(path);
                emit notice(failure(result->error));
            } else if (!result->alreadyOpen) {
                settings::addRecent(path);
                adopt(result);
            }
            emit openingEnded();
        });
}

void Document::adopt(std::shared_ptr<Opened> result)
{
    m_undo.clear();
    m_selection.setNodes({});
    m_selection.setTrial(0);
    m_sensitivity = {};
    m_ranges.clear();
    m_evidence = {};
    m_data.clear();
    m_store.set(std::move(result->project));
    m_loaded = std::move(result->model);
    m_resolved.clear();
    m_resolvedTrials.clear();
    m_reviewReason = result->reviewReason;
    m_recorded = std::move(result->recorded);
    m_modelHash.clear();
    ProjectContents& contents = result->contents;
    m_draft = std::move(contents.draft);
    m_goal = contents.goal;
    m_workload = contents.workload;
    m_waitingJobs = std::move(contents.waitingJobs);
    m_trials = std::move(contents.trials);
    m_storedModelPath = contents.modelPath;
    m_storedModelHash = contents.modelHash;
    m_nextTrialId = contents.nextTrialId;
    m_resolution = resolve(m_draft);
    emit opened(result->isNew);
    if (result->isNew && !m_loaded.importNote.isEmpty())
        emit notice({Notice::Kind::Info, m_loaded.importNote, {}});
    if (!m_reviewReason.isEmpty())
        emit notice({Notice::Kind::Warning, m_reviewReason, {}});
    if (!recordedOn().isEmpty())
        emit notice({Notice::Kind::Info,
            tr("These trials were recorded on %1; nothing has been measured here yet.").arg(recordedOn()),
            tr("Accept the data and press F5: your own measurements take their place.")});
    if (hasModel()) {
        hashModel();
        m_data.check(contents.data, m_loaded.model);
    }
}

void Document::hashModel()
{
    const auto model = m_loaded.model;
    widgets::background::run(
        this,
        [model]() -> std::string {
            try {
                return model->hash();
            } catch (const Error&) {
                return {};
            }
        },
        [this, model](const std::string& hash) {
            if (model != m_loaded.model)
                return;
            if (m_storedModelHash.empty() || m_storedModelHash == hash) {
                m_modelHash = hash;
                const std::string path = s(QFileInfo(q(model->path())).absoluteFilePath());
                if (m_storedModelHash.empty() || m_storedModelPath != path)
                    m_store.write([=](project::Project& project) { project.setModel(path, hash); });
                m_storedModelHash = hash;
                m_storedModelPath = path;
            } else {
                m_reviewReason =
                    tr("Review: %1 is not the model that this project was made with (its SHA-256 differs). "
                       "Put the old file back, or move the project away and open the new model.")
                        .arg(QFileInfo(q(model->path())).fileName());
                emit notice({Notice::Kind::Warning, m_reviewReason, {}});
            }
            emit editableChanged();
        });
}

QString Document::projectPath() const
{
    return m_store.path();
}

QString Document::modelPath() const
{
    return hasModel() ? q(m_loaded.model->path()) : q(m_storedModelPath);
}

QString Document::title() const
{
    const QFileInfo file(modelPath());
    return isOpen() ? tr("%1 in %2").arg(file.fileName(), QFileInfo(file.absolutePath()).fileName()) : QString();
}

QStringList Document::nodesOf(const QString& boxPath) const
{
    QStringList names;
    if (!hasModel() || boxPath.isEmpty())
        return names;
    const auto& boxes = m_loaded.structure->boxes;
    const auto box =
        std::find_if(boxes.begin(), boxes.end(), [path = s(boxPath)](const graph::Box& b) { return b.path == path; });
    if (box == boxes.end())
        return names;
    for (const int node : box->nodes)
        names << m_loaded.nodeNames[node];
    return names;
}

quantize::Resolution Document::resolve(const Config& config) const
{
    constexpr std::size_t kept = 24;
    if (!hasModel())
        return {};
    for (const auto& [known, resolution] : m_resolved)
        if (known == config)
            return resolution;
    m_resolved.emplace_front(config, quantize::resolve(*m_loaded.model, m_loaded.products, config));
    m_resolved.resize(std::min(m_resolved.size(), kept));
    return m_resolved.front().second;
}

const quantize::Resolution& Document::resolutionOf(const Trial& trial) const
{
    // All trials are asked for whenever one changes, and one takes milliseconds.
    const auto it = m_resolvedTrials.find(trial.id);
    return it != m_resolvedTrials.end() ? it->second
                                        : m_resolvedTrials.emplace(trial.id, resolve(trial.config)).first->second;
}

void Document::setDraft(const Config& draft)
{
    m_draft = draft;
    m_resolution = resolve(draft);
    m_store.write([draft](project::Project& project) { project.setDraft(draft); });
    emit draftChanged();
}

void Document::setGoal(const Goal& goal)
{
    m_goal = goal;
    m_store.write([goal](project::Project& project) { project.setGoal(goal); });
    emit goalChanged();
}

void Document::setWorkload(const Workload& workload)
{
    m_workload = workload;
    m_store.write([workload](project::Project& project) { project.setWorkload(workload); });
    emit workloadChanged();
}

const Trial* Document::trial(int id) const
{
    const std::vector<Trial>& shown = shownTrials();
    const auto it = std::find_if(shown.begin(), shown.end(), [id](const Trial& t) { return t.id == id; });
    return it == shown.end() ? nullptr : &*it;
}

QString Document::recordedOn() const
{
    return m_recorded.empty() ? QString() : q(m_recorded.front().manifest.machine.cpu);
}

const Trial* Document::chosenTrial() const
{
    const auto it = std::find_if(m_trials.begin(), m_trials.end(), [](const Trial& t) { return t.chosen; });
    return it == m_trials.end() ? nullptr : &*it;
}

int Document::nextTrialId() const
{
    return m_nextTrialId;
}

void Document::putTrial(const Trial& trial)
{
    m_store.write([trial](project::Project& project) { project.putTrial(trial); });
    m_nextTrialId = std::max(m_nextTrialId, trial.id + 1);
    m_resolvedTrials.erase(trial.id);
    if (!m_recorded.empty()) {
        m_recorded.clear();
        m_resolvedTrials.clear();
        m_selection.setTrial(0);
        m_selection.setHoveredTrial(0);
        m_selection.setComparedTrial(0);
    }
    const auto it =
        std::lower_bound(m_trials.begin(), m_trials.end(), trial.id, [](const Trial& t, int id) { return t.id < id; });
    if (it != m_trials.end() && it->id == trial.id)
        *it = trial;
    else
        m_trials.insert(it, trial);
    emit trialsChanged();
}

void Document::annotate(int id, const Annotation& annotation)
{
    if (!m_store.write([=](project::Project& project) { project.annotate(id, annotation); }))
        return;
    for (Trial& known : m_trials)
        if (known.id == id)
            known.annotate(annotation);
    emit trialsChanged();
}

void Document::choose(int id, const std::string& reason)
{
    if (!m_store.write([=](project::Project& project) { project.choose(id, reason); }))
        return;
    for (Trial& known : m_trials) {
        known.chosen = known.id == id;
        if (known.chosen)
            known.note = reason;
    }
    emit trialsChanged();
}

Ranges Document::ranges() const
{
    Ranges ranges = m_ranges;
    ranges.insert(m_loaded.importedRanges.begin(), m_loaded.importedRanges.end());
    return ranges;
}

void Document::addRanges(const Ranges& ranges)
{
    const std::string hash = m_data.hash();
    if (hash.empty())
        return;
    for (const auto& [value, range] : ranges)
        m_ranges[value] = range;
    m_store.write([=](project::Project& project) { project.addRanges(hash, ranges); });
}

void Document::addEvidence(const CalibrationEvidence& found)
{
    m_evidence.add(found);
    const std::string hash = m_data.hash();
    if (!hash.empty())
        m_store.write([=, evidence = m_evidence](project::Project& project) { project.putEvidence(hash, evidence); });
    emit evidenceChanged();
}

void Document::setSensitivity(const Sensitivity& sensitivity)
{
    m_sensitivity = sensitivity;
    const std::string hash = m_data.hash();
    if (!hash.empty() && sensitivity.complete())
        m_store.write([=](project::Project& project) { project.putSensitivity(hash, sensitivity); });
    emit sensitivityChanged();
}

void Document::checkData(const DataSpec& spec)
{
    if (hasModel())
        m_data.check(spec, m_loaded.model);
}

void Document::dataChecked()
{
    m_ranges.clear();
    if (!isOpen() || !m_data.usable())
        return;
    try {
        m_ranges = m_store.read().ranges(m_data.hash());
        m_sensitivity = m_store.read().sensitivity(m_data.hash());
    } catch (const Error& error) {
        m_sensitivity = {};
        emit notice({Notice::Kind::Warning, tr("The ranking cannot be read. %1").arg(q(error.message())), {}});
    }
    emit sensitivityChanged();
    try {
        m_evidence = m_store.read().evidence(m_data.hash());
    } catch (const Error& error) {
        m_evidence = {};
        emit notice({Notice::Kind::Warning, tr("What calibration saw cannot be read. %1").arg(q(error.message())), {}});
    }
    emit evidenceChanged();
    // Accepting means these very files: another hash asks again.
    if (m_store.read().meta(acceptedKey) == m_data.hash())
        m_data.setAccepted(true);
}

void Document::acceptData()
{
    if (!m_data.usable() || !editable())
        return;
    m_store.write([spec = m_data.spec(), hash = m_data.hash()](project::Project& project) {
        project.setData(spec);
        project.setMeta(acceptedKey, hash);
    });
    m_data.setAccepted(true);
    Goal goal = m_goal;
    goal.metric = fittingMetric(goal.metric, m_data.labels());
    if (goal != m_goal)
        m_undo.push(new SetGoal(this, goal));
}

void Document::saveCopy(const QString& path)
{
    m_store.run([path](const project::Project& project) { project.saveAs(s(path)); },
        [this, path] { emit notice({Notice::Kind::Info, tr("A copy is at %1.").arg(path), {}}); });
}

QString Document::unfinishedJob() const
{
    return isOpen() ? q(m_store.read().meta(unfinishedKey)) : QString();
}

void Document::setUnfinishedJob(const QString& kind)
{
    m_store.write([kind = s(kind)](project::Project& project) { project.setMeta(unfinishedKey, kind); });
}

void Document::setWaitingJobs(const std::vector<WaitingJob>& jobs)
{
    if (jobs == m_waitingJobs)
        return;
    m_waitingJobs = jobs;
    m_store.write([jobs](project::Project& project) { project.setWaitingJobs(jobs); });
}

QByteArray Document::viewState() const
{
    return isOpen() ? QByteArray::fromStdString(m_store.read().meta(viewKey)) : QByteArray();
}

void Document::setViewState(const QByteArray& state)
{
    m_store.write([state = state.toStdString()](project::Project& project) { project.setMeta(viewKey, state); });
}

} // namespace octet::desktop
