// SPDX-License-Identifier: GPL-3.0-or-later
// How every command that measures begins.
#pragma once

#include "app/cli/shared.h"
#include "app/cli/store.h"

#include <functional>

namespace octet::cli {

/// Caps the ISA, then opens model, project and data, in this order. Throws as each of them does, and UsageError for
/// arguments that make no sense together.
struct Opening
{
    /// `check` looks at further arguments once the model is known, before anything is written.
    Opening(const Arguments& arguments, Console& console, const std::function<void(const graph::Model&)>& check = {});

    DataSpec spec; // as the arguments say; data->spec() is filled in
    quantize::Opened opened;
    std::shared_ptr<const graph::Model> model;
    Store project;
    std::shared_ptr<const data::Dataset> data;
};

} // namespace octet::cli
