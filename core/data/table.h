// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of text: .tsv (tabs, no quoting, as GLUE has it), .csv (RFC 4180), .jsonl (an object a line). All UTF-8.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace octet::data {

struct TableRow
{
    long line = 0; // where it starts in the file, from 1; the header counts
    std::vector<std::string> cells; // of the chosen columns
};

/// Picks the wanted ones of a file's columns; throws when they are not there.
using ColumnChoice = std::function<std::vector<std::string>(const std::vector<std::string>& columns)>;

/// Gives `use` one row of a file after another and returns all columns that it has; its ending says which kind it is.
/// Throws Error(File | Resource), Error(Unsupported) for another ending, Error(Data) with the row for text that is not
/// UTF-8, a broken row, or a file without rows.
std::vector<std::string> readTable(
    const std::string& path, const ColumnChoice& choose, const std::function<void(const TableRow&)>& use);
/// The columns alone.
std::vector<std::string> tableColumns(const std::string& path);
bool isTableFile(const std::string& path);

} // namespace octet::data
