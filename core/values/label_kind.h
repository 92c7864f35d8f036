// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace octet {

/// What the test samples' labels are: a class each, a number each (for a model with one output), or a class for each
/// token.
enum class LabelKind { None, Classes, Numbers, Tokens };
constexpr int ignoredLabel = -100; // of a token that does not count, as Hugging Face's tools write it

} // namespace octet
