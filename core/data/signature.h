// SPDX-License-Identifier: GPL-3.0-or-later
// What data sets need to know of a model, so that they can be opened and tested without one.
#pragma once

#include "core/data/dataset.h"

namespace octet::data {

struct Signature
{
    std::vector<std::string> folders; // where tokenizer, config.json and labels.txt may lie, best first
    std::vector<graph::ValueInfo> inputs;
    std::vector<graph::ValueInfo> outputs;
};

Signature signatureOf(const graph::Model& model);
/// Folders of a model file: its own, and the one above when it is called "onnx".
std::vector<std::string> foldersOf(const std::string& modelPath);
const graph::ValueInfo* inputNamed(const Signature& signature, const std::string& name);
/// Last dimension of the output "logits", or else of the first; 0 when it is not a number.
int classesOf(const Signature& signature);
/// Dimensions of that output; 0 when the file does not say.
int outputRank(const Signature& signature);
/// The path of `name` in the first of the model's folders that has it, or "".
std::string findBeside(const Signature& signature, const std::string& name);
/// "[batch, 1, 28, 28]" as the model declares it.
std::string describeShape(const graph::ValueInfo& value);

std::shared_ptr<const Dataset> open(const DataSpec& spec, const Signature& signature);
DataSpec discover(const std::string& folder, const Signature& signature);

/// The two kinds; `spec` is checked for what both need.
std::shared_ptr<const Dataset> openText(const DataSpec& spec, const Signature& signature);
std::shared_ptr<const Dataset> openArrays(const DataSpec& spec, const Signature& signature);

} // namespace octet::data
