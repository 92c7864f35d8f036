// SPDX-License-Identifier: GPL-3.0-or-later
// Many texts with their tokens, one behind the other: beside its own bytes a sample costs a few numbers.
#pragma once

#include "core/data/tokenizer.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace octet::data {

class TextSamples
{
public:
    /// Valid until the next add().
    struct Sample
    {
        std::string_view text, pair; // pair "" = none
        long row = 0; // in its file
        std::span<const std::int32_t> ids;
        std::span<const std::uint8_t> types; // as many as ids
    };

    /// Throws Error(Format) naming `file` and `row` for ids that are none.
    void add(std::string_view text, std::string_view pair, const Encoding& encoding, const std::string& file, long row);
    void shrinkToFit();
    std::size_t size() const { return m_ends.size(); }
    Sample at(std::size_t index) const; // throws std::out_of_range

private:
    struct Ends
    {
        std::size_t text = 0, pair = 0, ids = 0; // behind the sample's last, in the vectors below
        long row = 0;
    };
    std::vector<Ends> m_ends;
    std::string m_bytes; // text, pair, text, pair ...
    std::vector<std::int32_t> m_ids;
    std::vector<std::uint8_t> m_types;
};

} // namespace octet::data
