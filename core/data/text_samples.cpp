// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/text_samples.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <utility>

namespace octet::data {

namespace {

template <typename T>
void append(std::vector<T>& all, const std::vector<std::int64_t>& wide, const char* what, const std::string& file, long row)
{
    for (const std::int64_t id : wide) {
        if (!std::in_range<T>(id))
            throw Error(ErrorKind::Format,
                fmt::format("{}, row {}: the tokenizer gives the {} {}, which no vocabulary has.", file, row, what, id),
                {.file = file, .row = row});
        all.push_back(static_cast<T>(id));
    }
}

} // namespace

void TextSamples::add(
    std::string_view text, std::string_view pair, const Encoding& encoding, const std::string& file, long row)
{
    append(m_ids, encoding.ids, "id", file, row);
    append(m_types, encoding.typeIds, "type id", file, row);
    m_bytes.append(text);
    const std::size_t textEnd = m_bytes.size();
    m_bytes.append(pair);
    m_ends.push_back({textEnd, m_bytes.size(), m_ids.size(), row});
}

void TextSamples::shrinkToFit()
{
    m_ends.shrink_to_fit();
    m_bytes.shrink_to_fit();
    m_ids.shrink_to_fit();
    m_types.shrink_to_fit();
}

TextSamples::Sample TextSamples::at(std::size_t index) const
{
    const Ends& end = m_ends.at(index);
    const Ends start = index > 0 ? m_ends[index - 1] : Ends();
    const std::string_view bytes = m_bytes;
    const std::size_t tokens = end.ids - start.ids;
    return {bytes.substr(start.pair, end.text - start.pair), bytes.substr(end.text, end.pair - end.text), end.row,
        std::span(m_ids).subspan(start.ids, tokens), std::span(m_types).subspan(start.ids, tokens)};
}

} // namespace octet::data
