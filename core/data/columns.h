// SPDX-License-Identifier: GPL-3.0-or-later
// Which columns of a table are texts and labels.
#pragma once

#include "core/values/data_spec.h"

#include <string>
#include <vector>

namespace octet::data {

struct TextColumns
{
    std::string text;
    std::string pair; // "" = none
    std::string label; // "" = none
    std::vector<std::string> names() const; // text, then pair and label if there are such
};

/// Takes the columns that `spec` names, or finds them: sentence, text, sentence1 + sentence2; label.
/// Throws Error(Data) that lists the columns there are and the nearest name; for a label column only where one is needed
/// and `spec` names it or a name comes near, else there are no labels.
TextColumns findColumns(
    const std::vector<std::string>& available, const DataSpec& spec, const std::string& file, bool labelNeeded);

} // namespace octet::data
