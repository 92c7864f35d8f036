// SPDX-License-Identifier: GPL-3.0-or-later
// The only door to oneDNN, 2.6 and 3.x alike: plain matrix products with fixed shapes and user scratchpads.
#pragma once

#include "core/engine/cpu.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace octet::engine {

/// Once, before anything else of oneDNN.
void capOneDnn(Isa isa);
std::string oneDnnVersion();

/// C [M, N] = A [M, K] W [K, N]. f32 x f32 -> f32 or u8 x s8 -> s32. Immutable and shared by threads.
class DnnProduct
{
public:
    enum class Kind { F32, U8S8 };

    /// `lda`: elements from one row of A to the next. Takes the number of threads from the caller's OpenMP setting.
    DnnProduct(Kind kind, std::int64_t m, std::int64_t k, std::int64_t n, std::int64_t lda);
    ~DnnProduct();

    std::string kernelName() const; // "brg:avx512_core_vnni"
    std::size_t scratchBytes() const;

    /// W in the layout that the kernel reads; the same for all M of one K, N, kind as far as oneDNN says so.
    struct Packed;
    /// `weights`: [K, N] row major, or [N, K] when `transposed`; f32 or s8.
    std::shared_ptr<const Packed> pack(const void* weights, bool transposed) const;
    bool fits(const Packed& packed) const;
    static std::size_t bytes(const Packed& packed);

    /// One caller's memory handles; made once per session.
    struct Call;
    std::unique_ptr<Call, void (*)(Call*)> makeCall(std::shared_ptr<const Packed> packed) const;
    void run(Call& call, const void* a, void* c, void* scratch) const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::engine
