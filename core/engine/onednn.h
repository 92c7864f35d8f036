// SPDX-License-Identifier: GPL-3.0-or-later
// The only door to oneDNN, 2.6 and 3.x alike: int8 products where none of our own runs. What it makes of fp32 and bf16
// depends on how many rows and threads there are (measured with 2.6.3); sums of whole numbers do not.
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

/// C [M, N] = A [M, K] W [K, N], u8 x s8 -> s32. Immutable and shared by threads.
class DnnProduct
{
public:
    /// Takes the number of threads from the caller's OpenMP setting.
    DnnProduct(std::int64_t m, std::int64_t k, std::int64_t n);
    ~DnnProduct();

    std::string kernelName() const; // "brg:avx512_core_vnni"
    std::size_t scratchBytes() const;

    /// W in the layout that the kernel reads; the same for all M of one K, N as far as oneDNN says so.
    struct Packed;
    /// `weights`: [K, N] row major.
    std::shared_ptr<const Packed> pack(const std::int8_t* weights) const;
    bool fits(const Packed& packed) const;
    static std::size_t bytes(const Packed& packed);

    /// One caller's memory handles; made once per session.
    struct Call;
    std::unique_ptr<Call, void (*)(Call*)> makeCall(std::shared_ptr<const Packed> packed) const;
    void run(Call& call, const std::uint8_t* a, std::int32_t* c, void* scratch) const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::engine
