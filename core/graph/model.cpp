// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/model.h"

#include "core/graph/model_parts.h"
#include "core/values/error.h"
#include "core/values/hash.h"

#include <fmt/format.h>

namespace octet::graph {

namespace {

template <typename T>
const T* attributeAs(const Node& node, const std::string& key)
{
    const auto it = node.attributes.find(key);
    return it == node.attributes.end() ? nullptr : std::get_if<T>(&it->second);
}

template <typename Map>
auto* lookUp(const Map& map, const std::string& key)
{
    const auto it = map.find(key);
    return it == map.end() ? nullptr : &it->second;
}

} // namespace

std::int64_t Node::intAttribute(const std::string& key, std::int64_t fallback) const
{
    const auto* value = attributeAs<std::int64_t>(*this, key);
    return value ? *value : fallback;
}

float Node::floatAttribute(const std::string& key, float fallback) const
{
    const auto* value = attributeAs<float>(*this, key);
    return value ? *value : fallback;
}

std::string Node::stringAttribute(const std::string& key, const std::string& fallback) const
{
    const auto* value = attributeAs<std::string>(*this, key);
    return value ? *value : fallback;
}

std::optional<std::vector<std::int64_t>> Node::intsAttribute(const std::string& key) const
{
    const auto* value = attributeAs<std::vector<std::int64_t>>(*this, key);
    return value ? std::optional(*value) : std::nullopt;
}

std::span<std::byte> Storage::allocate(std::size_t size)
{
    constexpr std::size_t alignment = 64;
    constexpr std::size_t blockSize = std::size_t(256) << 10;
    if (size > SIZE_MAX - 2 * alignment)
        throw Error(ErrorKind::Resource, fmt::format("There is no memory for {} bytes of weights.", size));
    const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
    const bool shared = rounded <= blockSize / 4;
    if (!shared || m_left < rounded) {
        const std::size_t wanted = shared ? blockSize : rounded;
        auto* block = static_cast<std::byte*>(std::aligned_alloc(alignment, wanted));
        if (!block)
            throw Error(ErrorKind::Resource, fmt::format("There is no memory for {} bytes of weights.", size));
        m_blocks.emplace_back(block);
        if (!shared)
            return {block, size};
        m_small = block;
        m_left = wanted;
    }
    const std::span<std::byte> result(m_small, size);
    m_small += rounded;
    m_left -= rounded;
    return result;
}

void Model::Parts::index()
{
    for (const Weight& weight : weights)
        weightOf.emplace(weight.name, &weight);
    for (const Node& node : nodes) {
        nodeOf.emplace(node.name, node.index);
        for (const std::string& value : node.outputs)
            if (!value.empty())
                producerOf.emplace(value, node.index);
        for (const std::string& value : node.inputs) {
            if (value.empty())
                continue;
            auto& readers = consumersOf[value];
            if (readers.empty() || readers.back() != node.index)
                readers.push_back(node.index);
        }
    }
    for (const ValueInfo& info : outputs)
        valueInfos.insert_or_assign(info.name, info);
    for (const ValueInfo& info : inputs)
        valueInfos.insert_or_assign(info.name, info);
}

Model::Model(std::unique_ptr<Parts> parts)
    : m_parts(std::move(parts))
{
}

Model::~Model() = default;

const std::string& Model::path() const
{
    return m_parts->path;
}

const std::string& Model::hash() const
{
    if (m_parts->hashOf)
        return m_parts->hashOf->hash();
    std::call_once(m_parts->hashOnce, [this] { m_parts->hash = sha256File(m_parts->path); });
    return m_parts->hash;
}

std::vector<const Weight*> Model::allWeights() const
{
    std::vector<const Weight*> all;
    for (const Weight& weight : m_parts->weights)
        all.push_back(&weight);
    return all;
}

std::int64_t Model::irVersion() const
{
    return m_parts->irVersion;
}

std::int64_t Model::opset(const std::string& domain) const
{
    const auto* version = lookUp(m_parts->opsets, domain);
    return version ? *version : 0;
}

const std::map<std::string, std::int64_t>& Model::opsets() const
{
    return m_parts->opsets;
}

const std::string& Model::producer() const
{
    return m_parts->producer;
}

const std::vector<Node>& Model::nodes() const
{
    return m_parts->nodes;
}

const std::vector<ValueInfo>& Model::inputs() const
{
    return m_parts->inputs;
}

const std::vector<ValueInfo>& Model::outputs() const
{
    return m_parts->outputs;
}

const ValueInfo* Model::valueInfo(const std::string& value) const
{
    return lookUp(m_parts->valueInfos, value);
}

const Weight* Model::weight(const std::string& value) const
{
    const auto* weight = lookUp(m_parts->weightOf, value);
    return weight ? *weight : nullptr;
}

std::vector<const Weight*> Model::initializers() const
{
    std::vector<const Weight*> result;
    result.reserve(m_parts->initializerCount);
    for (std::size_t i = 0; i < m_parts->initializerCount; ++i)
        result.push_back(&m_parts->weights[i]);
    return result;
}

long long Model::weightBytes() const
{
    long long sum = 0;
    for (const Weight& weight : m_parts->weights) // what is made stands for others, which count themselves
        sum += static_cast<long long>(weight.data.size());
    return sum;
}

const Node* Model::producer(const std::string& value) const
{
    const auto* index = lookUp(m_parts->producerOf, value);
    return index ? &m_parts->nodes[static_cast<std::size_t>(*index)] : nullptr;
}

const std::vector<int>& Model::consumers(const std::string& value) const
{
    static const std::vector<int> none;
    const auto* readers = lookUp(m_parts->consumersOf, value);
    return readers ? *readers : none;
}

const Node* Model::node(const std::string& name) const
{
    const auto* index = lookUp(m_parts->nodeOf, name);
    return index ? &m_parts->nodes[static_cast<std::size_t>(*index)] : nullptr;
}

} // namespace octet::graph
