// SPDX-License-Identifier: GPL-3.0-or-later
// JSON-RPC 2.0 with Content-Length framing, as language servers speak it. Pure: bytes in, messages out.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace octet::worker {

std::string frame(const nlohmann::json& message);

/// Feed bytes in any pieces; take complete messages out. Throws Error(Format) on a broken header or JSON and on
/// messages over 256 MiB.
class Deframer
{
public:
    Deframer();
    ~Deframer();
    std::vector<nlohmann::json> feed(std::string_view bytes);

private:
    std::string m_buffer;
};

// Methods (requests): "model/open" {path, hash?} -> {hash, nodes, products}; "job/start" JobRequest -> JobResult (the
// answer comes when the job ends; one job at a time, a second gets an error); "job/cancel" {}; "job/pause" {} and "job/resume" {}
// (the answer says that it was heard, "job/paused" that the job stands or goes on); "job/update" JobUpdate (a search
// reads it before its next trial; the newest counts); "job/watch" {values} (names of ONNX values, for "job/partial"; holds
// for later jobs too); "machine/capability" {} -> Capability (at once, also while a job runs); "shutdown" {}.
// Notifications: "job/progress" JobProgress; "step/started" Trial; "step/finished" Trial; "job/ranges" Ranges;
// "job/evidence" CalibrationEvidence; "job/partial" the same of watched values so far, at most twice a second;
// "job/paused" {paused}; "job/log" {line}. Errors carry toJson(Error) as `data`.

} // namespace octet::worker
