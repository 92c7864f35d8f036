// SPDX-License-Identifier: GPL-3.0-or-later
// Operators over any number of operands, and integer arithmetic beyond the four basic kinds.
#include "core/engine/ops/op.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace octet::engine {

namespace {

std::vector<OpOutput> broadcastAll(const OpContext& c)
{
    Shape shape = c.in(0).shape;
    for (std::size_t i = 1; i < c.inputs.size(); ++i) {
        if (c.in(i).type != c.in(0).type)
            c.malformed("its operands have types " + toString(c.in(0).type) + " and " + toString(c.in(i).type));
        shape = broadcastShapes(c, shape, c.in(i).shape);
    }
    return {{c.in(0).type, shape}};
}

/// f folds two numbers; `divide` by the number of operands at the end.
template <typename F>
OpDef variadic(F f, bool divide = false)
{
    OpDef def;
    def.infer = broadcastAll;
    def.make = [f, divide](const OpContext& c) {
        const Shape shape = c.outputs[0].shape;
        std::vector<Shape> strides;
        for (std::size_t i = 0; i < c.inputs.size(); ++i)
            strides.push_back(broadcastStrides(c.in(i).shape, denseStrides(c.in(i).shape), shape));
        return dispatchType(c, c.in(0).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([=, count = elementCount(shape)](const std::byte* const* in, std::byte* const* out) {
                for (std::int64_t i = 0; i < count; ++i) {
                    T result = 0;
                    for (std::size_t o = 0; o < strides.size(); ++o) {
                        std::int64_t rest = i, at = 0;
                        for (std::size_t d = shape.size(); d-- > 0; rest /= shape[d])
                            at += rest % shape[d] * strides[o][d];
                        const T x = as<T>(in[o])[at];
                        result = o == 0 ? x : static_cast<T>(f(result, x));
                    }
                    as<T>(out[0])[i] = divide ? static_cast<T>(result / static_cast<T>(strides.size())) : result;
                }
            });
        });
    };
    return def;
}

/// Two operands take the general, faster form where there is one.
OpDef twoOrMore(const OpDef& two, const OpDef& many)
{
    OpDef def = many;
    def.takesStrides = false;
    def.make = [two, many](const OpContext& c) { return c.inputs.size() == 2 ? two.make(c) : many.make(c); };
    return def;
}

template <typename T>
T modulo(T a, T b, bool likeC)
{
    if constexpr (std::is_floating_point_v<T>) {
        const T r = std::fmod(a, b);
        return likeC || r == 0 || (r < 0) == (b < 0) ? r : r + b;
    } else {
        if (b == 0)
            return 0; // a hostile model must not stop the process
        if constexpr (std::is_signed_v<T>) {
            if (b == T(-1))
                return 0;
            const T r = static_cast<T>(a % b);
            return likeC || r == 0 || (r < 0) == (b < 0) ? r : static_cast<T>(r + b);
        } else {
            return static_cast<T>(a % b);
        }
    }
}

/// A binary operator whose callable depends on the node.
template <typename Make>
OpDef binary(Make makeFunction)
{
    OpDef def;
    def.infer = broadcastAll;
    def.make = [makeFunction](const OpContext& c) { return variadic(makeFunction(c)).make(c); };
    return def;
}

/// Of integers.
template <typename F>
OpDef bitwise(F f)
{
    return binary([f](const OpContext& c) {
        if (c.in(0).type == DType::F32 || c.in(0).type == DType::F64)
            c.malformed("it takes numbers apart into bits that are no integers");
        return [f](auto a, auto b) -> decltype(a) {
            if constexpr (std::is_integral_v<decltype(a)>)
                return static_cast<decltype(a)>(f(a, b));
            else
                return a;
        };
    });
}

template <typename T>
T shifted(T a, T b, bool left)
{
    if constexpr (std::is_integral_v<T>) {
        using U = std::make_unsigned_t<T>;
        const auto by = static_cast<U>(b);
        if (by >= static_cast<U>(std::numeric_limits<U>::digits))
            return 0;
        return static_cast<T>(left ? static_cast<U>(a) << by : static_cast<U>(a) >> by);
    } else {
        return a;
    }
}

} // namespace

void addVariadicOps(OpTable& table)
{
    table["Max"] = twoOrMore(table.at("Max"), variadic([](auto a, auto b) { return std::max(a, b); }));
    table["Min"] = twoOrMore(table.at("Min"), variadic([](auto a, auto b) { return std::min(a, b); }));
    table["Sum"] = variadic([](auto a, auto b) { return a + b; });
    table["Mean"] = variadic([](auto a, auto b) { return a + b; }, true);
    table["Mod"] = binary([](const OpContext& c) {
        return [likeC = c.node->intAttribute("fmod", 0) != 0](auto a, auto b) { return modulo(a, b, likeC); };
    });
    table["BitwiseAnd"] = bitwise([](auto a, auto b) { return a & b; });
    table["BitwiseOr"] = bitwise([](auto a, auto b) { return a | b; });
    table["BitwiseXor"] = bitwise([](auto a, auto b) { return a ^ b; });
    table["BitShift"] = binary([](const OpContext& c) {
        if (c.in(0).type == DType::F32 || c.in(0).type == DType::F64)
            c.malformed("it shifts numbers that are no integers");
        return [left = c.node->stringAttribute("direction", "LEFT") == "LEFT"](
                   auto a, auto b) { return shifted(a, b, left); };
    });
}

} // namespace octet::engine
