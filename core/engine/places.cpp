// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/places.h"

#include "core/graph/weight_values.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::engine {

Places::Places(Program::Impl& program, WeightStore& store)
    : m_program(program)
    , m_store(store)
    , m_ir(program.ir)
    , m_placed(program.ir.values.size())
{
}

Place Places::newBuffer(std::size_t bytes)
{
    Buffer buffer;
    buffer.bytes = std::max<std::size_t>(bytes, 1);
    if (buffer.bytes > std::size_t(16) << 30)
        throw Error(ErrorKind::Resource, "The model needs a single array of more than 16 GiB at this batch and "
                                         "length; use smaller ones.");
    m_program.buffers.push_back(buffer);
    return {nullptr, static_cast<int>(m_program.buffers.size()) - 1, 0};
}

Place Places::scratch(std::size_t bytes)
{
    const Place place = newBuffer(bytes);
    touch(place, currentStep());
    return place;
}

void Places::touch(const Place& place, int step)
{
    if (place.buffer < 0)
        return;
    Buffer& buffer = m_program.buffers[static_cast<std::size_t>(place.buffer)];
    buffer.first = buffer.first < 0 ? step : std::min(buffer.first, step);
    buffer.last = std::max(buffer.last, step);
}

Place Places::reading(const Place& place)
{
    touch(place, currentStep());
    if (place.buffer >= 0)
        ++m_program.buffers[static_cast<std::size_t>(place.buffer)].reads;
    return place;
}

const std::byte* Places::constant(const IrValue& value)
{
    const auto bytes = static_cast<std::size_t>(elementCount(value.shape)) * elementSize(value.type);
    if (value.made) {
        m_program.alignedConstants.push_back(m_store.impl().made(*value.made));
        return m_program.alignedConstants.back().get();
    }
    if (bytes == 0 || graph::isAligned(value.constant, elementSize(value.type)))
        return value.constant;
    m_program.alignedConstants.push_back(m_store.impl().aligned({value.constant, bytes}));
    return m_program.alignedConstants.back().get();
}

Placed& Places::placed(ValueId id)
{
    Placed& p = m_placed[static_cast<std::size_t>(id)];
    if (!p.done && m_ir.isConstant(id))
        p = {{constant(m_ir.value(id)), -1, 0}, denseStrides(m_ir.value(id).shape), true};
    if (!p.done)
        throw Error(ErrorKind::Internal, fmt::format("Value \"{}\" was read before it was made.", m_ir.value(id).name));
    return p;
}

Placed& Places::placeNew(ValueId id)
{
    const IrValue& value = m_ir.value(id);
    const Place place
        = newBuffer(static_cast<std::size_t>(elementCount(value.shape)) * elementSize(value.type));
    touch(place, currentStep());
    return m_placed[static_cast<std::size_t>(id)] = {place, denseStrides(value.shape), true};
}

void Places::placeView(ValueId id, const Place& place, const Shape& strides)
{
    m_placed[static_cast<std::size_t>(id)] = {place, strides, true};
}

void Places::describe(Step& step, const char* kind, const IrNode* node, const std::string& name,
                      const std::string& kernel) const
{
    step.group.kind = kind;
    step.group.name = name;
    step.group.kernel = kernel;
    if (node)
        for (const int origin : node->origins)
            step.group.nodes.push_back(m_ir.model->nodes()[static_cast<std::size_t>(origin)].name);
}

Place Places::dense(ValueId id)
{
    Placed& p = placed(id);
    const IrValue& value = m_ir.value(id);
    if (isDense(value.shape, p.strides))
        return p.place;
    auto step = std::make_unique<CopyStep>(value.shape, p.strides, elementSize(value.type));
    step->from = reading(p.place);
    step->to = newBuffer(static_cast<std::size_t>(elementCount(value.shape)) * elementSize(value.type));
    touch(step->to, currentStep());
    p = {step->to, denseStrides(value.shape), true}; // later readers take the copy too
    addStep(std::move(step), "reorder", nullptr, value.name, "copy");
    return p.place;
}

Rows Places::rowsOf(ValueId id)
{
    const Shape& shape = m_ir.value(id).shape;
    Placed& p = placed(id);
    Rows rows;
    rows.columns = shape.empty() ? 1 : shape.back();
    rows.rows = rows.columns ? elementCount(shape) / rows.columns : 0;
    rows.stride = rows.columns;
    bool fits = shape.empty() || shape.back() == 1 || p.strides.back() == 1;
    std::int64_t expected = -1;
    for (std::size_t i = shape.empty() ? 0 : shape.size() - 1; fits && i-- > 0;) {
        if (shape[i] == 1)
            continue;
        if (expected < 0)
            rows.stride = p.strides[i];
        else
            fits = p.strides[i] == expected;
        expected = p.strides[i] * shape[i];
    }
    if (fits && rows.stride < rows.columns && rows.rows > 1)
        fits = false; // a broadcast view
    rows.place = fits ? p.place : dense(id);
    if (!fits)
        rows.stride = rows.columns;
    return rows;
}

} // namespace octet::engine
