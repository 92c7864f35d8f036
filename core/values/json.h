// SPDX-License-Identifier: GPL-3.0-or-later
// The one place where values become JSON and come back. Unknown keys are ignored, missing ones keep their default,
// wrong types throw Error(Format) that names the key. fromJson(toJson(x)) == x, doubles included.
#pragma once

#include "core/values/capability.h"
#include "core/values/error.h"
#include "core/values/job.h"

#include <nlohmann/json_fwd.hpp>

namespace octet {

nlohmann::json toJson(const Config& value);
nlohmann::json toJson(const OpLeaves& value);
nlohmann::json toJson(const OpSettings& value);
nlohmann::json toJson(const Ranges& value);
nlohmann::json toJson(const DataSpec& value);
nlohmann::json toJson(const Goal& value);
nlohmann::json toJson(const Workload& value);
nlohmann::json toJson(const Accuracy& value);
nlohmann::json toJson(const Latency& value);
nlohmann::json toJson(const GroupProfile& value);
nlohmann::json toJson(const Machine& value);
nlohmann::json toJson(const Manifest& value);
nlohmann::json toJson(const Trial& value);
nlohmann::json toJson(const JobRequest& value);
nlohmann::json toJson(const JobUpdate& value);
nlohmann::json toJson(const WaitingJob& value);
nlohmann::json toJson(const JobProgress& value);
nlohmann::json toJson(const JobResult& value);
nlohmann::json toJson(const Sensitivity& value);
nlohmann::json toJson(const CalibrationEvidence& value);
nlohmann::json toJson(const Capability& value);
nlohmann::json toJson(const Error& value); // {kind, message, detail, where{file,line,column,row,node}}

/// Specialised for every type above (Error excepted: errorFromJson).
template <typename T>
T fromJson(const nlohmann::json& json);
template <> Config fromJson(const nlohmann::json& json);
template <> OpLeaves fromJson(const nlohmann::json& json);
template <> OpSettings fromJson(const nlohmann::json& json);
template <> Ranges fromJson(const nlohmann::json& json);
template <> DataSpec fromJson(const nlohmann::json& json);
template <> Goal fromJson(const nlohmann::json& json);
template <> Workload fromJson(const nlohmann::json& json);
template <> Accuracy fromJson(const nlohmann::json& json);
template <> Latency fromJson(const nlohmann::json& json);
template <> GroupProfile fromJson(const nlohmann::json& json);
template <> Machine fromJson(const nlohmann::json& json);
template <> Manifest fromJson(const nlohmann::json& json);
template <> Trial fromJson(const nlohmann::json& json);
template <> JobRequest fromJson(const nlohmann::json& json);
template <> JobUpdate fromJson(const nlohmann::json& json);
template <> WaitingJob fromJson(const nlohmann::json& json);
template <> JobProgress fromJson(const nlohmann::json& json);
template <> JobResult fromJson(const nlohmann::json& json);
template <> Sensitivity fromJson(const nlohmann::json& json);
template <> CalibrationEvidence fromJson(const nlohmann::json& json);
template <> Capability fromJson(const nlohmann::json& json);
Error errorFromJson(const nlohmann::json& json);

} // namespace octet
