// SPDX-License-Identifier: GPL-3.0-or-later
// A text classifier of a few numbers, whose padding would ruin every range, and data for it.
#pragma once

#include "core/data/dataset.h"
#include "engine/onnx_builder.h"

#include <cmath>
#include <random>

namespace octet::test {

constexpr int tinyWidth = 8, tinyClasses = 3, tinyVocabulary = 20;

/// ids -> table -> "dense" -> first token -> "head". Id 0 is padding, of enormous values.
inline std::shared_ptr<const graph::Model> tinyModel(OnnxBuilder& b, bool endsInSoftmax = false)
{
    std::mt19937 random(5);
    const auto values = [&](int n, float size) {
        std::vector<float> v(static_cast<std::size_t>(n));
        for (float& x : v)
            x = size * (static_cast<float>(random() % 2001) / 1000 - 1);
        return v;
    };
    std::vector<float> table = values(tinyVocabulary * tinyWidth, 1);
    std::fill(table.begin(), table.begin() + tinyWidth, 1000.0f);
    b.input("ids", {-1, -1}, 7);
    b.weight("table", {tinyVocabulary, tinyWidth}, table);
    b.weight("w1", {tinyWidth, tinyWidth}, values(tinyWidth * tinyWidth, 1));
    b.weight("w2", {tinyWidth, tinyClasses}, values(tinyWidth * tinyClasses, 1));
    b.ints("zero", {}, {0});
    b.node("Gather", "embed", {"table", "ids"}, {"x"});
    b.node("MatMul", "dense", {"x", "w1"}, {"h"});
    b.node("Relu", "relu", {"h"}, {"r"});
    auto& gather = b.node("Gather", "first", {"r", "zero"}, {"f"});
    OnnxBuilder::attribute(gather, "axis", std::int64_t(1));
    b.node("MatMul", "head", {"f", "w2"}, {"logits"});
    if (endsInSoftmax)
        b.node("Softmax", "end", {"logits"}, {"probabilities"});
    b.output(endsInSoftmax ? "probabilities" : "logits", {-1, tinyClasses});
    return b.load();
}

class TinyData : public data::Dataset
{
public:
    explicit TinyData(std::size_t samples = 37, int batchSize = 4)
        : m_samples(samples)
    {
        m_spec.kind = DataKind::Text;
        m_spec.batchSize = batchSize;
        m_spec.maxLength = 64;
    }
    std::vector<int> labels; // by index in any split; empty: index % classes
    const DataSpec& spec() const override { return m_spec; }
    std::size_t size(Split) const override { return m_samples; }
    int label(Split, std::size_t i) const override
    {
        return labels.empty() ? static_cast<int>(i) % tinyClasses : labels[i];
    }
    bool hasLabels() const override { return true; }
    int classes() const override { return tinyClasses; }
    int length(Split, std::size_t i) const override { return 1 + static_cast<int>(i * 7 % 40); }
    static std::int64_t id(std::size_t sample, int at)
    {
        return 1 + static_cast<std::int64_t>((sample * 5 + static_cast<std::size_t>(at) * 3) % (tinyVocabulary - 1));
    }
    std::map<std::string, Tensor> batch(Split split, const std::vector<std::size_t>& indices, int padded) const override
    {
        Tensor ids(DType::I64, {static_cast<std::int64_t>(indices.size()), padded});
        for (std::size_t row = 0; row < indices.size(); ++row)
            for (int at = 0; at < length(split, indices[row]); ++at)
                ids.data<std::int64_t>()[row * static_cast<std::size_t>(padded) + static_cast<std::size_t>(at)] =
                    id(indices[row], at);
        return {{"ids", ids}};
    }
    std::vector<data::PreviewRow> preview(Split, std::size_t) const override { return {}; }
    std::string hash() const override { return "tiny"; }
    std::size_t testIndex(Split, std::size_t i) const override { return i; }

private:
    std::size_t m_samples;
    DataSpec m_spec;
};

} // namespace octet::test
