// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/opening.h"

#include "app/desktop/app_info.h"
#include "app/desktop/words.h"
#include "core/quantize/imported.h"
#include "core/values/error.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>

namespace octet::desktop {

namespace {

using words::q;
using words::s;

/// By permission bits and not by access(): root may write everywhere, but a file marked read-only is meant so.
bool markedReadOnly(const QString& file)
{
    const auto permissions = QFileInfo(file).permissions();
    return !(permissions & (QFileDevice::WriteOwner | QFileDevice::WriteGroup | QFileDevice::WriteOther))
        || !QFileInfo(file).isWritable();
}

LoadedModel loadModel(const QString& path)
{
    LoadedModel loaded;
    quantize::Opened opened = quantize::open(s(path));
    loaded.model = opened.model;
    if (opened.wasQuantized) {
        loaded.importedConfig = std::move(opened.config);
        loaded.importedRanges = std::move(opened.ranges);
        loaded.importNote = QStringLiteral("The file is already quantized (%1): %2 products in int8 are the draft.")
                                .arg(q(opened.form))
                                .arg(opened.products);
    }
    loaded.structure = std::make_shared<const graph::Structure>(graph::structure(*loaded.model));
    loaded.products = quantize::products(*loaded.model);
    loaded.nodeNames.reserve(qsizetype(loaded.model->nodes().size()));
    for (const graph::Node& node : loaded.model->nodes())
        loaded.nodeNames << q(node.name);
    return loaded;
}

/// A project names its model absolutely; a project that travelled with its model finds it beside itself.
QString findModel(const project::Project& project)
{
    const QString stored = q(project.modelPath());
    if (stored.isEmpty() || QFileInfo::exists(stored))
        return stored;
    const QString beside = QFileInfo(q(project.path())).dir().filePath(QFileInfo(stored).fileName());
    return QFileInfo::exists(beside) ? beside : stored;
}

void openProject(Opened& opened, const QString& path, const QString& current)
{
    if (!QFileInfo::exists(path))
        throw Error(ErrorKind::File, s(QStringLiteral("%1 does not exist.").arg(path)));
    if (QFileInfo(path) == QFileInfo(current)) {
        opened.alreadyOpen = true;
        return;
    }
    if (markedReadOnly(path)) {
        opened.project = project::Project::review(s(path));
        opened.reviewReason =
            QStringLiteral("Review: %1 is read-only. Copy it to edit.").arg(QFileInfo(path).fileName());
    } else {
        opened.project = project::Project::open(s(path));
    }
    const QString modelPath = findModel(*opened.project);
    if (modelPath.isEmpty())
        throw Error(ErrorKind::Format, s(QStringLiteral("%1 names no model. Open the model itself.").arg(path)));
    if (!QFileInfo::exists(modelPath)) {
        opened.reviewReason =
            QStringLiteral("Review: the model %1 is not there. Put it back to edit and to run.").arg(modelPath);
        return;
    }
    try {
        opened.model = loadModel(modelPath);
    } catch (const Error& error) {
        opened.reviewReason = QStringLiteral("Review: ") + q(error.message());
    }
}

void openModel(Opened& opened, const QString& path, const QString& current)
{
    const QString file = q(graph::modelFile(s(path)));
    const QString projectPath = projectPathFor(file);
    if (!current.isEmpty() && QFileInfo(projectPath) == QFileInfo(current)) {
        opened.alreadyOpen = true;
        return;
    }
    opened.model = loadModel(file);
    if (QFileInfo::exists(projectPath)) {
        opened.project = markedReadOnly(projectPath) ? project::Project::review(s(projectPath))
                                                     : project::Project::open(s(projectPath));
        if (opened.project->readOnly())
            opened.reviewReason =
                QStringLiteral("Review: %1 is read-only. Copy it to edit.").arg(QFileInfo(projectPath).fileName());
        return;
    }
    QDir().mkpath(QFileInfo(projectPath).path());
    opened.project = project::Project::create(s(projectPath));
    opened.project->setModel(s(QFileInfo(file).absoluteFilePath()), "");
    opened.project->setDraft(
        opened.model.importNote.isEmpty() ? presetConfig("static") : opened.model.importedConfig);
    opened.isNew = true;
}

void readContents(Opened& opened)
{
    const project::Project& project = *opened.project;
    ProjectContents& contents = opened.contents;
    try {
        contents.data = project.data();
        contents.draft = project.draft();
        contents.goal = project.goal();
        contents.workload = project.workload();
        contents.waitingJobs = project.waitingJobs();
        contents.trials = project.trials();
        contents.modelPath = project.modelPath();
        contents.modelHash = project.modelHash();
        contents.nextTrialId = project.nextTrialId();
    } catch (const Error& error) {
        opened.reviewReason =
            QStringLiteral("Review: parts of the project cannot be read. %1").arg(q(error.message()));
    }
}

} // namespace

std::vector<Trial> recordedTrials(const graph::Model& model)
{
    const QFileInfo file(q(model.path()));
    const QString path =
        file.absolutePath() + QLatin1Char('/') + file.completeBaseName() + QStringLiteral(".recorded.octet");
    if (!QFileInfo::exists(path))
        return {};
    try {
        const auto project = project::Project::review(s(path));
        if (project->modelHash() != model.hash())
            return {};
        std::vector<Trial> trials;
        for (Trial& trial : project->trials()) {
            if (trial.state != TrialState::Done)
                continue;
            trial.pinned = trial.chosen = false;
            trial.note.clear();
            trials.push_back(std::move(trial));
        }
        return trials;
    } catch (const Error&) {
        return {}; // something to look at, nothing that is missed
    }
}

PathKind pathKind(const QString& path)
{
    const QString lower = path.toLower();
    if (lower.endsWith(QLatin1String(".octet")))
        return PathKind::Project;
    if (lower.endsWith(QLatin1String(".yaml")) || lower.endsWith(QLatin1String(".yml")))
        return PathKind::Config;
    return PathKind::Model;
}

QString projectPathFor(const QString& modelFile)
{
    const QFileInfo info(modelFile);
    const QString name = info.completeBaseName();
    const QFileInfo folder(info.absolutePath());
    const QString beside = folder.absoluteFilePath() + QLatin1Char('/') + name + QStringLiteral(".octet");
    const bool installed = !sampleFolder().isEmpty() && QFileInfo(sampleFolder()) == folder;
    if (QFileInfo::exists(beside) || (folder.isWritable() && !installed))
        return beside;
    const QByteArray digest =
        QCryptographicHash::hash(info.absoluteFilePath().toUtf8(), QCryptographicHash::Sha256).toHex().left(8);
    return QStringLiteral("%1/%2-%3-%4.octet")
        .arg(projectsFolder(), folder.fileName(), name, QString::fromLatin1(digest));
}

std::shared_ptr<Opened> openPath(const QString& path, const QString& current)
{
    auto opened = std::make_shared<Opened>();
    try {
        if (pathKind(path) == PathKind::Project)
            openProject(*opened, QFileInfo(path).absoluteFilePath(), current);
        else
            openModel(*opened, QFileInfo(path).absoluteFilePath(), current);
        if (opened->project)
            readContents(*opened);
        if (opened->project && opened->model.model && opened->contents.trials.empty())
            opened->recorded = recordedTrials(*opened->model.model);
    } catch (const Error& error) {
        opened->project.reset();
        opened->error = q(error.message());
    } catch (const std::exception& error) {
        opened->project.reset();
        opened->error = QStringLiteral("%1 could not be opened: %2").arg(path, QString::fromUtf8(error.what()));
    }
    return opened;
}

} // namespace octet::desktop
