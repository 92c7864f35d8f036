// SPDX-License-Identifier: GPL-3.0-or-later
// What the keys of a config file stand for in a model.
#pragma once

#include "core/exchange/inc_yaml.h"
#include "core/graph/model.h"

#include <string>
#include <vector>

namespace octet::cli {

/// Every key that names ops, in order, with what it matched; of an .octet.yaml those that name op types too (rule "op type").
/// Throws as reading the file does.
std::vector<exchange::NameMatch> configKeys(const std::string& file, const graph::Model& model);

} // namespace octet::cli
