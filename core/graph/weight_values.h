// SPDX-License-Identifier: GPL-3.0-or-later
// Large fp32 weights lie in the mapped file as it is, at any byte: protobuf aligns nothing, and copies would double the
// memory of a model. For the same reason what a fused or quantized operator of the file stands for is made whenever it is
// wanted. These read them wherever they lie.
#pragma once

#include "core/graph/model.h"

#include <cstdint>
#include <cstring>

namespace octet::graph {

/// The bytes of a weight where they lie, or made now and kept as long as a copy of this is.
class WeightBytes
{
public:
    explicit WeightBytes(const Weight& weight)
        : m_span(weight.data)
    {
        if (!weight.make)
            return;
        m_made = std::make_unique_for_overwrite<std::byte[]>(weight.byteCount()); // aligned for any type
        const std::span<std::byte> room(m_made.get(), weight.byteCount());
        (*weight.make)(room);
        m_span = room;
    }
    std::span<const std::byte> span() const { return m_span; }

private:
    std::shared_ptr<std::byte[]> m_made;
    std::span<const std::byte> m_span;
};

template <typename T>
class Values
{
public:
    class Iterator
    {
    public:
        explicit Iterator(const std::byte* at)
            : m_at(at)
        {
        }
        T operator*() const
        {
            T value;
            std::memcpy(&value, m_at, sizeof(T));
            return value;
        }
        Iterator& operator++()
        {
            m_at += sizeof(T);
            return *this;
        }
        bool operator==(const Iterator&) const = default;

    private:
        const std::byte* m_at;
    };

    explicit Values(const WeightBytes& bytes)
        : m_bytes(bytes)
    {
    }
    std::size_t size() const { return m_bytes.span().size() / sizeof(T); }
    T operator[](std::size_t index) const { return *Iterator(m_bytes.span().data() + index * sizeof(T)); }
    Iterator begin() const { return Iterator(m_bytes.span().data()); }
    Iterator end() const { return Iterator(m_bytes.span().data() + size() * sizeof(T)); }

private:
    WeightBytes m_bytes;
};

inline Values<float> floats(const Weight& weight)
{
    return Values<float>(WeightBytes(weight));
}

/// What a Fill of floats writes to.
inline std::span<float> asFloats(std::span<std::byte> bytes)
{
    return {reinterpret_cast<float*>(bytes.data()), bytes.size() / sizeof(float)};
}

inline bool isAligned(const void* data, std::size_t alignment)
{
    return reinterpret_cast<std::uintptr_t>(data) % alignment == 0;
}

/// Where a weight lies in a mapped file, its pages count as this process's memory no more until they are read again.
void releasePages(std::span<const std::byte> data);

} // namespace octet::graph
