// SPDX-License-Identifier: GPL-3.0-or-later
// Large fp32 weights lie in the mapped file as it is, at any byte: protobuf aligns nothing, and copies would double the
// memory of a model. These read them wherever they lie.
#pragma once

#include "core/graph/model.h"

#include <cstdint>
#include <cstring>

namespace octet::graph {

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

    explicit Values(std::span<const std::byte> bytes)
        : m_bytes(bytes)
    {
    }
    std::size_t size() const { return m_bytes.size() / sizeof(T); }
    T operator[](std::size_t index) const { return *Iterator(m_bytes.data() + index * sizeof(T)); }
    Iterator begin() const { return Iterator(m_bytes.data()); }
    Iterator end() const { return Iterator(m_bytes.data() + size() * sizeof(T)); }

private:
    std::span<const std::byte> m_bytes;
};

inline Values<float> floats(const Weight& weight)
{
    return Values<float>(weight.data);
}

inline bool isAligned(const void* data, std::size_t alignment)
{
    return reinterpret_cast<std::uintptr_t>(data) % alignment == 0;
}

/// Where a weight lies in a mapped file, its pages count as this process's memory no more until they are read again.
void releasePages(std::span<const std::byte> data);

} // namespace octet::graph
