// SPDX-License-Identifier: GPL-3.0-or-later
// Einsum over any number of operands, as nested loops over its letters. Products of two matrices are better written as
// MatMul; this is for what remains.
#include "core/engine/ops/op.h"

#include <algorithm>
#include <map>
#include <sstream>

namespace octet::engine {

namespace {

struct Equation
{
    std::vector<std::string> operands; // a letter a dimension; dimensions of an ellipsis are digits
    std::string result;
    std::map<char, std::int64_t> sizes;
};

/// "..." -> digits, aligned at the right.
std::string expanded(const OpContext& c, std::string term, std::size_t rank)
{
    std::erase(term, ' ');
    const auto dots = term.find("...");
    if (dots == std::string::npos)
        return term;
    if (rank + 3 < term.size() || rank - (term.size() - 3) > 9)
        c.malformed("its equation does not fit its operands");
    const std::size_t hidden = rank - (term.size() - 3);
    std::string digits;
    for (std::size_t i = 0; i < hidden; ++i)
        digits += static_cast<char>('0' + 9 - (hidden - 1 - i));
    return term.substr(0, dots) + digits + term.substr(dots + 3);
}

Equation equationOf(const OpContext& c)
{
    const std::string text = c.node->stringAttribute("equation", "");
    const auto arrow = text.find("->");
    std::stringstream left(text.substr(0, arrow));
    Equation e;
    std::string all;
    for (std::string term; std::getline(left, term, ',');) {
        const std::size_t i = e.operands.size();
        if (i >= c.inputs.size())
            c.malformed("its equation has more terms than it has operands");
        const Shape& shape = c.in(i).shape;
        e.operands.push_back(expanded(c, term, shape.size()));
        if (e.operands.back().size() != shape.size())
            c.malformed("its equation \"" + text + "\" does not fit its operands");
        for (std::size_t d = 0; d < shape.size(); ++d) {
            auto& size = e.sizes.try_emplace(e.operands.back()[d], 1).first->second;
            if (size != shape[d] && size != 1 && shape[d] != 1)
                c.malformed("one of its letters has two sizes");
            size = std::max(size, shape[d]);
            if (shape[d] == 0)
                size = 0;
        }
        all += e.operands.back();
    }
    if (e.operands.size() != c.inputs.size() || e.operands.empty())
        c.malformed("its equation has fewer terms than it has operands");
    if (arrow != std::string::npos) {
        std::size_t hidden = 0;
        for (const auto& [letter, size] : e.sizes)
            hidden += std::isdigit(static_cast<unsigned char>(letter)) != 0;
        const std::string term = text.substr(arrow + 2);
        std::string bare = term;
        std::erase(bare, ' ');
        e.result = expanded(c, term, bare.find("...") == std::string::npos ? bare.size() : bare.size() - 3 + hidden);
    } else {
        for (const auto& [letter, size] : e.sizes) // those that stand once, in order
            if (std::isdigit(static_cast<unsigned char>(letter)) || std::ranges::count(all, letter) == 1)
                e.result += letter;
    }
    for (const char letter : e.result)
        if (!e.sizes.contains(letter) || std::ranges::count(e.result, letter) != 1)
            c.malformed("its result names a letter that no operand has, or one twice");
    return e;
}

OpDef einsumOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) {
        const Equation e = equationOf(c);
        Shape shape;
        for (const char letter : e.result)
            shape.push_back(e.sizes.at(letter));
        return std::vector<OpOutput>{{c.in(0).type, shape}};
    };
    def.make = [](const OpContext& c) {
        const Equation e = equationOf(c);
        std::string letters = e.result; // the result's first, then those that are summed over
        for (const auto& [letter, size] : e.sizes)
            if (e.result.find(letter) == std::string::npos)
                letters += letter;
        Shape sizes;
        for (const char letter : letters)
            sizes.push_back(e.sizes.at(letter));
        std::vector<Shape> strides;
        for (std::size_t i = 0; i < e.operands.size(); ++i) {
            if (c.in(i).type != c.in(0).type)
                c.malformed("its operands have different types");
            const Shape dense = denseStrides(c.in(i).shape);
            Shape own(letters.size(), 0);
            for (std::size_t d = 0; d < dense.size(); ++d)
                if (c.in(i).shape[d] != 1)
                    own[letters.find(e.operands[i][d])] += dense[d]; // a letter twice is a diagonal
            strides.push_back(own);
        }
        const std::int64_t outer = elementCount(c.outputs[0].shape);
        const std::int64_t total = elementCount(sizes), inner = outer ? total / outer : 0;
        return dispatchType(c, c.in(0).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([=](const std::byte* const* in, std::byte* const* out) {
                for (std::int64_t o = 0; o < outer; ++o) {
                    T sum = 0;
                    for (std::int64_t i = 0; i < inner; ++i) {
                        T product = 1;
                        for (std::size_t operand = 0; operand < strides.size(); ++operand) {
                            std::int64_t rest = o * inner + i, at = 0;
                            for (std::size_t d = sizes.size(); d-- > 0; rest /= sizes[d])
                                at += rest % sizes[d] * strides[operand][d];
                            product = static_cast<T>(product * as<T>(in[operand])[at]);
                        }
                        sum = static_cast<T>(sum + product);
                    }
                    as<T>(out[0])[o] = sum;
                }
            });
        });
    };
    return def;
}

} // namespace

void addEinsumOps(OpTable& table)
{
    table["Einsum"] = einsumOp();
}

} // namespace octet::engine
