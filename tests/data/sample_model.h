// SPDX-License-Identifier: GPL-3.0-or-later
// What data sets see of a model, made by hand.
#pragma once

#include "core/data/signature.h"
#include "data_test.h"

namespace octet::test {

inline graph::ValueInfo value(const std::string& name, DType type, const std::vector<std::int64_t>& dims)
{
    graph::ValueInfo info{name, type, {}, true};
    const char* const names[] = {"batch", "sequence"};
    for (std::size_t i = 0; i < dims.size(); ++i)
        info.shape.push_back({dims[i], dims[i] >= 0 ? "" : names[i == 0 ? 0 : 1]});
    return info;
}

inline data::Signature textModel(const Folder& folder, DType type = DType::I64, std::int64_t sequence = -1)
{
    return {{folder.path()},
        {value("input_ids", type, {-1, sequence}), value("attention_mask", type, {-1, sequence}),
            value("token_type_ids", type, {-1, sequence})},
        {value("logits", DType::F32, {-1, 2})}};
}

inline data::Signature imageModel(const Folder& folder)
{
    return {{folder.path()}, {value("pixels", DType::F32, {-1, 1, 2, 3})}, {value("logits", DType::F32, {-1, 3})}};
}

/// a = 4, b = 5, ##b = 6
inline void writeVocabulary(const Folder& folder)
{
    folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n##b\n");
}

/// Makes an array from numbers.
template <typename T>
Tensor array(DType type, const Shape& shape, const std::vector<T>& values)
{
    Tensor tensor(type, shape);
    if (tensor.bytes.size() != values.size() * sizeof(T))
        qFatal("a test array of the wrong size");
    std::copy(values.begin(), values.end(), tensor.data<T>());
    return tensor;
}

} // namespace octet::test
