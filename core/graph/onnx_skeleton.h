// SPDX-License-Identifier: GPL-3.0-or-later
// An ONNX file without the bytes of its initializers: what protobuf may parse without copying the weights.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace octet::graph {

struct Skeleton
{
    std::string bytes; // a serialised ModelProto
    bool hasGraph = false;
    bool hasSparseInitializers = false;
    /// By index in graph.initializer: its raw_data, which `bytes` does not contain.
    std::vector<std::optional<std::span<const std::byte>>> rawData;
};

/// `file` is a ModelProto (onnx.proto: model.graph = 7, graph.initializer = 5, tensor.raw_data = 9). Only what the
/// reader needs is kept; documentation, training info and functions are left out. Does not recurse, allocates in
/// proportion to what it keeps. Throws Error(Format) on anything that is not protobuf wire format, and on more
/// entries than any real model has (an empty message of two bytes would cost hundreds once parsed).
Skeleton skeletonOf(std::span<const std::byte> file, const std::string& path);

} // namespace octet::graph
