// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace octet::measure {

namespace {

bool contains(const std::string& name, std::string_view part)
{
    return name.find(part) != std::string::npos;
}

/// Ids below it are safe: the fewest rows among the tables that the input looks up, 2 when it looks up none.
std::int64_t idLimit(const graph::Model& model, const std::string& input)
{
    std::int64_t limit = 0;
    for (const int reader : model.consumers(input)) {
        const graph::Node& node = model.nodes()[static_cast<std::size_t>(reader)];
        if (node.opType != "Gather" || node.inputs.size() < 2 || node.inputs[1] != input)
            continue;
        const graph::Weight* table = model.weight(node.inputs[0]);
        const auto axis = static_cast<std::size_t>(std::max<std::int64_t>(node.intAttribute("axis", 0), 0));
        if (table && axis < table->shape.size())
            limit = limit == 0 ? table->shape[axis] : std::min(limit, table->shape[axis]);
    }
    return limit == 0 ? 2 : std::max<std::int64_t>(limit, 1);
}

Shape concreteShape(const graph::ValueInfo& input, int batch, int length)
{
    if (!input.hasShape)
        throw Error(ErrorKind::Unsupported,
            fmt::format("Input \"{}\" has no shape; give data to time this model.", input.name));
    Shape shape;
    for (std::size_t i = 0; i < input.shape.size(); ++i) {
        const std::int64_t fixed = input.shape[i].value;
        if (i == 0 && fixed >= 0 && fixed != batch)
            throw Error(ErrorKind::Setting,
                fmt::format("The model fixes the batch at {}; a batch of {} is not possible.", fixed, batch));
        if (i > 0 && fixed < 0 && length <= 0)
            throw Error(ErrorKind::Setting,
                fmt::format(
                    "Input \"{}\" has a free length; give a length, or data whose lengths are used.", input.name));
        shape.push_back(fixed >= 0 ? fixed : i == 0 ? batch : length);
    }
    return shape;
}

void fillInts(const graph::Model& model, const std::string& name, Tensor& tensor, std::mt19937& random)
{
    const std::int64_t limit = contains(name, "type") || contains(name, "segment") ? 1 : idLimit(model, name);
    const bool mask = contains(name, "mask");
    for (std::int64_t i = 0; i < tensor.count(); ++i) {
        const std::int64_t value = mask ? 1 : static_cast<std::int64_t>(random()) % limit;
        if (tensor.type == DType::I64)
            tensor.data<std::int64_t>()[i] = value;
        else
            tensor.data<std::int32_t>()[i] = static_cast<std::int32_t>(value);
    }
}

} // namespace

std::map<std::string, Tensor> seededInputs(const graph::Model& model, int batch, int length, unsigned seed)
{
    std::map<std::string, Tensor> inputs;
    std::mt19937 random(seed);
    for (const graph::ValueInfo& input : model.inputs()) {
        Tensor tensor(input.type, concreteShape(input, batch, length));
        switch (input.type) {
        case DType::F32: {
            // Not std::normal_distribution: its values differ between standard libraries.
            for (std::int64_t i = 0; i < tensor.count(); ++i)
                tensor.data<float>()[i] = static_cast<float>(random()) / 2147483648.0f - 1.0f;
            break;
        }
        case DType::I64:
        case DType::I32:
            fillInts(model, input.name, tensor, random);
            break;
        case DType::Bool:
            std::fill(tensor.bytes.begin(), tensor.bytes.end(), std::byte{1});
            break;
        default:
            break; // zeros
        }
        inputs.emplace(input.name, std::move(tensor));
    }
    return inputs;
}

} // namespace octet::measure
