// SPDX-License-Identifier: GPL-3.0-or-later
// Encoders end by reading the first token's row. What only leads to rows that nobody reads need not be computed: the
// selection moves up through everything that works row by row, and through the queries of attention. Exact.
#include "core/engine/passes/passes.h"

#include <algorithm>
#include <optional>

namespace octet::engine {

namespace {

std::size_t index(int i)
{
    return static_cast<std::size_t>(i);
}

class Selecting
{
public:
    explicit Selecting(Ir& ir)
        : m_ir(ir)
    {
    }

    void run()
    {
        findSelections();
        // Each round moves some selection one node up; none moves below the first node.
        while (moveOne()) { }
    }

private:
    ValueId newValue(ValueId like, Shape shape)
    {
        IrValue value;
        value.name = m_ir.value(like).name;
        value.type = m_ir.value(like).type;
        value.shape = std::move(shape);
        m_ir.values.push_back(std::move(value));
        return static_cast<ValueId>(m_ir.values.size()) - 1;
    }

    ValueId newIntegers(const Shape& shape, const Shape& numbers)
    {
        auto tensor = std::make_shared<Tensor>(DType::I64, shape);
        std::copy(numbers.begin(), numbers.end(), tensor->data<std::int64_t>());
        IrValue value;
        value.type = DType::I64;
        value.shape = shape;
        value.constant = tensor->bytes.data();
        value.owned = tensor;
        m_ir.values.push_back(std::move(value));
        return static_cast<ValueId>(m_ir.values.size()) - 1;
    }

    Shape selectedShape(ValueId id, const SelectDetails& select) const
    {
        Shape shape = m_ir.value(id).shape;
        shape[index(select.axis)] = select.count;
        return shape;
    }

    /// A new node that selects from `id`.
    ValueId selected(ValueId id, const SelectDetails& select, const graph::Node* source)
    {
        IrNode node;
        node.kind = IrKind::Select;
        node.source = source;
        node.inputs = {id};
        node.outputs = {newValue(id, selectedShape(id, select))};
        node.select = select;
        m_ir.nodes.push_back(node);
        return node.outputs[0];
    }

    /// Gather of one index and Slice of one axis, where they are constants.
    std::optional<SelectDetails> selectionOf(const IrNode& node) const
    {
        if (node.kind != IrKind::General || !(node.source->domain.empty() || node.source->domain == "ai.onnx")
            || node.inputs.size() < 2 || node.inputs[0] < 0 || m_ir.isConstant(node.inputs[0]))
            return std::nullopt;
        const Shape& shape = m_ir.value(node.inputs[0]).shape;
        const auto rank = static_cast<std::int64_t>(shape.size());
        if (node.source->opType == "Gather") {
            const auto at = m_ir.scalar(node.inputs[1]);
            std::int64_t axis = node.source->intAttribute("axis", 0);
            axis = axis < 0 ? axis + rank : axis;
            if (!at || axis < 0 || axis >= rank)
                return std::nullopt;
            const std::int64_t dim = shape[static_cast<std::size_t>(axis)];
            const auto first = static_cast<std::int64_t>(*at) + (*at < 0 ? dim : 0);
            if (first < 0 || first >= dim || dim == 1)
                return std::nullopt;
            return SelectDetails{static_cast<int>(axis), first, 1};
        }
        if (node.source->opType == "Slice" && node.inputs.size() >= 4) {
            const auto start = m_ir.scalar(node.inputs[1]), along = m_ir.scalar(node.inputs[3]);
            const auto step = node.inputs.size() > 4 && node.inputs[4] >= 0 ? m_ir.scalar(node.inputs[4]) : 1.0;
            if (!start || !along || !step || *step != 1)
                return std::nullopt;
            const auto axis = static_cast<std::int64_t>(*along) + (*along < 0 ? rank : 0);
            if (axis < 0 || axis >= rank)
                return std::nullopt;
            const std::int64_t dim = shape[static_cast<std::size_t>(axis)];
            const std::int64_t count = m_ir.value(node.outputs[0]).shape[static_cast<std::size_t>(axis)];
            const std::int64_t first =
                std::clamp(static_cast<std::int64_t>(*start) + (*start < 0 ? dim : 0), std::int64_t(0), dim);
            if (count < 1 || first + count > dim || count == dim)
                return std::nullopt;
            return SelectDetails{static_cast<int>(axis), first, count};
        }
        return std::nullopt;
    }

