// SPDX-License-Identifier: GPL-3.0-or-later
// NAME.octet.yaml, the canonical text of a trial: config, ranges, workload, data, realised precisions, manifest.
#pragma once

#include "core/quantize/resolve.h"
#include "core/values/error.h"
#include "core/values/trial.h"

#include <optional>
#include <string>
#include <vector>

namespace octet::exchange {

struct OctetDocument
{
    Config config;
    Ranges ranges;
    std::optional<DataSpec> data;
    std::optional<Goal> goal;
    Workload workload;
    Manifest manifest;
    std::map<Split, Accuracy> accuracy; // counts only, nothing per sample
    std::string outputDigest;
    std::vector<GroupProfile> groups; // realised
    bool operator==(const OctetDocument&) const = default;
};

OctetDocument documentOf(const Trial& trial, const DataSpec* data, const Goal* goal);
std::string writeOctetYaml(const OctetDocument& document);
/// Throws Error(Format | Setting) with line and column; unknown keys are errors with the nearest known key.
OctetDocument readOctetYaml(const std::string& text, const std::string& fileName);

/// The config alone, as a text to be edited: an .octet.yaml too.
std::string writeConfigYaml(const Config& config);

struct ConfigText
{
    Config config;
    std::map<std::string, Location> places; // of every level, by quantize::Problem::path
};
/// Of what writeConfigYaml writes; throws as readOctetYaml does, and for the sections that a whole .octet.yaml has.
ConfigText readConfigYaml(const std::string& text, const std::string& fileName);

} // namespace octet::exchange
