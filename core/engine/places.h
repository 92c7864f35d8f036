// SPDX-License-Identifier: GPL-3.0-or-later
// Where the values of a program lie while it is lowered: buffers with their lifetimes, views as offsets and strides, and
// dense copies where a reader needs them. Steps are appended here too, since lifetimes count in steps.
#pragma once

#include "core/engine/lower.h"
#include "core/engine/steps/rows.h"

#include <memory>
#include <string>
#include <vector>

namespace octet::engine {

/// A value in memory: where, and how its elements follow each other.
struct Placed
{
    Place place;
    Shape strides; // elements
    bool done = false;
};

class Places
{
public:
    Places(Program::Impl& program, WeightStore& store);

    int currentStep() const { return static_cast<int>(m_program.steps.size()); } // the one being built
    Place newBuffer(std::size_t bytes);
    Place scratch(std::size_t bytes); // lives for the step being built
    void touch(const Place& place, int step); // extends its lifetime
    Place reading(const Place& place); // a read by the step being built

    /// Where a value lies; constants are placed at their first use. Throws Error(Internal) before it is made.
    Placed& placed(ValueId id);
    Placed& placeNew(ValueId id); // dense, written by the step being built
    void placeView(ValueId id, const Place& place, const Shape& strides);
    Place dense(ValueId id); // a copy step where it is not; later readers take the copy
    /// As [rows, last dimension] with one stride between rows; a copy where that is not possible.
    Rows rowsOf(ValueId id);

    template <typename T>
    T& addStep(std::unique_ptr<T> step, const char* kind, const IrNode* node, const std::string& name,
               const std::string& kernel)
    {
        describe(*step, kind, node, name, kernel);
        T& reference = *step;
        m_program.steps.push_back(std::move(step));
        return reference;
    }

    static constexpr int lastStepEver = 1 << 30; // lives until the next run

private:
    void describe(Step& step, const char* kind, const IrNode* node, const std::string& name,
                  const std::string& kernel) const;

    const std::byte* constant(const IrValue& value);

    Program::Impl& m_program;
    WeightStore& m_store;
    const Ir& m_ir;
    std::vector<Placed> m_placed; // by value
};

} // namespace octet::engine
