// SPDX-License-Identifier: GPL-3.0-or-later
// --project: what is known already comes from the file, and what is found goes there.
#pragma once

#include "app/cli/arguments.h"
#include "core/data/dataset.h"
#include "core/graph/model.h"
#include "core/values/job.h"

#include <memory>
#include <string>
#include <vector>

namespace octet::project {
class Project;
}

namespace octet::cli {

/// Without --project everything is a no-op and nothing is known.
class Store
{
public:
    /// Opens or creates the project and ties it to the model. Throws Error(Data) when it belongs to another model.
    Store(const Arguments& arguments, const graph::Model& model);
    ~Store();

    void setData(const DataSpec& spec);
    void setGoal(const Goal& goal);
    void setWorkload(const Workload& workload);

    /// Ranges that were computed from as many samples as the calibration split has now.
    Ranges ranges(const data::Dataset& data) const;
    void addRanges(const data::Dataset& data, const Ranges& ranges);
    /// Of as many samples, likewise; empty = none.
    CalibrationEvidence evidence(const data::Dataset& data) const;
    void addEvidence(const data::Dataset& data, const CalibrationEvidence& evidence);
    Sensitivity sensitivity(const data::Dataset& data) const;
    void putSensitivity(const data::Dataset& data, const Sensitivity& sensitivity);

    /// All trials; the tuner takes those of its own circumstances, and numbers new ones beyond all.
    std::vector<Trial> trials() const;
    void put(const Trial& trial);

    /// Small results by key (evaluations).
    std::string result(const std::string& key) const;
    void setResult(const std::string& key, const std::string& value);

private:
    std::unique_ptr<project::Project> m_project;
};

} // namespace octet::cli
