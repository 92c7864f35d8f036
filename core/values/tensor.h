// SPDX-License-Identifier: GPL-3.0-or-later
// A dense host array: what goes into and comes out of a program, and what .npy files hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace octet {

/// Numbers are ONNX's TensorProto.DataType.
enum class DType : int {
    Undefined = 0, F32 = 1, U8 = 2, I8 = 3, U16 = 4, I16 = 5, I32 = 6, I64 = 7, String = 8, Bool = 9,
    F16 = 10, F64 = 11, U32 = 12, U64 = 13, Bf16 = 16,
};
/// Bytes of one element, 0 for String, Undefined and types that Octet does not know.
std::size_t elementSize(DType type);
std::string toString(DType type); // "float32", "uint8", "int64", ... (NumPy's names)

using Shape = std::vector<std::int64_t>;
/// Product of all dimensions; throws Error(Format) on negative dimensions or overflow.
std::int64_t elementCount(const Shape& shape);
std::string toString(const Shape& shape); // "[1, 128, 384]"

/// Owns its bytes; C order.
struct Tensor
{
    DType type = DType::F32;
    Shape shape;
    std::vector<std::byte> bytes;

    Tensor() = default;
    Tensor(DType type, Shape shape); // zero filled; throws Error(Resource) beyond `maxBytes`
    template <typename T>
    T* data() { return reinterpret_cast<T*>(bytes.data()); }
    template <typename T>
    const T* data() const { return reinterpret_cast<const T*>(bytes.data()); }
    std::int64_t count() const { return elementCount(shape); }
    bool operator==(const Tensor&) const = default;
};

} // namespace octet
