// SPDX-License-Identifier: GPL-3.0-or-later
// From a path to a project and a model. Runs off the UI thread; pure but for the files.
#pragma once

#include "core/graph/structure.h"
#include "core/project/project.h"
#include "core/quantize/products.h"
#include "core/values/ranges.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <vector>

namespace octet::desktop {

struct LoadedModel
{
    std::shared_ptr<const graph::Model> model;
    std::shared_ptr<const graph::Structure> structure;
    QStringList nodeNames; // by node index
    std::vector<quantize::Product> products;
    Ranges importedRanges; // of a file that was quantized before
    Config importedConfig;
    QString importNote; // "already quantized (QDQ): 74 products in int8"; empty = it was not
};

/// What is asked for all the time: read once, off the window's thread.
struct ProjectContents
{
    DataSpec data;
    Config draft;
    Goal goal;
    Workload workload;
    std::vector<WaitingJob> waitingJobs;
    std::vector<Trial> trials;
    std::string modelPath, modelHash;
    int nextTrialId = 1;
};

struct Opened
{
    std::unique_ptr<project::Project> project;
    ProjectContents contents;
    LoadedModel model; // null model: the project opens for review
    QString reviewReason; // why edits are refused; empty = editable
    QString error; // nothing was opened; one sentence
    std::vector<Trial> recorded; // see recordedTrials(); only for a project without trials of its own
    bool isNew = false;
    bool alreadyOpen = false; // it is the current project: nothing was done
};

enum class PathKind { Project, Config, Model };
PathKind pathKind(const QString& path);

/// Opens a project with its model, or a model (file or folder) with its project: NAME.octet beside it, in the
/// projects folder where that cannot be written. A project that cannot be written, or whose model is missing, opens
/// for review. `current` is the project that this process has open. Never throws.
std::shared_ptr<Opened> openPath(const QString& path, const QString& current = {});

/// Finished trials of exactly this model that somebody recorded elsewhere and shipped as NAME.recorded.octet beside
/// it, so that plot and graph have something to show before anything has run; by id, without pins and choices. A file
/// that is missing, damaged or of another model is none.
std::vector<Trial> recordedTrials(const graph::Model& model);

/// Where the project of a model lies or would lie.
QString projectPathFor(const QString& modelFile);

} // namespace octet::desktop
