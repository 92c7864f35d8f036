// SPDX-License-Identifier: GPL-3.0-or-later
// The schema of an INC 1.14.2 configuration as data, and the generic check of a tree against such data.
#pragma once

#include "core/exchange/inc_yaml.h"
#include "core/exchange/yaml_tree.h"

#include <optional>
#include <string>
#include <vector>

namespace octet::exchange {

/// What a value may be. The names are INC's coercions (see the reference page): L, LF, LI, LB, PCT.
enum class IncKind {
    Any,
    String, // `words`: the accepted ones, if any
    Int, // `low`..`high`, or one of `numbers`
    Float, // written with a dot; `low`..`high`
    FloatLike, // whatever Python's float() takes
    Bool,
    Nothing, // null or {}
    Words, // L: string or list, `intToo`: or int
    WordList, // a real list of words
    Floats, // LF: string or list, `floatToo`: or float
    Ints, // LI: list, `intToo`: or int, `stringToo`: or string
    Bools, // LB: string or list, `boolToo`: or bool
    Percent, // PCT: string or float, `intToo`: or int
    Shape, // string or list of ints, or list of lists of ints
    Numbers, // float, int, string or list of floats
    Size, // int > 0 or list of ints
    FloatList, // a real list of floats
    IntList, // a real list of ints
    NumberList, // a real list of numbers, each in low..high
    List,
    Dict,
    IouThresholds, // "0.5:0.05:0.95" or a float in 0..1
    Version, // 1.0 as float, int or string
    Map, // `fields`
    FreeMap, // string keys, each value as `fields[0].type`
};

struct IncField;
struct IncType
{
    IncKind kind = IncKind::Any;
    std::vector<std::string> words{};
    double low = 0, high = 0;
    bool lowOpen = false; // low itself is refused
    bool ranged = false;
    std::vector<long long> numbers{};
    bool intToo = false, floatToo = false, boolToo = false, stringToo = false;
    std::vector<IncField> fields{};
    /// Of a Map: exactly one key (atMostOne: or none) must be there.
    bool exactlyOne = false, atMostOne = false;
    /// A rule that one table cannot say; it adds problems at the node's place.
    void (*rule)(const YamlNode& node, const std::string& path, std::vector<SchemaProblem>& problems) = nullptr;
    /// Values that our import takes although INC 1.14.2 refuses them.
    std::vector<std::string> laterWords{};
};

struct IncField
{
    std::string key;
    IncType type;
    bool required = false;
};

const IncType& incSchema();

/// What the checker found, with one more fact: our import may go on in spite of it.
struct IncFinding
{
    SchemaProblem problem;
    bool importable = false; // a string where op_wise wants a list, a strategy of INC 2
};
std::vector<IncFinding> checkInc(const YamlNode& root, const IncType& type);

/// The elements of an L value: a list's, or a string's split at ',' (else at white space), or one number.
std::vector<std::string> listWords(const YamlNode& node);
/// '1%' -> 0.01; int and float as they are.
std::optional<double> percentValue(const YamlNode& node);

} // namespace octet::exchange
