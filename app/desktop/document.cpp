// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/document.h"

#include "app/desktop/background.h"
#include "app/desktop/edit_commands.h"
#include "app/desktop/settings.h"
#include "app/desktop/words.h"
#include "core/exchange/inc_yaml.h"
#include "core/values/error.h"

#include <QFileInfo>

#include <algorithm>

namespace octet::desktop {

using words::q;
using words::s;

namespace {

const std::string acceptedKey = "data.accepted";
const std::string viewKey = "window.view";

Notice failure(const QString& text, const QString& detail = {})
{
    return {Notice::Kind::Error, text, detail};
}

} // namespace

Document::Document(QObject* parent)
    : QObject(parent)
{
    connect(&m_data, &DataSource::checked, this, &Document::dataChecked);
    const auto stale = [this] { m_predictorCurrent = false; };
    connect(this, &Document::trialsChanged, this, stale);
    connect(this, &Document::sensitivityChanged, this, stale);
    connect(this, &Document::workloadChanged, this, stale);
    connect(this, &Document::goalChanged, this, stale);
    connect(this, &Document::opened, this, stale);
}

Document::~Document() = default;

template <typename Write>
bool Document::store(Write write)
{
    if (!m_project || m_project->readOnly())
        return false;
    try {
        write(*m_project);
        return true;
    } catch (const Error& error) {
        emit notice(failure(q(error.message()), q(error.detail())));
    } catch (const std::exception& error) {
        emit notice(failure(tr("The project could not be written: %1").arg(QString::fromUtf8(error.what()))));
    }
    return false;
}

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
    background::run(
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
    m_data.clear();
    m_project = std::move(result->project);
    m_loaded = std::move(result->model);
    m_reviewReason = result->reviewReason;
    m_modelHash.clear();
    DataSpec spec;
    try {
        spec = m_project->data();
        m_draft = m_project->draft();
        m_goal = m_project->goal();
        m_workload = m_project->workload();
        m_trials = m_project->trials();
    } catch (const Error& error) {
        m_reviewReason = tr("Review: parts of the project cannot be read. %1").arg(q(error.message()));
    }
    m_resolution = resolve(m_draft);
    emit opened(result->isNew);
    if (result->isNew && !m_loaded.importNote.isEmpty())
        emit notice({Notice::Kind::Info, m_loaded.importNote, {}});
    if (!m_reviewReason.isEmpty())
        emit notice({Notice::Kind::Warning, m_reviewReason, {}});
    if (hasModel()) {
        hashModel();
        m_data.check(spec, m_loaded.model);
    }
}

void Document::hashModel()
{
    const auto model = m_loaded.model;
    background::run(
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
            const std::string known = m_project->modelHash();
            if (known.empty() || known == hash) {
                m_modelHash = hash;
                const std::string path = s(QFileInfo(q(model->path())).absoluteFilePath());
                if (known.empty() || m_project->modelPath() != path)
                    store([&](project::Project& project) { project.setModel(path, hash); });
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

void Document::importConfig(const QString& path)
{
    if (!hasModel()) {
        emit notice(failure(tr("%1 is a config: open its model first, then the config becomes the draft.")
                                .arg(QFileInfo(path).fileName())));
        return;
    }
    if (!editable()) {
        emit notice(failure(m_reviewReason));
        return;
    }
    struct Result
    {
        exchange::ConfigFile file;
        QString error;
    };
    background::run(
        this,
        [path, model = m_loaded.model] {
            Result result;
            try {
                result.file = exchange::readConfigFile(s(path), model.get());
            } catch (const std::exception& error) {
                result.error = QString::fromUtf8(error.what());
            }
            return result;
        },
        [this, path](const Result& result) {
            if (!result.error.isEmpty()) {
                emit notice(failure(result.error));
                return;
            }
            settings::addRecent(path);
            m_undo.push(new SetDraft(this, result.file.config, tr("Import %1").arg(QFileInfo(path).fileName()), false));
            if (!result.file.ranges.empty())
                addRanges(result.file.ranges);
            m_selection.setShowsDraft(true);
            QStringList warnings;
            for (const std::string& warning : result.file.warnings)
                warnings << q(warning);
            for (const quantize::Problem& problem : m_resolution.problems)
                warnings << q(problem.path + ": " + problem.message);
            emit notice({warnings.isEmpty() ? Notice::Kind::Info : Notice::Kind::Warning,
                tr("%1 is the draft now.").arg(QFileInfo(path).fileName()), warnings.join(QLatin1Char(' '))});
        });
}

QString Document::projectPath() const
{
    return m_project ? q(m_project->path()) : QString();
}

QString Document::modelPath() const
{
    return hasModel() ? q(m_loaded.model->path()) : m_project ? q(m_project->modelPath()) : QString();
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
    return hasModel() ? quantize::resolve(*m_loaded.model, m_loaded.products, config) : quantize::Resolution{};
}

void Document::setDraft(const Config& draft)
{
    m_draft = draft;
    m_resolution = resolve(draft);
    store([&](project::Project& project) { project.setDraft(draft); });
    emit draftChanged();
}

void Document::setGoal(const Goal& goal)
{
    m_goal = goal;
    store([&](project::Project& project) { project.setGoal(goal); });
    emit goalChanged();
}

void Document::setWorkload(const Workload& workload)
{
    m_workload = workload;
    store([&](project::Project& project) { project.setWorkload(workload); });
    emit workloadChanged();
}

const Trial* Document::trial(int id) const
{
    const auto it = std::find_if(m_trials.begin(), m_trials.end(), [id](const Trial& t) { return t.id == id; });
    return it == m_trials.end() ? nullptr : &*it;
}

const Trial* Document::chosenTrial() const
{
    const auto it = std::find_if(m_trials.begin(), m_trials.end(), [](const Trial& t) { return t.chosen; });
    return it == m_trials.end() ? nullptr : &*it;
}

int Document::nextTrialId() const
{
    int id = m_project && !m_project->readOnly() ? m_project->nextTrialId() : 1;
    for (const Trial& known : m_trials)
        id = std::max(id, known.id + 1);
    return id;
}

void Document::putTrial(const Trial& trial)
{
    store([&](project::Project& project) { project.putTrial(trial); });
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
    if (!store([&](project::Project& project) { project.annotate(id, annotation); }))
        return;
    for (Trial& known : m_trials)
        if (known.id == id)
            known.annotate(annotation);
    emit trialsChanged();
}

void Document::choose(int id, const std::string& reason)
{
    if (!store([&](project::Project& project) { project.choose(id, reason); }))
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
    const std::string hash = m_data.hash();
    try {
        Ranges ranges = m_project && !hash.empty() ? m_project->ranges(hash) : Ranges{};
        ranges.insert(m_loaded.importedRanges.begin(), m_loaded.importedRanges.end());
        return ranges;
    } catch (const Error&) {
        return {};
    }
}

void Document::addRanges(const Ranges& ranges)
{
    const std::string hash = m_data.hash();
    if (!hash.empty())
        store([&](project::Project& project) { project.addRanges(hash, ranges); });
}

void Document::setSensitivity(const Sensitivity& sensitivity)
{
    m_sensitivity = sensitivity;
    const std::string hash = m_data.hash();
    if (!hash.empty() && sensitivity.complete())
        store([&](project::Project& project) { project.putSensitivity(hash, sensitivity); });
    emit sensitivityChanged();
}

void Document::checkData(const DataSpec& spec)
{
    if (hasModel())
        m_data.check(spec, m_loaded.model);
}

const tune::Predictor* Document::predictor() const
{
    if (!m_predictorCurrent) {
        std::vector<const Trial*> trials;
        for (const Trial& trial : m_trials)
            if (trial.workload == m_workload && trial.manifest.dataHash == m_data.hash()
                && (!trial.tuning() || trial.tuning()->metric == m_goal.metric))
                trials.push_back(&trial);
        m_predictor = tune::predictorFrom(
            m_sensitivity, trials, [this](const Config& config) { return resolve(config); });
        m_predictorCurrent = true;
    }
    return m_predictor ? &*m_predictor : nullptr;
}

void Document::dataChecked()
{
    if (!m_project || !m_data.usable())
        return;
    try {
        m_sensitivity = m_project->sensitivity(m_data.hash());
    } catch (const Error& error) {
        m_sensitivity = {};
        emit notice({Notice::Kind::Warning, tr("The ranking cannot be read. %1").arg(q(error.message())), {}});
    }
    emit sensitivityChanged();
    // Accepting means these very files: another hash asks again.
    if (m_project->meta(acceptedKey) == m_data.hash())
        m_data.setAccepted(true);
}

void Document::acceptData()
{
    if (!m_data.usable() || !editable())
        return;
    const bool stored = store([&](project::Project& project) {
        project.setData(m_data.spec());
        project.setMeta(acceptedKey, m_data.hash());
    });
    if (stored)
        m_data.setAccepted(true);
}

void Document::saveCopy(const QString& path)
{
    if (!m_project)
        return;
    try {
        m_project->saveAs(s(path));
        emit notice({Notice::Kind::Info, tr("A copy is at %1.").arg(path), {}});
    } catch (const Error& error) {
        emit notice(failure(q(error.message()), q(error.detail())));
    }
}

QByteArray Document::viewState() const
{
    return m_project ? QByteArray::fromStdString(m_project->meta(viewKey)) : QByteArray();
}

void Document::setViewState(const QByteArray& state)
{
    if (state != viewState())
        store([&](project::Project& project) { project.setMeta(viewKey, state.toStdString()); });
}

} // namespace octet::desktop
