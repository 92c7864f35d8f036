// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/tensor.h"

#include "core/values/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

namespace octet {

namespace {
// A single array beyond this is a hostile or mistaken file on the machines that Octet is for.
constexpr std::int64_t maxBytes = std::int64_t(16) << 30;
}

std::size_t elementSize(DType type)
{
    switch (type) {
    case DType::U8:
    case DType::I8:
    case DType::Bool: return 1;
    case DType::U16:
    case DType::I16:
    case DType::F16:
    case DType::Bf16: return 2;
    case DType::F32:
    case DType::I32:
    case DType::U32: return 4;
    case DType::I64:
    case DType::U64:
    case DType::F64: return 8;
    case DType::Undefined:
    case DType::String: return 0;
    }
    return 0;
}

std::string toString(DType type)
{
    switch (type) {
    case DType::Undefined: return "undefined";
    case DType::F32: return "float32";
    case DType::U8: return "uint8";
    case DType::I8: return "int8";
    case DType::U16: return "uint16";
    case DType::I16: return "int16";
    case DType::I32: return "int32";
    case DType::I64: return "int64";
    case DType::String: return "string";
    case DType::Bool: return "bool";
    case DType::F16: return "float16";
    case DType::F64: return "float64";
    case DType::U32: return "uint32";
    case DType::U64: return "uint64";
    case DType::Bf16: return "bfloat16";
    }
    return fmt::format("ONNX type {}", static_cast<int>(type));
}

std::int64_t elementCount(const Shape& shape)
{
    std::int64_t count = 1;
    for (const std::int64_t dim : shape) {
        if (dim < 0)
            throw Error(ErrorKind::Format, fmt::format("The shape {} has a negative dimension.", toString(shape)));
        if (dim != 0 && count > std::numeric_limits<std::int64_t>::max() / dim)
            throw Error(ErrorKind::Format, fmt::format("The shape {} is larger than any memory.", toString(shape)));
        count *= dim;
    }
    return count;
}

std::string toString(const Shape& shape)
{
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

Tensor::Tensor(DType dtype, Shape dims)
    : type(dtype)
    , shape(std::move(dims))
{
    const std::int64_t count = elementCount(shape);
    const auto size = static_cast<std::int64_t>(elementSize(type));
    if (size != 0 && count > maxBytes / size)
        throw Error(ErrorKind::Resource, fmt::format("An array of shape {} and type {} would need more than 16 GiB.",
                                                     toString(shape), toString(type)));
    bytes.resize(static_cast<std::size_t>(count * size));
}

} // namespace octet
