// SPDX-License-Identifier: GPL-3.0-or-later
// The only file that knows CLI11: its header is slow to compile.
#include "app/cli/arguments.h"

#include "app/cli/console.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <string_view>

namespace octet::cli {

namespace {

constexpr int maxCount = 1'000'000'000;

template <typename T>
CLI::Option* repeated(CLI::App& app, const char* name, std::vector<T>& target, const char* help)
{
    return app.add_option(name, target, help)->expected(1)->allow_extra_args(false)->take_all();
}

/// 0.5, or 0.4 0.5 0.6, or 0.4,0.5,0.6
void numbers(CLI::App& app, const char* name, std::vector<double>& target, const char* help)
{
    app.add_option(name, target, help)->delimiter(',')->check(CLI::Number);
}

void addModel(CLI::App& app, Arguments& a)
{
    app.add_option("MODEL", a.model, "An .onnx file, or a folder as Hugging Face tools write it")->required();
}

void addWhere(CLI::App& app, Arguments& a)
{
    app.add_option("--threads", a.threads, "Threads to compute with (default: the physical cores)")
        ->check(CLI::Range(1, 1024));
    app.add_option("--isa", a.isa, "Use no wider instructions than these")
        ->check(CLI::IsMember({"avx2", "avx512", "vnni", "amx"}));
}

void addProject(CLI::App& app, Arguments& a)
{
    app.add_option("--project", a.project, "Keep results in this .octet file, and compute nothing that it holds");
}

void addConfig(CLI::App& app, Arguments& a)
{
    auto* config = repeated(app, "--config", a.configs, "An INC YAML or an .octet.yaml (default: fp32)");
    auto* preset = repeated(app, "--preset", a.presets, "fp32, bf16, static, smoothed or dynamic");
    repeated(app, "--range", a.manualRanges,
        "VALUE=MIN:MAX, cut this value (or what this op reads) there whatever the range method; may be repeated");
    if (app.get_name() != "benchmark") {
        config->expected(1)->take_last();
        preset->expected(1)->take_last()->excludes(config);
    }
}

void addData(CLI::App& app, Arguments& a)
{
    const char* text = "Text data";
    app.add_option("--test", a.test, "Test samples: .tsv, .csv or .jsonl")->group(text);
    app.add_option("--calib", a.calib, "Calibration samples, likewise")->group(text);
    app.add_option("--tokenizer", a.tokenizer, "Folder of the tokenizer (default: the model's folder)")->group(text);
    app.add_option("--max-length", a.maxLength, "Longest sample in tokens (default: 128)")
        ->check(CLI::Range(1, 65536))
        ->group(text);
    app.add_option(
           "--text-column", a.textColumn, "Column of the text (default: sentence, text, or sentence1 + sentence2)")
        ->group(text);
    app.add_option("--text-pair-column", a.textPairColumn, "Column of the second text of a pair")->group(text);
    app.add_option("--label-column", a.labelColumn, "Column of the label (default: label)")->group(text);

    const char* arrays = "Array data";
    repeated(app, "--input", a.inputs, "NAME=FILE.npy, test samples of one model input")->group(arrays);
    repeated(app, "--calib-input", a.calibInputs, "NAME=FILE.npy, calibration samples of one model input")
        ->group(arrays);
    app.add_option("--labels", a.labels, "FILE.npy with the test samples' labels")->group(arrays);
    numbers(app, "--mean", a.mean, "For u8 arrays: (x/255 - mean)/std, one value or one a channel");
    numbers(app, "--std", a.std, "See --mean");

    const char* both = "Data";
    app.add_option("--data", a.dataFile, "A YAML file with all of this")->group(both);
    app.add_option("--limit", a.limit, "Use this many test samples")->check(CLI::Range(1, maxCount))->group(both);
    app.add_option("--calib-limit", a.calibLimit, "Use this many calibration samples")
        ->check(CLI::Range(1, maxCount))
        ->group(both);
    app.add_option("--split-seed", a.splitSeed, "Other halves for tuning and held-out (default: by the samples' hashes)")
        ->group(both);
    app.add_flag("--leave-out-shared", a.leaveOutShared, "Calibrate without samples that are test samples too")
        ->group(both);
    app.add_option("--batch-size", a.batchSize, "Samples a run; never changes a result")
        ->check(CLI::Range(1, 4096))
        ->group(both);
}

void addMetric(CLI::App& app, Arguments& a)
{
    app.add_option("--metric", a.metric,
        "accuracy (default), f1, f1_macro, mcc; without labels, against fp32: agreement, cosine, kl, mse; labels that are "
        "numbers: pearson, spearman; a label for each token: token_match");
}

void addTune(CLI::App& app, Arguments& a)
{
    addMetric(app, a);
    app.add_option("--tuning", a.tuning, "Take the goal from the tuning section of this INC YAML");
    app.add_option("--strategy", a.strategy, "pareto (default), basic, mse, mse_v2; other names of INC run pareto");
    auto* relative =
        app.add_option("--relative", a.relative, "Share of the fp32 accuracy that may be lost (0.01 = 1 %)");
    relative->check(CLI::Range(0.0, 1.0));
    app.add_option("--absolute", a.absolute, "Accuracy that may be lost (0.01 = 1 point)")
        ->check(CLI::Range(0.0, 1.0))
        ->excludes(relative);
    app.add_option("--max-trials", a.maxTrials, "Stop after this many trials")->check(CLI::Range(1, maxCount));
    app.add_option("--timeout", a.timeout, "Stop after this many seconds; 0: at the first trial that meets the goal")
        ->check(CLI::Range(0.0, 1e9));
    app.add_option("--seed", a.seed, "Seed of whatever is drawn");
    app.add_flag("--keep-weights", a.keepWeights, "Forbid smoothing, which changes weights");
    app.add_flag("--search-on", a.searchOn, "Search on although a baseline already holds the goal");
}

void addExport(CLI::App& app, Arguments& a)
{
    app.add_option("PROJECT", a.file, "An .octet file")->required();
    app.add_option("--trial", a.trial, "Number of the trial, or best (default: the chosen one, else best)");
    app.add_option("--format", a.format, "inc, octet, qdq, csv or report")
        ->required()
        ->check(CLI::IsMember({"inc", "octet", "qdq", "csv", "report"}));
    app.add_option("-o,--output", a.output, "File to write")->required();
    app.add_option("--model", a.model, "The model, where it is not at the place that the project remembers");
}

void addBenchmark(CLI::App& app, Arguments& a)
{
    app.add_option("--batch", a.batch, "Samples a run")->check(CLI::Range(1, 4096));
    app.add_option("--length", a.length, "Tokens a sample (default: the data's, or 128)")->check(CLI::Range(1, 65536));
    app.add_option("--runs", a.runs, "Timed runs")->check(CLI::Range(1, 1'000'000));
    app.add_flag("--ops", a.ops, "Also the time of every fused group");
}

void addGate(CLI::App& app, Arguments& a)
{
    addMetric(app, a);
    app.add_option("--max-drop", a.maxDrop,
           "Share of this model's fp32 accuracy that may be lost (default: what the config says, else 0.01)")
        ->check(CLI::Range(0.0, 1.0));
    app.add_option("--min-speedup", a.minSpeedup, "How many times as fast as fp32 it has to be")
        ->check(CLI::Range(0.0, 1e6));
    app.add_option("--min-int8", a.minInt8, "How many products with weights have to run in int8")
        ->check(CLI::Range(0, maxCount));
    app.add_option("--require-isa", a.requireIsa, "Refuse to judge on a machine that has less than this")
        ->check(CLI::IsMember({"avx2", "avx512", "vnni", "amx"}));
    app.add_option("--junit", a.junit, "Also write the checks as JUnit XML to this file");
}

CLI::App& command(CLI::App& app, Arguments& a, const char* name, const char* help)
{
    CLI::App& sub = *app.add_subcommand(name, help);
    sub.add_flag("--json", a.json, "One JSON document on stdout");
    sub.final_callback([&a, name] { a.command = name; });
    return sub;
}

void addMeasuring(CLI::App& app, Arguments& a)
{
    addModel(app, a);
    addData(app, a);
    addConfig(app, a);
    addWhere(app, a);
    addProject(app, a);
}

void build(CLI::App& app, Arguments& a)
{
    app.require_subcommand(1);
    app.set_version_flag("--version", OCTET_VERSION);
    addModel(command(app, a, "info", "What a model is and what can be done with it"), a);

    CLI::App& run = command(app, a, "run", "Run one inference and write the outputs");
    addModel(run, a);
    repeated(run, "--input", a.inputs, "NAME=FILE, an .npy array or an ONNX TensorProto .pb")->required();
    run.add_option("--output-dir", a.outputDir, "Folder for NAME.npy of each output")->required();
    numbers(run, "--mean", a.mean, "For u8 arrays: (x/255 - mean)/std, one value or one a channel");
    numbers(run, "--std", a.std, "See --mean");
    addConfig(run, a);
    addWhere(run, a);

    CLI::App& evaluate = command(app, a, "evaluate", "Accuracy, or another metric, on the test data");
    addMeasuring(evaluate, a);
    addMetric(evaluate, a);
    CLI::App& benchmark = command(app, a, "benchmark", "Latency; several configs run interleaved");
    addMeasuring(benchmark, a);
    addBenchmark(benchmark, a);
    CLI::App& calibrate = command(app, a, "calibrate", "Ranges of the values that int8 needs");
    addMeasuring(calibrate, a);
    calibrate.add_option("-o,--output", a.output, "File to write: .octet.yaml, usable as --config; or .json")
        ->required();
    calibrate.add_option("--histogram", a.histogram,
        "Draw what this value was, or what this op reads, and where each range method would cut");
    addMeasuring(command(app, a, "sensitivity", "What each op alone does to the output"), a);
    CLI::App& tune = command(app, a, "tune", "Search for the fastest config that holds the goal");
    addMeasuring(tune, a);
    addTune(tune, a);
    command(app, a, "trials", "What a project holds").add_option("PROJECT", a.file, "An .octet file")->required();
    addExport(command(app, a, "export", "Write files for others"), a);

    CLI::App& check = command(app, a, "check", "Check a config against the schema and the names of a model");
    check.add_option("CONFIG", a.file, "An INC YAML or an .octet.yaml")->required();
    check.add_option("--model", a.model, "Model whose op names the config should match");

    CLI::App& replay = command(app, a, "replay", "Rebuild a trial from its file alone and compare");
    replay.add_option("FILE", a.file, "A NAME.octet.yaml")->required();
    replay.add_option("--model", a.model, "The model, where it is not at the place that the file remembers");
    addData(replay, a);
    addWhere(replay, a);

    CLI::App& gate = command(app, a, "gate", "Accept or refuse a config in CI: 0 meets, 3 misses, 4 too close to call");
    addMeasuring(gate, a);
    addGate(gate, a);
    addWhere(command(app, a, "machine", "What this CPU can run, and which kernels under an ISA cap"), a);
    addWhere(command(app, a, "serve", "The worker: JSON-RPC 2.0 over stdin and stdout"), a);
}

} // namespace

Parsed parse(int argc, char** argv)
{
    Arguments arguments;
    CLI::App app("Octet: int8 quantization tuning of Transformers, headless.", "octet-cli");
    build(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return {std::nullopt, app.exit(success)};
    } catch (const CLI::ParseError& error) {
        const bool json =
            std::any_of(argv, argv + argc, [](const char* text) { return std::string_view(text) == "--json"; });
        return {std::nullopt, Console(json).wrongUsage(error.what())};
    }
    return {std::move(arguments), 0};
}

} // namespace octet::cli
