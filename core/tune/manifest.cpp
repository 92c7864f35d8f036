// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/manifest.h"

#include "core/engine/cpu.h"
#include "core/engine/onednn.h"
#include "core/values/hash.h"
#include "core/values/json.h"

#include <nlohmann/json.hpp>

#include <ctime>

namespace octet::tune {

namespace {

std::string utcNow()
{
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

} // namespace

Manifest manifestFor(
    const graph::Model& model, const data::Dataset* data, const JobRequest& request, const Config& config)
{
    Manifest manifest;
    manifest.modelPath = model.path();
    manifest.modelHash = model.hash();
    manifest.dataHash = data ? data->hash() : std::string();
    manifest.configHash = sha256(toJson(config).dump());
    manifest.machine = engine::machine(engine::effectiveIsa());
    manifest.threads = request.workload.threads;
    manifest.seed = request.goal.seed;
    manifest.versions = {{"octet", OCTET_VERSION}, {"onednn", engine::oneDnnVersion()}, {"compiler", __VERSION__}};
    manifest.started = utcNow();
    return manifest;
}

} // namespace octet::tune
