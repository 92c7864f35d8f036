// SPDX-License-Identifier: GPL-3.0-or-later
// NumPy's .npy, versions 1 to 3, C order, little endian, plain types. Anything else is refused by name.
#pragma once

#include "core/values/tensor.h"

#include <string>

namespace octet::data {

Tensor readNpy(const std::string& path);
void writeNpy(const std::string& path, const Tensor& tensor); // atomic: temporary file and rename
/// An ONNX TensorProto (.pb), as in ONNX's own test data.
Tensor readTensorProto(const std::string& path);

} // namespace octet::data
