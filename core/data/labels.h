// SPDX-License-Identifier: GPL-3.0-or-later
// Classes, their names, and labels read as numbers or by name.
#pragma once

#include "core/data/signature.h"

#include <string>
#include <string_view>
#include <vector>

namespace octet::data {

/// Names by class index: those of `spec`, else id2label of config.json, else labels.txt, else empty. Names found in
/// files count only when there is one for every class. Throws Error(Setting) when the spec's own are of another number.
std::vector<std::string> findLabelNames(const DataSpec& spec, const Signature& signature);

class LabelReader
{
public:
    /// `classes` 0 = unknown: any label from 0 on is accepted.
    LabelReader(int classes, std::vector<std::string> names);
    /// A number or a class name; throws Error(Data) with the row.
    int read(std::string_view text, const std::string& file, long row) const;
    int check(std::int64_t label, const std::string& file, long row) const;

    /// A number that is finite; throws Error(Data) with the row.
    static float readNumber(std::string_view text, const std::string& file, long row);

private:
    int m_classes;
    std::vector<std::string> m_names;
};

/// Names for all classes, numbers where there are none.
std::vector<std::string> completeNames(std::vector<std::string> names, int classes);

} // namespace octet::data