    void findSelections()
    {
        const std::size_t count = m_ir.nodes.size();
        bool found = false;
        for (std::size_t n = 0; n < count; ++n) {
            const auto select = selectionOf(m_ir.nodes[n]);
            if (!select)
                continue;
            found = true;
            const ValueId input = m_ir.nodes[n].inputs[0];
            const graph::Node* source = m_ir.nodes[n].source;
            if (source->opType == "Slice") { // the whole of the slice
                m_ir.nodes[n].kind = IrKind::Select;
                m_ir.nodes[n].select = *select;
                m_ir.nodes[n].inputs = {input};
                continue;
            }
            const ValueId part = selected(input, *select, source);
            const ValueId zero = newIntegers(m_ir.value(m_ir.nodes[n].inputs[1]).shape, {0});
            m_ir.nodes[n].inputs = {part, zero};
        }
        if (found)
            cleanUp(m_ir, {});
    }

    /// The selection that all readers of the value make; none when somebody needs more.
    std::optional<SelectDetails> onlyPart(const Uses& uses, ValueId id) const
    {
        if (m_ir.kept.contains(id) || uses.readers(id).empty())
            return std::nullopt;
        std::optional<SelectDetails> part;
        int kept = 0;
        for (const int reader : uses.readers(id)) {
            const IrNode& node = m_ir.nodes[index(reader)];
            if (node.kind != IrKind::Select || (part && !(*part == node.select)))
                return std::nullopt;
            part = node.select;
            kept += m_ir.kept.contains(node.outputs[0]);
        }
        return kept > 1 ? std::nullopt : part;
    }

    bool moveOne()
    {
        const Uses uses(m_ir);
        for (std::size_t n = m_ir.nodes.size(); n-- > 0;) {
            std::optional<SelectDetails> part;
            bool all = true;
            for (const ValueId out : m_ir.nodes[n].outputs) {
                if (out < 0 || (uses.readers(out).empty() && !m_ir.kept.contains(out)))
                    continue;
                const auto wanted = onlyPart(uses, out);
                all = all && wanted && (!part || *part == *wanted);
                part = wanted;
            }
            if (!all || !part || !moveAbove(n, *part))
                continue;
            narrow(uses, n, *part);
            return true;
        }
        return false;
    }

    /// The outputs become the selected part, and the selections behind them go.
    void narrow(const Uses& uses, std::size_t n, const SelectDetails& part)
    {
        std::set<int> dead;
        std::map<ValueId, ValueId> now;
        for (ValueId& out : m_ir.nodes[n].outputs) {
            if (out < 0)
                continue;
            const auto& readers = uses.readers(out);
            if (readers.empty()) {
                out = -1;
                continue;
            }
            ValueId narrowed = -1;
            for (const int reader : readers) // an output of the model keeps its own value
                if (const ValueId id = m_ir.nodes[index(reader)].outputs[0]; m_ir.kept.contains(id))
                    narrowed = id;
            if (narrowed < 0)
                narrowed = newValue(out, selectedShape(out, part));
            for (const int reader : readers) {
                now[m_ir.nodes[index(reader)].outputs[0]] = narrowed;
                dead.insert(reader);
            }
            out = narrowed;
        }
        for (IrNode& node : m_ir.nodes)
            for (ValueId& in : node.inputs)
                if (const auto it = now.find(in); it != now.end())
                    in = it->second;
        cleanUp(m_ir, dead);
    }

