// SPDX-License-Identifier: GPL-3.0-or-later
// NAME.octet: one SQLite file with every draft, range, trial and profile ever made. Always saved.
#pragma once

#include "core/values/job.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace octet::project {

/// One writer: the process that has it open. Each call is one transaction, durable when it returns; a full disk gives
/// Error(Resource) and leaves the file as it was.
class Project
{
public:
    /// Opens or creates. Errors: File (cannot), Format (not a project, or newer than this program), Busy (open
    /// elsewhere: says by which process, when it can be known). A trial left Running by a process that died becomes
    /// Crashed.
    static std::unique_ptr<Project> open(const std::string& path);
    static std::unique_ptr<Project> create(const std::string& path); // must not exist
    /// For review: read-only, works on a read-only file, leaves nothing beside it.
    static std::unique_ptr<Project> review(const std::string& path);
    ~Project();

    const std::string& path() const;
    bool readOnly() const;

    // Reference to the model; the hash keeps results from being mixed.
    std::string modelPath() const;
    std::string modelHash() const;
    void setModel(const std::string& path, const std::string& hash);

    DataSpec data() const;
    void setData(const DataSpec& spec);
    Goal goal() const;
    void setGoal(const Goal& goal);
    Workload workload() const;
    void setWorkload(const Workload& workload);
    Config draft() const;
    void setDraft(const Config& draft);
    /// Jobs that were asked for and have not begun, first in turn first.
    std::vector<WaitingJob> waitingJobs() const;
    void setWaitingJobs(const std::vector<WaitingJob>& jobs);
    /// Ranges of this model on this data (`dataHash` as in Manifest).
    Ranges ranges(const std::string& dataHash) const;
    /// Those that were set by hand are part of a config and left out.
    void addRanges(const std::string& dataHash, const Ranges& ranges);
    /// The last one measured on this data; empty = none.
    Sensitivity sensitivity(const std::string& dataHash) const;
    /// What the last calibration on this data saw; empty = none. At most mostEvidence values are kept.
    static constexpr std::size_t mostEvidence = 1000;
    CalibrationEvidence evidence(const std::string& dataHash) const;
    void putEvidence(const std::string& dataHash, const CalibrationEvidence& evidence);
    void putSensitivity(const std::string& dataHash, const Sensitivity& sensitivity);

    std::vector<Trial> trials() const; // by id
    int nextTrialId() const;
    /// Insert or replace by id. Replacing never takes a pin, a choice or a note away: annotate() and choose() do.
    void putTrial(const Trial& trial);
    void annotate(int id, const Annotation& annotation); // Error(Setting) without a name
    void choose(int id, const std::string& reason); // at most one; id 0 = none; the reason is its note

    std::string meta(const std::string& key) const; // window state and the like; "" = unset
    void setMeta(const std::string& key, const std::string& value);

    /// A consistent copy, written beside `path` and renamed. Never copy or hash the file of an open project by other
    /// means inside this process: closing a descriptor of it would drop SQLite's lock.
    void saveAs(const std::string& path) const;

private:
    struct Impl;
    explicit Project(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::project
