// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/structure_titles.h"

#include <cctype>
#include <map>

namespace octet::graph {

std::optional<std::pair<std::string, int>> seriesName(const std::string& name)
{
    std::size_t digits = name.size();
    while (digits > 0 && std::isdigit(static_cast<unsigned char>(name[digits - 1])))
        --digits;
    if (digits == name.size() || name.size() - digits > 6)
        return std::nullopt;
    std::string stem = name.substr(0, digits);
    while (!stem.empty() && (stem.back() == '.' || stem.back() == '_'))
        stem.pop_back();
    return std::pair(stem, std::stoi(name.substr(digits)));
}

std::string scopeTitle(const std::string& name)
{
    static const std::map<std::string, std::string> words = {{"h", "Layer"}, {"layer", "Layer"}, {"layers", "Layer"},
        {"block", "Block"}, {"blocks", "Block"}, {"resblocks", "Block"}, {"patch_embed", "Patch embedding"},
        {"patch_embedding", "Patch embedding"}, {"patch_embeddings", "Patch embedding"}, {"lm_head", "Language head"},
        {"mlp_head", "Head"}, {"fc", "Classifier"}};
    const auto series = name.find('.') != std::string::npos ? seriesName(name) : std::nullopt;
    const std::string stem = series ? series->first : name;
    std::string title;
    if (const auto it = words.find(stem); it != words.end()) {
        title = it->second;
    } else {
        title = stem;
        for (char& c : title)
            if (c == '_')
                c = ' ';
        if (!title.empty())
            title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
    }
    return series ? title + " " + std::to_string(series->second) : title;
}

} // namespace octet::graph
