// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/store.h"

#include "core/project/project.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <filesystem>

namespace octet::cli {

namespace fs = std::filesystem;
using project::Project;

Store::Store(const Arguments& arguments, const graph::Model& model)
{
    if (arguments.project.empty())
        return;
    std::error_code code;
    m_project =
        fs::exists(arguments.project, code) ? Project::open(arguments.project) : Project::create(arguments.project);
    const std::string& hash = model.hash();
    const std::string known = m_project->modelHash();
    if (!known.empty() && known != hash)
        throw Error(ErrorKind::Data,
            fmt::format("{} belongs to another model ({}); name another project file.", arguments.project,
                m_project->modelPath()),
            {.file = arguments.project});
    m_project->setModel(fs::absolute(model.path()).lexically_normal().string(), hash);
}

Store::~Store() = default;

void Store::setData(const DataSpec& spec)
{
    if (m_project)
        m_project->setData(spec);
}

void Store::setGoal(const Goal& goal)
{
    if (m_project)
        m_project->setGoal(goal);
}

void Store::setWorkload(const Workload& workload)
{
    if (m_project)
        m_project->setWorkload(workload);
}

Ranges Store::ranges(const data::Dataset& data) const
{
    if (!m_project)
        return {};
    Ranges ranges = m_project->ranges(data.hash());
    std::erase_if(ranges, [&](const auto& entry) {
        return static_cast<std::size_t>(entry.second.samples) != data.size(Split::Calibration);
    });
    return ranges;
}

void Store::addRanges(const data::Dataset& data, const Ranges& ranges)
{
    if (m_project && !ranges.empty())
        m_project->addRanges(data.hash(), ranges);
}

CalibrationEvidence Store::evidence(const data::Dataset& data) const
{
    const CalibrationEvidence known = m_project ? m_project->evidence(data.hash()) : CalibrationEvidence();
    return static_cast<std::size_t>(known.samples) == data.size(Split::Calibration) ? known : CalibrationEvidence();
}

void Store::addEvidence(const data::Dataset& data, const CalibrationEvidence& evidence)
{
    if (!m_project)
        return;
    CalibrationEvidence all = m_project->evidence(data.hash());
    all.add(evidence);
    m_project->putEvidence(data.hash(), all);
}

Sensitivity Store::sensitivity(const data::Dataset& data) const
{
    return m_project ? m_project->sensitivity(data.hash()) : Sensitivity();
}

void Store::putSensitivity(const data::Dataset& data, const Sensitivity& sensitivity)
{
    if (m_project)
        m_project->putSensitivity(data.hash(), sensitivity);
}

std::vector<Trial> Store::trials() const
{
    return m_project ? m_project->trials() : std::vector<Trial>();
}

void Store::put(const Trial& trial)
{
    if (m_project)
        m_project->putTrial(trial);
}

std::string Store::result(const std::string& key) const
{
    return m_project ? m_project->meta(key) : std::string();
}

void Store::setResult(const std::string& key, const std::string& value)
{
    if (m_project)
        m_project->setMeta(key, value);
}

} // namespace octet::cli
