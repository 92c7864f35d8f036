// SPDX-License-Identifier: GPL-3.0-or-later
// What inference in int8 costs in memory, against what it needs at least.
//
//   bench_memory MODEL.onnx [LENGTH] [BATCH]
//
// Each precision in a child process of its own (of a quantized file, also the one that it has): the model is opened,
// compiled and run ten times. Prints the process's peak beyond what it had before it opened the model (VmHWM), what of the
// memory at the end is its own (RssAnon) and what is pages of the mapped file (RssFile), and the need: packed weights, fp32
// tables that are read in place, arena. The static ranges are made up; they decide values, not memory.
#include "core/engine/program.h"
#include "core/measure/measure.h"
#include "core/quantize/imported.h"
#include "core/quantize/products.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace octet;

namespace {

constexpr const char* asInFile = "as in the file";

/// MB of a line of /proc/self/status.
double megabytes(const std::string& field)
{
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.rfind(field + ":", 0) == 0)
            return std::strtod(line.c_str() + field.size() + 1, nullptr) / 1024;
    return 0;
}

/// fp32 constants that are no weights of products: embeddings, biases, norms.
double tables(const graph::Model& model)
{
    std::set<std::string> ofProducts;
    for (const auto& product : quantize::products(model))
        ofProducts.insert(product.weight);
    double bytes = 0;
    for (const graph::Weight* weight : model.allWeights())
        if (weight->type == DType::F32 && !ofProducts.contains(weight->name) && !model.consumers(weight->name).empty())
            bytes += double(weight->byteCount());
    return bytes / (1 << 20);
}

void inference(const std::string& path, const std::string& preset, int length, int batch)
{
    const double before = megabytes("VmRSS");
    const quantize::Opened file = quantize::open(path);
    const auto& model = file.model;
    if (preset == asInFile && !file.wasQuantized)
        return;
    const double opened = megabytes("VmRSS") - before;
    engine::WeightStore store;
    const Config config = preset == asInFile ? file.config : presetConfig(preset);
    const Settings settings = quantize::resolve(*model, config).settings();
    Ranges ranges = file.ranges;
    for (const auto& product : quantize::products(*model))
        for (const auto& [node, setting] : settings)
            for (const std::string& value : {product.activation, product.weight})
                if (!value.empty() && setting.precision == Precision::Int8) {
                    Range madeUp;
                    madeUp.min = -8, madeUp.max = 8;
                    ranges.try_emplace(rangeKey(value, setting), madeUp);
                }
    const auto inputs = measure::seededInputs(*model, batch, length, 1);
    engine::CompileOptions options;
    for (const auto& [name, tensor] : inputs)
        options.inputShapes[name] = tensor.shape;
    const auto program = engine::compile(model, settings, ranges, options, store);
    engine::Session session(program);
    for (const auto& [name, tensor] : inputs)
        session.setInput(name, tensor);
    for (int i = 0; i < 10; ++i)
        session.run();
    const double weights = double(program->weightBytes()) / (1 << 20), arena = double(program->arenaBytes()) / (1 << 20);
    const double need = weights + tables(*model) + arena, peak = megabytes("VmHWM") - before;
    fmt::print("| {} | {:.0f} | {:.0f} | {:.0f} | {:.0f} | {:.0f} | {:.0f} | {:.0f} | {:.2f} |\n", preset, opened, peak,
        megabytes("RssAnon"), megabytes("RssFile"), weights, tables(*model), arena, peak / need);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "bench_memory MODEL.onnx [LENGTH] [BATCH]\n");
        return 2;
    }
    const int length = argc > 2 ? std::atoi(argv[2]) : 128, batch = argc > 3 ? std::atoi(argv[3]) : 1;
    std::printf("%s, %d x %d, MB\n\n", argv[1], batch, length);
    std::printf("| | opened | peak | own at the end | of files at the end | packed weights | fp32 tables | arena | peak / need |\n");
    std::printf("|---|---|---|---|---|---|---|---|---|\n");
    std::fflush(stdout);
    for (const char* preset : {"fp32", "static", "dynamic", asInFile}) {
        const pid_t child = fork();
        if (child < 0)
            return 1;
        if (child == 0) {
            try {
                inference(argv[1], preset, length, batch);
            } catch (const std::exception& error) {
                std::printf("%s: %s\n", preset, error.what());
            }
            std::fflush(stdout);
            std::_Exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
    }
    return 0;
}