    /// Makes node `n` compute the part only, by selecting from its inputs; false = it cannot (nothing was changed).
    bool moveAbove(std::size_t n, const SelectDetails& part)
    {
        const IrNode node = m_ir.nodes[n];
        const ValueId out = *std::find_if(node.outputs.begin(), node.outputs.end(), [](ValueId id) { return id >= 0; });
        const Shape& shape = m_ir.value(out).shape;
        const bool lastAxis = part.axis + 1 == static_cast<int>(shape.size());
        std::vector<std::optional<SelectDetails>> parts(node.inputs.size());
        switch (node.kind) {
        case IrKind::Norm:
        case IrKind::Gelu:
        case IrKind::Product:
            if (lastAxis || node.product.product.kind == quantize::ProductKind::Conv)
                return false;
            for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                if (node.inputs[i] < 0)
                    continue;
                const Shape& in = m_ir.value(node.inputs[i]).shape;
                if (in.size() != shape.size() || in[index(part.axis)] != shape[index(part.axis)])
                    return false;
                parts[i] = part;
            }
            break;
        case IrKind::Attention:
            if (part.axis + 2 != static_cast<int>(shape.size()))
                return false;
            parts[0] = part;
            if (node.inputs[3] >= 0)
                parts[3] = alignedPart(node.inputs[3], shape.size(), part);
            break;
        case IrKind::General:
            return moveAboveGeneral(n, shape, part);
        case IrKind::Select:
        case IrKind::Embedding:
            return false;
        }
        selectInputs(n, parts);
        return true;
    }

    /// `part` of an output of that rank, seen in a broadcast operand; none where that is the same for all.
    std::optional<SelectDetails> alignedPart(ValueId operand, std::size_t rank, SelectDetails part) const
    {
        const Shape& shape = m_ir.value(operand).shape;
        part.axis -= static_cast<int>(rank - shape.size());
        if (part.axis < 0 || shape[index(part.axis)] == 1)
            return std::nullopt;
        return part;
    }

    bool moveAboveGeneral(std::size_t n, const Shape& shape, SelectDetails part)
    {
        const IrNode& node = m_ir.nodes[n];
        if (!(node.source->domain.empty() || node.source->domain == "ai.onnx") || m_ir.isConstant(node.inputs[0]))
            return false;
        const std::string& type = node.source->opType;
        std::vector<std::optional<SelectDetails>> parts(node.inputs.size());
        if (type == "Transpose") {
            const auto perm = node.source->intsAttribute("perm");
            part.axis =
                perm ? static_cast<int>(perm->at(index(part.axis))) : static_cast<int>(shape.size()) - 1 - part.axis;
            parts[0] = part;
        } else if (type == "Reshape") {
            const auto axis = sameAxis(m_ir.value(node.inputs[0]).shape, shape, part.axis);
            if (!axis)
                return false;
            Shape narrow = shape;
            narrow[index(part.axis)] = part.count;
            const ValueId dims = newIntegers({static_cast<std::int64_t>(narrow.size())}, narrow);
            m_ir.nodes[n].inputs[1] = dims;
            part.axis = *axis;
            parts[0] = part;
        } else if (std::ranges::count(std::initializer_list<std::string_view>{"Add", "Sub", "Mul", "Div", "Relu",
                                          "Tanh", "Sigmoid", "Identity"},
                       type)) {
            for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                parts[i] = alignedPart(node.inputs[i], shape.size(), part);
                if (parts[i] && m_ir.isConstant(node.inputs[i]))
                    return false;
            }
        } else {
            return false;
        }
        selectInputs(n, parts);
        return true;
    }

    /// The input axis that holds the same positions as output axis `axis` of a reshape.
    static std::optional<int> sameAxis(const Shape& in, const Shape& out, int axis)
    {
        std::int64_t before = 1;
        for (int i = 0; i < axis; ++i)
            before *= out[index(i)];
        std::int64_t product = 1;
        for (std::size_t i = 0; i < in.size(); product *= in[i++])
            if (product == before && in[i] == out[index(axis)])
                return static_cast<int>(i);
        return std::nullopt;
    }

    void selectInputs(std::size_t n, const std::vector<std::optional<SelectDetails>>& parts)
    {
        const graph::Node* source = m_ir.nodes[n].source;
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (parts[i]) {
                const ValueId in = m_ir.nodes[n].inputs[i];
                const ValueId narrowed = selected(in, *parts[i], source);
                m_ir.nodes[n].inputs[i] = narrowed;
            }
    }

    Ir& m_ir;
};

} // namespace

void selectRows(Ir& ir)
{
    Selecting(ir).run();
}

} // namespace octet::engine
