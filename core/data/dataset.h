// SPDX-License-Identifier: GPL-3.0-or-later
// A DataSpec opened: samples, labels, splits, and batches in the shape a program wants.
#pragma once

#include "core/graph/model.h"
#include "core/values/data_spec.h"
#include "core/values/tensor.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace octet::data {

/// Row of a preview: what the file says and what the model will read.
struct PreviewRow
{
    long row = 0; // in its file, from 1
    std::string text; // text data; arrays: a short description
    std::vector<std::string> tokens;
    std::vector<std::int64_t> ids;
    int length = 0; // tokens without padding; 0 for arrays
    int label = -1;
};

/// Samples are addressed by (split, index). Test order is file order; Tuning and HeldOut halve Test deterministically:
/// by a hash of the sample's text or bytes, balanced to n/2 each (the lower half of hashes is Tuning).
class Dataset
{
public:
    virtual ~Dataset() = default;
    virtual const DataSpec& spec() const = 0; // with columns, label names and hashes filled in
    virtual std::size_t size(Split split) const = 0;
    virtual int label(Split split, std::size_t index) const = 0; // -1 = none
    virtual bool hasLabels() const = 0;
    virtual int classes() const = 0; // highest label + 1, or from the model's output
    /// Tokens of the sample (text: 1..maxLength); 0 = fixed-shape samples.
    virtual int length(Split split, std::size_t index) const = 0;
    /// Model inputs of the given samples, padded to `paddedLength` (ignored for arrays): i64 ids, mask, types, or f32.
    virtual std::map<std::string, Tensor> batch(Split split, const std::vector<std::size_t>& indices,
                                                int paddedLength) const = 0;
    virtual std::vector<PreviewRow> preview(Split split, std::size_t count) const = 0;
    virtual std::string hash() const = 0; // over files, columns, tokenizer, preprocessing; not over limits
    /// Index in Test of a sample of Tuning or HeldOut.
    virtual std::size_t testIndex(Split split, std::size_t index) const = 0;
};

/// Opens and checks everything: files, columns, label range (against the model's classes), arrays' types and shapes
/// against the model's inputs. Throws Error(File | Format | Data) naming file and row. Test or calibration may be
/// missing (size 0).
std::shared_ptr<const Dataset> open(const DataSpec& spec, const graph::Model& model);

/// What a folder offers: fills kind, files, columns as far as they can be found (test.tsv, calib.tsv, test_*.npy ...).
DataSpec discover(const std::string& folder, const graph::Model& model);

/// Lengths are padded up to these steps, so that a few programs serve all: 16, 32, 48 ... up to maxLength.
int paddedLength(int length, int maxLength);

/// A DataSpec as YAML (`--data FILE.yaml`); relative paths are relative to the file. Unknown keys: Error(Setting).
DataSpec loadSpec(const std::string& yamlFile);
std::string specToYaml(const DataSpec& spec);

} // namespace octet::data
