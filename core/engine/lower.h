// SPDX-License-Identifier: GPL-3.0-or-later
// Ir -> steps with places: which values are views, where int8 copies are made, which kernel each group runs with.
#pragma once

#include "core/engine/ir.h"
#include "core/engine/plan.h"
#include "core/engine/program.h"

namespace octet::engine {

struct Program::Impl
{
    struct Binding
    {
        std::string name;
        DType type = DType::F32;
        Shape shape;
        Place place; // dense
    };
    std::shared_ptr<const graph::Model> model; // its weights are read in place
    Ir ir; // owns folded constants
    std::vector<std::shared_ptr<const std::byte>> alignedConstants;
    std::vector<std::unique_ptr<Step>> steps;
    std::vector<Buffer> buffers;
    std::vector<Binding> inputs, outputs, taps;
    std::vector<std::string> inputNames, outputNames;
    std::vector<GroupProfile> groups; // one a step
    std::size_t arenaBytes = 0;
    long long weightBytes = 0;
    int threads = 1;
    const Kernels* kernels = nullptr;
};

/// Fills steps, buffers and bindings from program.ir.
void lower(Program::Impl& program, const Settings& settings, const Ranges& ranges, const CompileOptions& options,
           WeightStore& store);

} // namespace octet::engine
