// SPDX-License-Identifier: GPL-3.0-or-later
// A DataSpec opened: samples, labels, splits, and batches in the shape a program wants.
#pragma once

#include "core/graph/model.h"
#include "core/values/data_spec.h"
#include "core/values/label_kind.h"
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

/// A sample as a picture: row by row, one byte a channel (grey, or red, green, blue side by side).
struct Picture
{
    int width = 0, height = 0, channels = 0; // 1 or 3
    std::vector<std::uint8_t> pixels;
};

/// A calibration sample that is a test sample too: ranges would be learned from what is tested.
struct SharedRow
{
    long calibRow = 0, testRow = 0; // in their files, as PreviewRow::row
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
    virtual bool hasLabels() const = 0; // classes
    virtual LabelKind labelKind() const { return hasLabels() ? LabelKind::Classes : LabelKind::None; }
    /// Of LabelKind::Numbers, for test samples.
    virtual float target(Split, std::size_t) const { return 0; }
    /// Of LabelKind::Tokens, for test samples: one a token of the sample, ignoredLabel where it does not count. Padding
    /// has none.
    virtual std::vector<int> tokenLabels(Split, std::size_t) const { return {}; }
    virtual int classes() const = 0; // highest label + 1, or from the model's output
    /// Tokens of the sample (1..maxLength, both for texts and for arrays with an attention_mask, where it is the last
    /// column that is masked in); 0 = fixed-shape samples. A model with a fixed sequence dimension: always that.
    virtual int length(Split split, std::size_t index) const = 0;
    /// An array row that its attention_mask leaves out as a whole; its length is 1 all the same.
    virtual bool isAllPadding(Split, std::size_t) const { return false; }
    /// Model inputs of the given samples in the model's types, padded or cut to `paddedLength` columns (0: the longest;
    /// ignored for fixed-shape samples). A length below that of a sample is Error(Internal).
    virtual std::map<std::string, Tensor> batch(
        Split split, const std::vector<std::size_t>& indices, int paddedLength) const = 0;
    virtual std::vector<PreviewRow> preview(Split split, std::size_t count) const = 0;
    /// Of uint8 arrays that feed a float input as [1 or 3, height, width]; nothing for other samples.
    virtual std::optional<Picture> picture(Split, std::size_t) const { return {}; }
    /// By calibration row, whether DataSpec::sharedRows leaves them out or not.
    virtual std::vector<SharedRow> shared() const { return {}; }
    virtual std::string hash() const = 0; // over files, columns, tokenizer, lengths, preprocessing and limits
    /// Index in Test of a sample of Tuning or HeldOut, among all calibration rows of one of Calibration.
    virtual std::size_t testIndex(Split split, std::size_t index) const = 0;
};

/// Opens and checks everything: files, columns, label range (against the model's classes), arrays' types and shapes
/// against the model's inputs. Throws Error(File | Format | Data) naming file and row. Test or calibration may be
/// missing (size 0); texts for tests need labels, those for calibration do not.
///
/// The spec comes back filled in: kind, columns, label names, hashes, and maxLength as it holds (a fixed sequence
/// dimension or max_position_embeddings of config.json; for arrays with a mask the width of the arrays).
/// Labels are class numbers or names; of a model whose last dimension is 1, and in arrays of floats, they are numbers; an
/// integer array [samples, tokens] labels tokens, -100 where one does not count. Names come from the spec, id2label of config.json or labels.txt.
/// Arrays: a uint8 array that feeds a float input becomes (x/255 - mean)/std in float32, so x/255 when mean and std are
/// empty; integers widen or narrow as long as every value fits; [N, H, W] feeds [N, 1, H, W].
std::shared_ptr<const Dataset> open(const DataSpec& spec, const graph::Model& model);

/// What a folder offers: fills kind, files, columns as far as they can be found: test.tsv (or dev, validation, val;
/// .csv, .jsonl) and calib.tsv (calibration, train), preferred when a tokenizer is there; else test_*.npy, calib_*.npy
/// and test_labels.npy. mean and std come from image_mean and image_std of preprocessor_config.json. Kind None: nothing
/// found.
DataSpec discover(const std::string& folder, const graph::Model& model);

/// Lengths are padded up to these steps, so that a few programs serve all: 16, 32, 48 ... up to maxLength.
int paddedLength(int length, int maxLength);

/// A DataSpec as YAML (`--data FILE.yaml`); relative paths are relative to the file. Unknown keys, wrong types:
/// Error(Setting) with line, column and the nearest key; bad syntax: Error(Format).
/// Keys: kind, test, calib, text_column, text_pair_column, label_column, tokenizer, max_length, inputs {name: file},
/// calib_inputs {name: file}, labels, mean [..], std [..], limit, calib_limit, split_seed, shared_rows, batch_size, label_names [..],
/// hashes {file: sha256}.
DataSpec loadSpec(const std::string& yamlFile);
DataSpec specFromYaml(const std::string& text, const std::string& fileName = "data.yaml"); // paths as they stand
/// specFromYaml(specToYaml(spec)) == spec. With a `folder`, paths below it are written relative to it.
std::string specToYaml(const DataSpec& spec, const std::string& folder = {});

} // namespace octet::data
