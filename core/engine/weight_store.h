// SPDX-License-Identifier: GPL-3.0-or-later
// Weights as kernels read them. Quantization happens on the way in; the model never changes.
#pragma once

#include "core/engine/kernels/panels.h"
#include "core/engine/onednn.h"
#include "core/engine/program.h"
#include "core/quantize/affine.h"

#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <span>
#include <vector>

namespace octet::engine {

struct StoredWeight
{
    std::shared_ptr<const DnnProduct::Packed> packed; // for oneDNN
    std::unique_ptr<const PanelWeights> panels; // for our own product
    std::vector<float> scales; // int8: N
    std::vector<std::int32_t> columnSums; // int8: N
    std::vector<float> biasCorrection; // int8: N, or none
    std::size_t bytes = 0;
};

struct WeightRequest
{
    const graph::Model* model = nullptr;
    const graph::Weight* weight = nullptr;
    std::int64_t k = 0, n = 0;
    bool transposed = false;
    bool integer = false;
    bool half = false; // bf16
    Granularity granularity = Granularity::PerChannel;
    int bits = 8;
    const std::vector<float>* smoothing = nullptr; // int8: [K] factors of the rows; null or empty = none
    const std::vector<float>* means = nullptr; // int8: [K] of the activation, for bias correction; null or empty = none
    PanelLayout layout = PanelLayout::Vnni; // for our own product
};

struct WeightStore::Impl
{
    explicit Impl(std::size_t limit)
        : byteLimit(limit)
    {
    }
    /// From the store, or quantized and packed now. Thread safe.
    /// `product` null: panels for our own product.
    std::shared_ptr<const StoredWeight> get(const WeightRequest& request, const DnnProduct* product);

    /// A constant that lies in its file where its type must not: copied for those who read it in place (the table of
    /// an embedding). Programs share the copy, and it goes with the last of them. Each of them keeps the model.
    std::shared_ptr<const std::byte> aligned(std::span<const std::byte> constant);

    /// The same of a constant that is made.
    std::shared_ptr<const std::byte> made(const graph::Weight& weight);

    using Fill = std::function<void(std::span<std::byte>)>;
    std::shared_ptr<const std::byte> shared(const void* of, std::size_t size, const Fill& fill);

    struct Entry
    {
        std::string key;
        std::shared_ptr<const StoredWeight> weight;
    };
    std::size_t byteLimit;
    std::size_t bytes = 0;
    std::list<Entry> entries; // most recently used first
    WeightMemory memory; // of our own packed weights
    std::map<const void*, std::weak_ptr<const std::byte>> copies; // by what was copied or made
    std::mutex mutex;
};

} // namespace octet::engine
