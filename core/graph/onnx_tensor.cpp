// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/onnx_tensor.h"

#include "core/graph/printable.h"
#include "core/graph/weight_values.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <charconv>
#include <cstring>

namespace octet::graph {

namespace {

// Values of a tensor without raw_data stand in the field of the widest type that holds them.
template <typename To, typename Field>
void convert(const Field& field, std::span<std::byte> target)
{
    for (int i = 0; i < field.size(); ++i) {
        const auto value = static_cast<To>(field.Get(i));
        std::memcpy(target.data() + static_cast<std::size_t>(i) * sizeof(To), &value, sizeof(To));
    }
}

int typedCount(const onnx::TensorProto& tensor, DType type)
{
    switch (type) {
    case DType::F32:
        return tensor.float_data_size();
    case DType::F64:
        return tensor.double_data_size();
    case DType::I64:
        return tensor.int64_data_size();
    case DType::U32:
    case DType::U64:
        return tensor.uint64_data_size();
    default:
        return tensor.int32_data_size();
    }
}

std::uint64_t parseNumber(const std::string& text, const std::string& name, const std::string& path)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw Error(ErrorKind::Format,
            fmt::format("The weight '{}' of {} has external data at '{}', which is not a number.", printable(name),
                path, printable(text)),
            {.file = path});
    return value;
}

ExternalReference externalReference(const onnx::TensorProto& tensor, const std::string& name, const std::string& path)
{
    ExternalReference reference;
    for (const auto& entry : tensor.external_data()) {
        if (entry.key() == "location")
            reference.location = entry.value();
        else if (entry.key() == "offset")
            reference.offset = parseNumber(entry.value(), name, path);
        else if (entry.key() == "length")
            reference.length = parseNumber(entry.value(), name, path);
    }
    return reference;
}

} // namespace

std::span<const std::byte> TensorReader::inPlace(std::span<const std::byte> bytes, DType type)
{
    const bool mayLieAnywhere = type == DType::F32 || isAligned(bytes.data(), elementSize(type));
    if (bytes.size() >= largeWeight && mayLieAnywhere)
        return bytes;
    // Of a small one, a read in place would keep all the pages around it in memory.
    const auto copy = m_storage.allocate(bytes.size());
    if (!bytes.empty())
        std::memcpy(copy.data(), bytes.data(), bytes.size());
    releasePages(bytes);
    return copy;
}

std::span<const std::byte> TensorReader::typedValues(
    const onnx::TensorProto& tensor, const Weight& weight, std::size_t count)
{
    const auto found = static_cast<std::size_t>(typedCount(tensor, weight.type));
    if (found != count)
        throw Error(ErrorKind::Format,
            fmt::format("The weight '{}' of {} has the shape {} but {} values.", printable(weight.name), m_path,
                toString(weight.shape), found),
            {.file = m_path});
    const auto target = m_storage.allocate(count * elementSize(weight.type));
    switch (weight.type) {
    case DType::F32:
        convert<float>(tensor.float_data(), target);
        break;
    case DType::F64:
        convert<double>(tensor.double_data(), target);
        break;
    case DType::I64:
        convert<std::int64_t>(tensor.int64_data(), target);
        break;
    case DType::U32:
        convert<std::uint32_t>(tensor.uint64_data(), target);
        break;
    case DType::U64:
        convert<std::uint64_t>(tensor.uint64_data(), target);
        break;
    case DType::I32:
        convert<std::int32_t>(tensor.int32_data(), target);
        break;
    case DType::U16:
    case DType::F16:
    case DType::Bf16:
        convert<std::uint16_t>(tensor.int32_data(), target);
        break;
    case DType::I16:
        convert<std::int16_t>(tensor.int32_data(), target);
        break;
    case DType::I8:
        convert<std::int8_t>(tensor.int32_data(), target);
        break;
    case DType::U8:
    case DType::Bool:
        convert<std::uint8_t>(tensor.int32_data(), target);
        break;
    case DType::Undefined:
    case DType::String:
        break;
    }
    return target;
}

Weight TensorReader::read(
    const onnx::TensorProto& tensor, const std::string& name, const std::optional<std::span<const std::byte>>& raw)
{
    Weight weight{name, static_cast<DType>(tensor.data_type()), {tensor.dims().begin(), tensor.dims().end()}, {}, {}, {}};
    const auto fail = [&](ErrorKind kind, const std::string& why) {
        throw Error(kind, fmt::format("The weight '{}' of {} {}.", printable(name), m_path, why), {.file = m_path});
    };
    if (weight.shape.size() > 32)
        fail(ErrorKind::Format, fmt::format("claims {} dimensions", weight.shape.size()));
    std::int64_t count = 0;
    try {
        count = elementCount(weight.shape);
    } catch (const Error&) {
        fail(ErrorKind::Format, fmt::format("has the impossible shape {}", toString(weight.shape)));
    }
    if (weight.type == DType::String)
        return weight;
    const std::size_t size = elementSize(weight.type);
    if (size == 0)
        fail(ErrorKind::Unsupported, fmt::format("has the {}, which Octet does not read", toString(weight.type)));
    if (static_cast<std::uint64_t>(count) > SIZE_MAX / 16 / size)
        fail(ErrorKind::Format, fmt::format("has the impossible shape {}", toString(weight.shape)));
    const std::size_t byteCount = static_cast<std::size_t>(count) * size;

    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
        const ExternalReference reference = externalReference(tensor, name, m_path);
        weight.data = inPlace(m_external.bytes(reference, byteCount, name), weight.type);
        return weight;
    }
    std::optional<std::span<const std::byte>> bytes = raw;
    if (!bytes && tensor.has_raw_data())
        bytes = std::as_bytes(std::span(tensor.raw_data().data(), tensor.raw_data().size()));
    if (!bytes || (bytes->empty() && byteCount != 0)) {
        weight.data = typedValues(tensor, weight, static_cast<std::size_t>(count));
        return weight;
    }
    if (bytes->size() != byteCount)
        fail(ErrorKind::Format,
            fmt::format("has the shape {} and type {}, which is {} bytes, but the file holds {}",
                toString(weight.shape), toString(weight.type), byteCount, bytes->size()));
    if (raw) {
        weight.data = inPlace(*bytes, weight.type);
    } else {
        // It stands in the parsed message, which does not live as long as the model.
        const auto copy = m_storage.allocate(byteCount);
        if (byteCount != 0)
            std::memcpy(copy.data(), bytes->data(), byteCount);
        weight.data = copy;
    }
    return weight;
}

} // namespace octet::graph
