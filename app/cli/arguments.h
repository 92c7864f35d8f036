// SPDX-License-Identifier: GPL-3.0-or-later
// What stood on the command line. Parsed in one place (arguments.cpp), so that an option means the same everywhere.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace octet::cli {

struct Arguments
{
    std::string command;
    bool json = false;

    std::string model;
    std::string file; // positional that is no model: a project, a config, an .octet.yaml
    std::string output;

    // data
    std::string dataFile, test, calib, tokenizer, textColumn, textPairColumn, labelColumn, labels;
    std::vector<std::string> inputs, calibInputs; // NAME=FILE
    std::vector<double> mean, std;
    std::optional<int> maxLength, batchSize;
    std::optional<long> splitSeed;
    bool leaveOutShared = false;
    std::optional<long> limit, calibLimit;

    std::vector<std::string> configs, presets;
    std::vector<std::string> manualRanges; // VALUE=MIN:MAX
    std::optional<int> threads;
    std::string isa;
    std::string project;

    std::string outputDir; // run
    int batch = 1, length = 0, runs = 100; // benchmark
    bool ops = false;
    std::string tuning, strategy; // tune
    std::optional<double> relative, absolute, timeout;
    std::optional<int> maxTrials;
    std::optional<unsigned> seed;
    bool keepWeights = false, searchOn = false;
    std::string metric;
    std::string trial, format; // export
    std::optional<double> maxDrop, minSpeedup; // gate
    std::optional<int> minInt8;
    std::string requireIsa, junit;
    std::string histogram; // calibrate: value or op
};

/// The arguments, or (with an exit status) nothing: after --help, --version, or wrong usage, which is explained on
/// stderr and, with --json, on stdout.
struct Parsed
{
    std::optional<Arguments> arguments;
    int status = 0;
};
Parsed parse(int argc, char** argv);

} // namespace octet::cli
