// SPDX-License-Identifier: GPL-3.0-or-later
// What is open: one project with its model, draft, goal, data and trials. Computes nothing but what is cheap and pure.
#pragma once

#include "app/desktop/data_source.h"
#include "app/desktop/notice.h"
#include "app/desktop/opening.h"
#include "app/desktop/prediction_fit.h"
#include "app/desktop/project_store.h"
#include "app/desktop/selection.h"
#include "core/quantize/resolve.h"

#include <QObject>
#include <QUndoStack>

#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace octet::desktop {

class Document : public QObject
{
    Q_OBJECT
public:
    explicit Document(QObject* parent = nullptr);
    ~Document() override;

    /// Model, folder, project, or (with a model open) a config that becomes the draft. Answers with opened() or
    /// notice().
    void open(const QString& path);
    bool opening() const { return m_opening; }
    bool isOpen() const { return m_store.isOpen(); }
    bool hasModel() const { return m_loaded.model != nullptr; }
    const LoadedModel& loaded() const { return m_loaded; }
    const graph::Model& model() const { return *m_loaded.model; }
    QStringList nodesOf(const QString& boxPath) const; // names of all nodes in a box of the graph
    QString projectPath() const;
    QString modelPath() const;
    QString title() const; // "sst2-bert: model.onnx"
    /// sha256; empty while it is being computed.
    const std::string& modelHash() const { return m_modelHash; }
    /// Why edits and jobs are refused; empty = they are not.
    const QString& reviewReason() const { return m_reviewReason; }
    bool editable() const { return isOpen() && m_reviewReason.isEmpty(); }

    QUndoStack* undoStack() { return &m_undo; }
    Selection* selection() { return &m_selection; }
    const Selection* selection() const { return &m_selection; }
    DataSource* data() { return &m_data; }
    const DataSource* data() const { return &m_data; }

    const Config& draft() const { return m_draft; }
    const Goal& goal() const { return m_goal; }
    const Workload& workload() const { return m_workload; }
    const quantize::Resolution& resolution() const { return m_resolution; }
    quantize::Resolution resolve(const Config& config) const;
    const quantize::Resolution& resolutionOf(const Trial& trial) const; // of a trial of this project, made once
    // Called by the undo commands; everything else pushes a command.
    void setDraft(const Config& draft);
    void setGoal(const Goal& goal);
    void setWorkload(const Workload& workload);

    const std::vector<Trial>& trials() const { return m_trials; } // of this project: what jobs and predictions read
    /// What views show: the project's trials or, while it has none, those that were recorded with the model. Never both.
    const std::vector<Trial>& shownTrials() const { return m_recorded.empty() ? m_trials : m_recorded; }
    QString recordedOn() const; // CPU of the recorded trials while they are shown; empty = they are this project's
    const Trial* trial(int id) const; // of those that are shown; null = none
    const Trial* chosenTrial() const;
    int nextTrialId() const;
    void putTrial(const Trial& trial);
    // Called by the undo commands, like setDraft().
    void annotate(int id, const Annotation& annotation);
    void choose(int id, const std::string& reason); // 0 = none

    Ranges ranges() const; // of this model on this data
    void addRanges(const Ranges& ranges);
    const CalibrationEvidence& evidence() const { return m_evidence; } // likewise; empty = none
    void addEvidence(const CalibrationEvidence& found);
    const Sensitivity& sensitivity() const { return m_sensitivity; } // of this model on this data; empty = none
    void setSensitivity(const Sensitivity& sensitivity);
    /// From sensitivity and trials of this workload, fitted in the background; null while too little is known.
    const tune::Predictor* predictor() const { return m_fit.predictor(); }
    void checkData(const DataSpec& spec);
    void acceptData();

    /// A job that has begun and not ended, by name, so that the next opening can offer to go on; "" = none.
    QString unfinishedJob() const;
    void setUnfinishedJob(const QString& kind);
    /// Those that were asked for and have not begun: kept for the next opening.
    const std::vector<WaitingJob>& waitingJobs() const { return m_waitingJobs; }
    void setWaitingJobs(const std::vector<WaitingJob>& jobs);

    /// A consistent copy of the project file.
    void saveCopy(const QString& path);

    QByteArray viewState() const;
    void setViewState(const QByteArray& state);

signals:
    void openingStarted(const QString& path);
    void openingEnded();
    void opened(bool isNew);
    void editableChanged();
    void draftChanged();
    void opsMarked(const octet::Config& before, const octet::Config& after); // or the mark was taken back
    void goalChanged();
    void workloadChanged();
    void trialsChanged();
    void sensitivityChanged();
    void predictorChanged();
    void evidenceChanged();
    void notice(const octet::desktop::Notice& notice);

private:
    void adopt(std::shared_ptr<Opened> opened);
    void importConfig(const QString& path);
    void hashModel();
    void dataChecked();

    bool m_opening = false;
    ProjectStore m_store;
    std::string m_storedModelPath, m_storedModelHash; // as the project has them
    int m_nextTrialId = 1;
    LoadedModel m_loaded;
    QString m_reviewReason;
    std::string m_modelHash;
    Config m_draft;
    Goal m_goal;
    Sensitivity m_sensitivity;
    Ranges m_ranges; // that the project has of this data
    CalibrationEvidence m_evidence;
    Workload m_workload;
    std::vector<WaitingJob> m_waitingJobs;
    quantize::Resolution m_resolution;
    // The same few configs are asked for at every change, and one takes milliseconds. Latest first.
    mutable std::deque<std::pair<Config, quantize::Resolution>> m_resolved;
    mutable std::map<int, quantize::Resolution> m_resolvedTrials; // by id
    std::vector<Trial> m_trials; // by id
    std::vector<Trial> m_recorded; // by id; empty once there are trials of one's own
    QUndoStack m_undo;
    Selection m_selection;
    DataSource m_data;
    PredictionFit m_fit; // last: it reads the others
};

} // namespace octet::desktop
