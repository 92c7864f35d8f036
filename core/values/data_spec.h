// SPDX-License-Identifier: GPL-3.0-or-later
// Where the samples come from and how they become model inputs. One spec serves CLI, project and window.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace octet {

enum class DataKind { None, Text, Arrays };
enum class Split { Calibration, Tuning, HeldOut, Test }; // Test = Tuning + HeldOut, in file order
std::string toString(DataKind kind); // "none", "text", "arrays"
std::string toString(Split split);
/// Inverse of toString; throws Error(Setting) that lists the accepted names.
DataKind dataKindFromString(const std::string& text);
Split splitFromString(const std::string& text);

struct DataSpec
{
    DataKind kind = DataKind::None;

    // Text: .tsv, .csv, .jsonl
    std::string testFile;
    std::string calibFile;
    std::string textColumn; // empty: found by name (sentence, text, sentence1 + sentence2)
    std::string textPairColumn; // second text of a pair; empty: none or found by name
    std::string labelColumn; // empty: "label"
    std::string tokenizerDir; // empty: the model's folder
    int maxLength = 128;

    // Arrays: .npy, by model input name
    std::map<std::string, std::string> testInputs;
    std::map<std::string, std::string> calibInputs;
    std::string labelsFile;
    std::vector<double> mean; // for u8 arrays that feed a float input: (x/255 - mean)/std; 1 value or 1 a channel
    std::vector<double> std;

    // How many; 0 = all
    long limit = 0;
    long calibLimit = 0;
    long splitSeed = 0; // which halves tuning and held-out are; 0 = the usual ones
    /// Calibration rows that are test rows too: "keep", "leave_out" of calibration; empty: undecided, kept and said.
    std::string sharedRows;
    int batchSize = 8; // of accuracy programs; never changes a result

    std::vector<std::string> labelNames; // by class index; empty: from config.json, or numbers
    std::map<std::string, std::string> hashes; // file -> sha256, filled when the data is opened
    bool operator==(const DataSpec&) const = default;
};

/// What one of them is: "text", "image" or "sample".
std::string sampleNoun(const DataSpec& data);

} // namespace octet
