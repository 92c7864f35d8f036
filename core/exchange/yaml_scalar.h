// SPDX-License-Identifier: GPL-3.0-or-later
// What a plain scalar means in YAML 1.1 as PyYAML reads it (that is what INC uses), and how to write scalars so that
// every reader agrees.
#pragma once

#include "core/exchange/yaml_tree.h"

#include <optional>
#include <string>

namespace octet::exchange {

enum class ScalarType { Null, Bool, Int, Float, String, Date };

/// PyYAML's implicit types: "yes" is a Bool, "1e-4" a String (no dot), "1:30" an Int (base 60), "0b1" an Int.
ScalarType scalarType(const YamlNode& scalar);
/// Of a Bool, Int or Float by that rule; nothing for other types or what does not fit.
std::optional<bool> boolValue(const YamlNode& scalar);
std::optional<long long> intValue(const YamlNode& scalar); // a Bool counts as 0 or 1, as in Python
std::optional<double> floatValue(const YamlNode& scalar); // Int and Float

/// Python's float("...") of a text.
std::optional<double> pythonFloat(const std::string& text);
/// Python's int("...") of a text.
std::optional<long long> pythonInt(const std::string& text);

/// A text that may stand unquoted and is read back as the same string by YAML 1.1 and 1.2.
bool isPlainSafe(const std::string& text);

/// Shortest decimal that reads back as the same double, in the form that YAML 1.1 takes for a float ("1.0e-05").
std::string floatText(double value);

/// Block style, two spaces a level, sequences that were written in flow style stay so. Ends with a newline.
std::string yamlText(const YamlNode& node);

} // namespace octet::exchange
