// SPDX-License-Identifier: GPL-3.0-or-later
// What a program is made of: steps that read and write places in one arena.
#pragma once

#include "core/engine/kernels/kernels.h"
#include "core/values/tensor.h"
#include "core/values/trial.h"

#include <memory>
#include <string>
#include <vector>

namespace octet::engine {

/// A place: constant memory, or a byte offset in a buffer of the arena.
struct Place
{
    const std::byte* constant = nullptr;
    int buffer = -1;
    std::int64_t offset = 0; // bytes
    bool none() const { return !constant && buffer < 0; }
};

struct Buffer
{
    std::size_t bytes = 0;
    int first = -1, last = -1; // steps
    int reads = 0; // by others than quantizing sinks
    std::size_t arenaOffset = 0;
};

/// What run() works on. Arena offsets are those of the buffers.
struct Frame
{
    std::byte* arena = nullptr;
    const Buffer* buffers = nullptr;
    int threads = 1;
    const Kernels* kernels = nullptr;

    template <typename T>
    const T* in(const Place& place) const
    {
        if (place.constant)
            return reinterpret_cast<const T*>(place.constant + place.offset);
        return place.buffer < 0 ? nullptr : out<T>(place);
    }
    template <typename T>
    T* out(const Place& place) const
    {
        return reinterpret_cast<T*>(arena + buffers[place.buffer].arenaOffset + place.offset);
    }
};

/// What a session keeps for a step.
class StepState
{
public:
    virtual ~StepState() = default;
};

/// What a step does at least: operations (multiply and add counted apart), and bytes that it reads and writes once.
struct Work
{
    double operations = 0, read = 0, written = 0;
};

class Step
{
public:
    virtual ~Step() = default;
    virtual Work work() const = 0;
    virtual void run(const Frame& frame, StepState* state) const = 0;
    virtual std::unique_ptr<StepState> makeState() const { return nullptr; }
    GroupProfile group;
};

/// Sizes and lifetimes -> offsets, greedily by size; gives the arena's bytes. Buffers that live at the same time never
/// overlap; 64-byte aligned.
std::size_t planMemory(std::vector<Buffer>& buffers);

} // namespace octet::engine
