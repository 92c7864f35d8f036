// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/table.h"

#include "core/data/bert_text.h"
#include "core/data/files.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace octet::data {

namespace {

constexpr std::uint64_t maxTableFile = std::uint64_t(2) << 30;

[[noreturn]] void badRow(const std::string& path, long line, const std::string& what)
{
    throw Error(ErrorKind::Data, fmt::format("{}, row {}: {}.", path, line, what), {.file = path, .row = line});
}

/// Reads records one after the other; a record is a row with all its fields.
class Records
{
public:
    Records(const std::string& path, std::string_view text)
        : m_path(path)
        , m_text(text)
    {
    }
    virtual ~Records() = default;
    /// False at the end. Wholly empty lines are passed over.
    virtual bool next(std::vector<std::string>& fields) = 0;
    long line() const { return m_line; } // where the last record started

protected:
    bool nextLine(std::string_view& line)
    {
        while (m_at < m_text.size()) {
            const std::size_t end = std::min(m_text.find('\n', m_at), m_text.size());
            line = m_text.substr(m_at, end - m_at);
            m_at = end + 1;
            m_line = m_nextLine++;
            if (line.ends_with('\r'))
                line.remove_suffix(1);
            if (!line.empty())
                return true;
        }
        return false;
    }

    const std::string& m_path;
    std::string_view m_text;
    std::size_t m_at = 0;
    long m_line = 0;
    long m_nextLine = 1;
};

class TabRecords : public Records
{
public:
    using Records::Records;
    bool next(std::vector<std::string>& fields) override
    {
        std::string_view line;
        if (!nextLine(line))
            return false;
        fields.clear();
        for (std::size_t start = 0; start <= line.size();) {
            const std::size_t end = std::min(line.find('\t', start), line.size());
            fields.emplace_back(line.substr(start, end - start));
            start = end + 1;
        }
        return true;
    }
};

class CommaRecords : public Records
{
public:
    using Records::Records;
    bool next(std::vector<std::string>& fields) override
    {
        while (m_at < m_text.size() && (m_text[m_at] == '\n' || m_text[m_at] == '\r'))
            m_nextLine += m_text[m_at++] == '\n' ? 1 : 0;
        if (m_at >= m_text.size())
            return false;
        m_line = m_nextLine;
        fields.clear();
        do
            fields.push_back(field());
        while (separator());
        return true;
    }

private:
    std::string field()
    {
        if (m_at >= m_text.size() || m_text[m_at] != '"') {
            const std::size_t end = std::min(m_text.find_first_of(",\r\n", m_at), m_text.size());
            std::string value(m_text.substr(m_at, end - m_at));
            m_at = end;
            return value;
        }
        std::string value;
        for (++m_at; m_at < m_text.size(); ++m_at) {
            if (m_text[m_at] == '"' && (m_at + 1 == m_text.size() || m_text[m_at + 1] != '"')) {
                ++m_at;
                return value;
            }
            m_at += m_text[m_at] == '"' ? 1 : 0;
            m_nextLine += m_text[m_at] == '\n' ? 1 : 0;
            value += m_text[m_at];
        }
        badRow(m_path, m_line, "a quoted field has no end");
    }
    /// Passes a comma (true) or the end of the record.
    bool separator()
    {
        if (m_at >= m_text.size())
            return false;
        if (m_text[m_at] == ',') {
            ++m_at;
            return true;
        }
        if (m_text[m_at] == '\r' && m_at + 1 < m_text.size() && m_text[m_at + 1] == '\n')
            ++m_at;
        if (m_text[m_at] != '\n' && m_text[m_at] != '\r')
            badRow(m_path, m_line, "there is text behind a closing quote; write a quote inside a field as two");
        m_nextLine += m_text[m_at] == '\n' ? 1 : 0;
        ++m_at;
        return false;
    }
};

void checkUtf8(const std::string& path, std::string_view text)
{
    const std::size_t bad = invalidUtf8(text);
    if (bad == std::string_view::npos)
        return;
    const auto line = 1 + std::ranges::count(text.substr(0, bad), '\n');
    badRow(path, static_cast<long>(line), "the text is not UTF-8; convert the file");
}

std::vector<std::size_t> indices(const std::vector<std::string>& columns, const std::vector<std::string>& chosen)
{
    std::vector<std::size_t> found;
    for (const std::string& name : chosen)
        found.push_back(static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin()));
    return found;
}

