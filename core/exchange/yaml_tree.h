// SPDX-License-Identifier: GPL-3.0-or-later
// YAML as a plain tree with marks. The parser guards against hostile text, so that nothing above it has to.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace octet::exchange {

/// One node. `line` and `column` count from 1. Aliases are copied in, merge keys ("<<") are applied.
struct YamlNode
{
    enum class Kind { Null, Scalar, Sequence, Map };
    Kind kind = Kind::Null;
    std::string text; // of a scalar
    bool plain = true; // an unquoted scalar, whose type its spelling decides
    std::string tag; // explicit only: "!Pruner", "tag:yaml.org,2002:python/tuple"
    bool flow = false; // written as [a, b] or {a: b}
    std::vector<YamlNode> items;
    std::vector<std::pair<YamlNode, YamlNode>> entries; // in file order; of equal keys the last one counts
    int line = 0, column = 0;

    bool isMap() const { return kind == Kind::Map; }
    bool isNull() const { return kind == Kind::Null; }
    bool isScalar() const { return kind == Kind::Scalar; }
    bool isSequence() const { return kind == Kind::Sequence; }
    /// The value of a key, or null. The last one when a key occurs twice.
    const YamlNode* find(const std::string& key) const;
    YamlNode* find(const std::string& key);
    /// The value of a key, added (as Null) when it is not there.
    YamlNode& operator[](const std::string& key);

    static YamlNode scalar(std::string text, bool plain);
    static YamlNode string(const std::string& text); // quoted where YAML 1.1 would read something else
    static YamlNode map();
    static YamlNode sequence(bool flow);
};

/// Limits that no honest config reaches.
constexpr std::size_t maxYamlBytes = 16u << 20;
constexpr int maxYamlDepth = 64;
constexpr std::size_t maxYamlNodes = 400'000; // after aliases are copied in

/// Parses exactly one document; an empty one is Null. Throws Error(Format) with line and column for syntax errors,
/// more than one document, and what exceeds the limits. `fileName` is for messages.
YamlNode parseYaml(const std::string& text, const std::string& fileName);

/// The text of a file of at most maxYamlBytes; throws Error(File) or Error(Format).
std::string readYamlFile(const std::string& path);

/// "bert.yaml, line 3, column 5"
std::string placeText(const std::string& fileName, int line, int column);

} // namespace octet::exchange
