// SPDX-License-Identifier: GPL-3.0-or-later
// Looking rows up by ids, as Gather says it.
#pragma once

#include "core/engine/ops/op.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <string>

namespace octet::engine {

inline std::int64_t indexAt(const std::byte* data, bool wide, std::int64_t i)
{
    return wide ? as<std::int64_t>(data)[i] : as<std::int32_t>(data)[i];
}

/// The i-th id as a row of `rows`; negative ones count from the end. Throws Error(Data) that names the node.
inline std::int64_t lookedUpRow(
    const std::byte* ids, bool wide, std::int64_t i, std::int64_t rows, const std::string& node)
{
    const std::int64_t id = indexAt(ids, wide, i), row = id + (id < 0 ? rows : 0);
    if (row < 0 || row >= rows)
        throw Error(ErrorKind::Data,
            fmt::format("Node \"{}\" (Gather) was asked for row {} of {}; the input holds ids that the model does not "
                        "know.",
                node, id, rows),
            {.node = node});
    return row;
}

} // namespace octet::engine