using RowUse = std::function<void(const TableRow&)>;

/// What a reader of rows leaves behind.
struct Read
{
    std::vector<std::string> columns;
    bool anyRow = false;
};

Read readRecords(Records& records, const std::string& path, const ColumnChoice& choose, const RowUse& use)
{
    std::vector<std::string> fields;
    Read read;
    if (records.next(fields))
        read.columns = fields;
    const std::vector<std::size_t> wanted = indices(read.columns, choose(read.columns));
    while (records.next(fields)) {
        // A row that does not fit the header would put texts under the wrong labels.
        if (fields.size() != read.columns.size())
            badRow(path, records.line(),
                fmt::format("it has {} fields where the header names {}", fields.size(), read.columns.size()));
        TableRow row{records.line(), {}};
        for (const std::size_t column : wanted)
            row.cells.push_back(fields[column]);
        use(row);
        read.anyRow = true;
    }
    return read;
}

class ObjectLines : public Records
{
public:
    using Records::Records;
    bool next(std::vector<std::string>&) override { return false; }
    bool next(nlohmann::ordered_json& object)
    {
        std::string_view line;
        do
            if (!nextLine(line))
                return false;
        while (line.find_first_not_of(" \t") == std::string_view::npos);
        object = nlohmann::ordered_json::parse(line, nullptr, false);
        if (!object.is_object())
            badRow(m_path, m_line, "it is not a JSON object");
        return true;
    }
};

std::string cell(const nlohmann::ordered_json& object, const std::string& column, const std::string& path, long line)
{
    const auto it = object.find(column);
    if (it == object.end() || it->is_null())
        badRow(path, line, fmt::format("it has no \"{}\"", column));
    if (it->is_string())
        return it->get<std::string>();
    if (it->is_boolean())
        return it->get<bool>() ? "1" : "0";
    if (it->is_number())
        return it->dump();
    badRow(path, line, fmt::format("\"{}\" is neither text nor a number", column));
}

Read readObjects(const std::string& path, std::string_view text, const ColumnChoice& choose, const RowUse& use)
{
    ObjectLines lines(path, text);
    nlohmann::ordered_json object;
    Read read;
    std::vector<std::string> chosen;
    while (lines.next(object)) {
        if (!read.anyRow) {
            for (const auto& item : object.items())
                read.columns.push_back(item.key());
            chosen = choose(read.columns);
        }
        TableRow row{lines.line(), {}};
        for (const std::string& column : chosen)
            row.cells.push_back(cell(object, column, path, lines.line()));
        use(row);
        read.anyRow = true;
    }
    return read;
}

std::string ending(const std::string& path)
{
    const std::string name = fileName(path);
    const std::size_t dot = name.rfind('.');
    std::string end = dot == std::string::npos ? "" : name.substr(dot);
    std::ranges::transform(
        end, end.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return end;
}

} // namespace

bool isTableFile(const std::string& path)
{
    const std::string end = ending(path);
    return end == ".tsv" || end == ".csv" || end == ".jsonl";
}

std::vector<std::string> readTable(const std::string& path, const ColumnChoice& choose, const RowUse& use)
{
    if (!isTableFile(path))
        throw Error(ErrorKind::Unsupported,
            fmt::format("{} is not a .tsv, .csv or .jsonl file; save the texts as one of these.", path),
            {.file = path});
    const std::string content = readFile(path, maxTableFile);
    std::string_view text = content;
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    checkUtf8(path, text);
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        throw Error(ErrorKind::Data, fmt::format("{} is empty.", path), {.file = path});
    Read read;
    if (ending(path) == ".jsonl") {
        read = readObjects(path, text, choose, use);
    } else if (ending(path) == ".csv") {
        CommaRecords records(path, text);
        read = readRecords(records, path, choose, use);
    } else {
        TabRecords records(path, text);
        read = readRecords(records, path, choose, use);
    }
    if (!read.anyRow)
        throw Error(ErrorKind::Data, fmt::format("{} has a header but no rows.", path), {.file = path});
    return read.columns;
}

std::vector<std::string> tableColumns(const std::string& path)
{
    return readTable(path, [](const auto&) { return std::vector<std::string>(); }, [](const TableRow&) {});
}

} // namespace octet::data
