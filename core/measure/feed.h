// SPDX-License-Identifier: GPL-3.0-or-later
// How samples reach programs: bucketed by padded length, a fixed number of rows a run.
#pragma once

#include "core/measure/measure.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace octet::measure {

/// Throws Error(Cancelled).
void checkCancelled(const Context& context);
void report(const Context& context, long done, long total);

/// Indices of the split in order, by padded length (0 = fixed-shape samples).
std::map<int, std::vector<std::size_t>> buckets(const data::Dataset& data, Split split);

std::map<std::string, Shape> shapesOf(const std::map<std::string, Tensor>& inputs);

/// A program for inputs of these shapes, with its session.
class Runner
{
public:
    Runner(const Context& context, const Settings& settings, const Ranges& ranges,
        const std::map<std::string, Shape>& shapes, int threads, const std::vector<std::string>& taps = {});
    explicit Runner(std::shared_ptr<const engine::Program> program);
    void set(const std::map<std::string, Tensor>& inputs);
    const engine::Program& program() const { return *m_program; }
    engine::Session& session() { return m_session; }

private:
    std::shared_ptr<const engine::Program> m_program;
    engine::Session m_session;
};

/// Calls `use(runner, indices, rows, length)` after every run over a bucketed split, or `only` these of its samples, in
/// order; `indices` are the real rows, filler rows behind them repeat the last sample. One program a padded length, of
/// which as many sessions run side by side as there are threads (a thread that has a run to itself never waits for
/// another). Progress and cancelling are done here.
void runSplit(const Context& context, Split split, const Settings& settings, const Ranges& ranges,
    const std::vector<std::string>& taps,
    const std::function<void(Runner&, const std::vector<std::size_t>& indices, int rows, int paddedLength)>& use,
    const std::vector<std::size_t>* only = nullptr);

} // namespace octet::measure
