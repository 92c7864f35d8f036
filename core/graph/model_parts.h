// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of Model, for its loader only.
#pragma once

#include "core/graph/mapped_file.h"
#include "core/graph/model.h"

#include <cstdlib>
#include <deque>
#include <mutex>
#include <unordered_map>

namespace octet::graph {

/// Bytes at a 64-byte boundary that live as long as their owner.
class Storage
{
public:
    /// Throws Error(Resource) when there is no memory.
    std::span<std::byte> allocate(std::size_t size);

private:
    struct Free
    {
        void operator()(std::byte* bytes) const { std::free(bytes); }
    };
    std::vector<std::unique_ptr<std::byte, Free>> m_blocks;
    std::byte* m_small = nullptr; // small requests share a block
    std::size_t m_left = 0;
};

struct Model::Parts
{
    std::string path;
    std::int64_t irVersion = 0;
    std::map<std::string, std::int64_t> opsets;
    std::string producer;

    std::vector<Node> nodes;
    std::vector<ValueInfo> inputs;
    std::vector<ValueInfo> outputs;
    std::unordered_map<std::string, ValueInfo> valueInfos;
    std::deque<Weight> weights; // initializers in file order, then constants; addresses are handed out
    std::size_t initializerCount = 0;

    std::vector<MappedFile> files;
    Storage storage;

    // Indices over the above, filled by index().
    std::unordered_map<std::string, const Weight*> weightOf;
    std::unordered_map<std::string, int> producerOf;
    std::unordered_map<std::string, std::vector<int>> consumersOf;
    std::unordered_map<std::string, int> nodeOf;
    void index();

    std::shared_ptr<const Model> hashOf; // of a rewritten model: where its constants lie and whose hash it has
    std::once_flag hashOnce;
    std::string hash;
};

} // namespace octet::graph
