// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/weight_store.h"

#include "core/engine/pages.h"
#include "core/graph/weight_values.h"
#include "core/quantize/bias_correction.h"
#include "core/values/error.h"
#include "core/values/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace octet::engine {

namespace {

std::shared_ptr<const StoredWeight> makeWeight(const WeightRequest& r, const DnnProduct* product, WeightMemory& memory)
{
    auto stored = std::make_shared<StoredWeight>();
    if (r.integer) {
        static const std::vector<float> none;
        const std::vector<float>& smoothing = r.smoothing ? *r.smoothing : none;
        const quantize::QuantizedWeight q
            = quantize::quantizeWeight(*r.weight, r.k, r.n, r.transposed, r.granularity, r.bits, smoothing);
        if (r.means && !r.means->empty())
            stored->biasCorrection = quantize::biasCorrection(*r.weight, r.transposed, q, smoothing, *r.means);
        if (product)
            stored->packed = product->pack(q.values.data());
        else
            stored->panels = std::make_unique<PanelWeights>(q.values.data(), r.k, r.n, memory, r.layout);
        stored->scales = q.scales;
        if (stored->scales.size() == 1)
            stored->scales.assign(static_cast<std::size_t>(r.n), q.scales[0]);
        stored->columnSums = q.columnSums;
    } else {
        const graph::WeightBytes bytes(*r.weight);
        std::vector<float> copy;
        const void* data = bytes.span().data();
        if (!graph::isAligned(data, alignof(float))) {
            copy.resize(bytes.span().size() / sizeof(float));
            std::memcpy(copy.data(), data, copy.size() * sizeof(float));
            data = copy.data();
        }
        stored->panels
            = std::make_unique<PanelWeights>(static_cast<const float*>(data), r.k, r.n, r.transposed, memory, r.layout);
    }
    graph::releasePages(r.weight->data); // the packed form is read from now on
    stored->bytes = (stored->panels ? stored->panels->bytes() : DnnProduct::bytes(*stored->packed)) + stored->scales.size() * sizeof(float)
        + stored->columnSums.size() * sizeof(std::int32_t);
    return stored;
}

std::string keyOf(const std::vector<float>* factors)
{
    return factors && !factors->empty() ? sha256(std::as_bytes(std::span(*factors))) : std::string();
}

} // namespace

WeightStore::WeightStore(std::size_t byteLimit)
    : m_impl(std::make_unique<Impl>(byteLimit))
{
}

WeightStore::~WeightStore() = default;

std::size_t WeightStore::bytes() const
{
    const std::lock_guard lock(m_impl->mutex);
    return m_impl->bytes;
}

std::shared_ptr<const StoredWeight> WeightStore::Impl::get(const WeightRequest& request, const DnnProduct* product)
{
    const std::string key = fmt::format("{}|{}|{}|{}|{}|{}|{}", request.model->hash(), request.weight->name,
                                        request.integer ? "s8" : request.half ? "bf16" : "f32", toString(request.granularity), request.bits,
                                        keyOf(request.smoothing), keyOf(request.means));
    const std::lock_guard lock(mutex);
    for (auto it = entries.begin(); it != entries.end(); ++it) {
        const StoredWeight& stored = *it->weight;
        const bool fits = product ? stored.packed && product->fits(*stored.packed)
                                  : stored.panels && stored.panels->layout() == request.layout;
        if (it->key == key && fits) {
            entries.splice(entries.begin(), entries, it);
            return it->weight;
        }
    }
    const auto made = makeWeight(request, product, memory);
    bytes += made->bytes;
    entries.push_front({key, made});
    while (bytes > byteLimit && entries.size() > 1) {
        bytes -= entries.back().weight->bytes;
        entries.pop_back();
    }
    return made;
}

std::shared_ptr<const std::byte> WeightStore::Impl::aligned(std::span<const std::byte> constant)
{
    return shared(constant.data(), constant.size(), [&](std::span<std::byte> copy) {
        // Piece by piece, or the table would be in memory twice.
        constexpr std::size_t piece = std::size_t(4) << 20;
        for (std::size_t at = 0; at < constant.size(); at += piece) {
            const auto part = constant.subspan(at, std::min(piece, constant.size() - at));
            std::memcpy(copy.data() + at, part.data(), part.size());
            graph::releasePages(part);
        }
    });
}

std::shared_ptr<const std::byte> WeightStore::Impl::made(const graph::Weight& weight)
{
    return shared(&weight, weight.byteCount(), *weight.make);
}

std::shared_ptr<const std::byte> WeightStore::Impl::shared(const void* of, std::size_t size, const Fill& fill)
{
    const std::lock_guard lock(mutex);
    std::erase_if(copies, [](const auto& copy) { return copy.second.expired(); });
    auto& known = copies[of];
    std::shared_ptr<const std::byte> copy = known.lock();
    if (!copy) {
        const auto pages = takePages(size);
        if (!pages)
            throw Error(ErrorKind::Resource, fmt::format("A table of {} MB does not fit into memory.", size >> 20));
        fill({pages.get(), size});
        known = copy = pages;
    }
    return copy;
}

} // namespace octet::engine
