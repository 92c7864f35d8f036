// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/files.h"
#include "core/data/npy.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <cstring>

namespace octet::data {

namespace {

constexpr std::uint64_t maxProto = (std::uint64_t(1) << 31) - 1; // protobuf's own limit

[[noreturn]] void refuse(ErrorKind kind, const std::string& path, const std::string& what)
{
    throw Error(kind, fmt::format("{} {}.", path, what), {.file = path});
}

/// Copies a typed field, which holds small types widened (int32_data carries uint8, float16 bits and others).
template <typename To, typename Field>
void copyField(const Field& field, Tensor& tensor, const std::string& path)
{
    if (field.size() != tensor.count())
        refuse(ErrorKind::Format, path,
            fmt::format("has {} values for the shape {}", field.size(), toString(tensor.shape)));
    To* target = tensor.data<To>();
    for (const auto value : field)
        *target++ = static_cast<To>(value);
}

void copyTyped(const onnx::TensorProto& proto, Tensor& tensor, const std::string& path)
{
    switch (tensor.type) {
    case DType::F32:
        return copyField<float>(proto.float_data(), tensor, path);
    case DType::F64:
        return copyField<double>(proto.double_data(), tensor, path);
    case DType::I64:
        return copyField<std::int64_t>(proto.int64_data(), tensor, path);
    case DType::U64:
        return copyField<std::uint64_t>(proto.uint64_data(), tensor, path);
    case DType::U32:
        return copyField<std::uint32_t>(proto.uint64_data(), tensor, path);
    case DType::I32:
        return copyField<std::int32_t>(proto.int32_data(), tensor, path);
    case DType::U8:
    case DType::Bool:
        return copyField<std::uint8_t>(proto.int32_data(), tensor, path);
    case DType::I8:
        return copyField<std::int8_t>(proto.int32_data(), tensor, path);
    case DType::I16:
        return copyField<std::int16_t>(proto.int32_data(), tensor, path);
    case DType::U16:
    case DType::F16:
    case DType::Bf16:
        return copyField<std::uint16_t>(proto.int32_data(), tensor, path);
    case DType::String:
    case DType::Undefined:
        return;
    }
}

} // namespace

Tensor readTensorProto(const std::string& path)
{
    onnx::TensorProto proto;
    const std::string content = readFile(path, maxProto);
    if (!proto.ParseFromString(content) || proto.data_type() == 0)
        refuse(ErrorKind::Format, path, "is not an ONNX TensorProto");
    const auto type = static_cast<DType>(proto.data_type());
    if (elementSize(type) == 0)
        refuse(ErrorKind::Unsupported, path,
            fmt::format("holds data of type {}, which Octet cannot read", toString(type)));
    if (proto.data_location() == onnx::TensorProto::EXTERNAL)
        refuse(ErrorKind::Unsupported, path, "keeps its data in another file, which Octet does not follow here");
    const Shape shape(proto.dims().begin(), proto.dims().end());
    std::int64_t count = 0;
    try {
        count = elementCount(shape);
    } catch (const Error& error) {
        throw Error(error.kind(), fmt::format("{}: {}", path, error.message()), {.file = path});
    }
    // Every encoding takes at least a byte an element: a larger claim is refused before it is allocated.
    if (static_cast<std::uint64_t>(count) > content.size())
        refuse(ErrorKind::Format, path,
            fmt::format("claims the shape {} but has {} bytes", toString(shape), content.size()));
    Tensor tensor(type, shape);
    if (!proto.has_raw_data()) {
        copyTyped(proto, tensor, path);
        return tensor;
    }
    if (proto.raw_data().size() != tensor.bytes.size())
        refuse(ErrorKind::Format, path,
            fmt::format("has {} bytes of data where the shape {} needs {}", proto.raw_data().size(), toString(shape),
                tensor.bytes.size()));
    if (!tensor.bytes.empty())
        std::memcpy(tensor.bytes.data(), proto.raw_data().data(), tensor.bytes.size());
    return tensor;
}

} // namespace octet::data
