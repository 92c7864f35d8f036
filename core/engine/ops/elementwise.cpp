// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic, comparison, logic and activations, element by element with NumPy broadcasting.
#include "core/engine/ops/half.h"
#include "core/engine/ops/op.h"
#include "core/engine/ops/strided.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>

namespace octet::engine {

namespace {

template <typename In, typename Out, typename F>
std::unique_ptr<OpKernel> binaryKernel(const OpContext& context, F f)
{
    const Shape& shape = context.outputs[0].shape;
    const StridedLoop<3> loop(shape, {broadcastStrides(context.in(0).shape, context.in(0).strides, shape),
                                      broadcastStrides(context.in(1).shape, context.in(1).strides, shape),
                                      denseStrides(shape)});
    return kernelOf([loop, f](const std::byte* const* in, std::byte* const* out) {
        loop.run([&](const auto& offset, std::int64_t count, const auto& step) {
            const In* a = as<In>(in[0]) + offset[0];
            const In* b = as<In>(in[1]) + offset[1];
            Out* c = as<Out>(out[0]) + offset[2];
            if (step[0] == 1 && step[1] == 1 && step[2] == 1) {
                for (std::int64_t i = 0; i < count; ++i)
                    c[i] = f(a[i], b[i]);
            } else if (step[0] == 1 && step[1] == 0 && step[2] == 1) {
                const In scalar = *b;
                for (std::int64_t i = 0; i < count; ++i)
                    c[i] = f(a[i], scalar);
            } else {
                for (std::int64_t i = 0; i < count; ++i)
                    c[i * step[2]] = f(a[i * step[0]], b[i * step[1]]);
            }
        });
    });
}

void checkSameTypes(const OpContext& context)
{
    if (context.in(0).type != context.in(1).type)
        context.malformed("its operands have types " + toString(context.in(0).type) + " and "
                          + toString(context.in(1).type));
}

/// f is a generic callable over two values of one arithmetic type.
template <typename F>
OpDef arithmetic(F f)
{
    OpDef def;
    def.takesStrides = true;
    def.infer = [](const OpContext& c) {
        checkSameTypes(c);
        return std::vector<OpOutput> {{c.in(0).type, broadcastShapes(c, c.in(0).shape, c.in(1).shape)}};
    };
    def.make = [f](const OpContext& c) {
        return dispatchType(c, c.in(0).type, [&](auto zero) {
            using T = decltype(zero);
            return binaryKernel<T, T>(c, [f](T a, T b) -> T { return static_cast<T>(f(a, b)); });
        });
    };
    return def;
}

template <typename F>
OpDef comparison(F f)
{
    OpDef def = arithmetic(f);
    def.infer = [](const OpContext& c) {
        checkSameTypes(c);
        return std::vector<OpOutput> {{DType::Bool, broadcastShapes(c, c.in(0).shape, c.in(1).shape)}};
    };
    def.make = [f](const OpContext& c) {
        return dispatchType(c, c.in(0).type, [&](auto zero) {
            using T = decltype(zero);
            return binaryKernel<T, std::uint8_t>(c, [f](T a, T b) -> std::uint8_t { return f(a, b) ? 1 : 0; });
        });
    };
    return def;
}

template <typename In, typename Out, typename F>
std::unique_ptr<OpKernel> unaryKernel(const OpContext& context, F f)
{
    const Shape& shape = context.outputs[0].shape;
    const StridedLoop<2> loop(shape, {context.in(0).strides, denseStrides(shape)});
    return kernelOf([loop, f](const std::byte* const* in, std::byte* const* out) {
        loop.run([&](const auto& offset, std::int64_t count, const auto& step) {
            const In* a = as<In>(in[0]) + offset[0];
            Out* c = as<Out>(out[0]) + offset[1];
            for (std::int64_t i = 0; i < count; ++i)
                c[i * step[1]] = f(a[i * step[0]]);
        });
    });
}

std::vector<OpOutput> sameAsInput(const OpContext& c)
{
    return {{c.in(0).type, c.in(0).shape}};
}

/// Any numeric type.
template <typename F>
OpDef unary(F f)
{
    OpDef def;
    def.takesStrides = true;
    def.infer = sameAsInput;
    def.make = [f](const OpContext& c) {
        return dispatchType(c, c.in(0).type, [&](auto zero) {
            using T = decltype(zero);
            return unaryKernel<T, T>(c, [f](T a) -> T { return static_cast<T>(f(a)); });
        });
    };
    return def;
}

/// float and double only; `make` may read attributes into the callable.
template <typename Make>
OpDef floatUnary(Make makeFunction)
{
    OpDef def;
    def.takesStrides = true;
    def.infer = sameAsInput;
    def.make = [makeFunction](const OpContext& c) -> std::unique_ptr<OpKernel> {
        const auto f = makeFunction(c);
        if (c.in(0).type == DType::F32)
            return unaryKernel<float, float>(c, [f](float a) { return static_cast<float>(f(a)); });
        if (c.in(0).type == DType::F64)
            return unaryKernel<double, double>(c, [f](double a) { return static_cast<double>(f(a)); });
        c.refuse("element type " + toString(c.in(0).type) + " is not supported here");
    };
    return def;
}

template <typename F>
OpDef plainFloat(F f)
{
    return floatUnary([f](const OpContext&) { return f; });
}

template <typename T>
T divide(T a, T b)
{
    // ONNX leaves integer division by zero open; a hostile model must not stop the process.
    if constexpr (std::is_integral_v<T>) {
        if (b == 0)
            return 0;
        if constexpr (std::is_signed_v<T>)
            if (b == T(-1))
                return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
    }
    return static_cast<T>(a / b);
}

template <typename T>
T power(T a, T b)
{
    if constexpr (std::is_floating_point_v<T>) {
        if (b == T(2))
            return a * a;
        if (b == T(3))
            return a * a * a;
    }
    return static_cast<T>(std::pow(a, b));
}

OpDef powerOp()
{
    OpDef def = arithmetic([](auto a, auto b) { return power(a, b); });
    def.infer = [](const OpContext& c) {
        return std::vector<OpOutput> {{c.in(0).type, broadcastShapes(c, c.in(0).shape, c.in(1).shape)}};
    };
    const auto same = def.make;
    def.make = [same](const OpContext& c) -> std::unique_ptr<OpKernel> {
        if (c.in(0).type == c.in(1).type)
            return same(c);
        // The exponent may have a type of its own; a constant one is all that models use.
        const Shape& shape = c.outputs[0].shape;
        const StridedLoop<3> loop(shape, {broadcastStrides(c.in(0).shape, c.in(0).strides, shape),
                                          broadcastStrides(c.in(1).shape, c.in(1).strides, shape), denseStrides(shape)});
        return dispatchType(c, c.in(0).type, [&](auto baseZero) {
            using Base = decltype(baseZero);
            return dispatchType(c, c.in(1).type, [&](auto exponentZero) -> std::unique_ptr<OpKernel> {
                using Exponent = decltype(exponentZero);
                return kernelOf([loop](const std::byte* const* in, std::byte* const* out) {
                    loop.run([&](const auto& offset, std::int64_t count, const auto& step) {
                        for (std::int64_t i = 0; i < count; ++i)
                            as<Base>(out[0])[offset[2] + i * step[2]] = static_cast<Base>(
                                std::pow(static_cast<double>(as<Base>(in[0])[offset[0] + i * step[0]]),
                                         static_cast<double>(as<Exponent>(in[1])[offset[1] + i * step[1]])));
                    });
                });
            });
        });
    };
    return def;
}

OpDef whereOp()
{
    OpDef def;
    def.takesStrides = true;
    def.infer = [](const OpContext& c) {
        if (c.in(1).type != c.in(2).type)
            c.malformed("its two branches have different types");
        const Shape both = broadcastShapes(c, c.in(1).shape, c.in(2).shape);
        return std::vector<OpOutput> {{c.in(1).type, broadcastShapes(c, c.in(0).shape, both)}};
    };
    def.make = [](const OpContext& c) {
        const Shape& shape = c.outputs[0].shape;
        const StridedLoop<4> loop(shape, {broadcastStrides(c.in(0).shape, c.in(0).strides, shape),
                                          broadcastStrides(c.in(1).shape, c.in(1).strides, shape),
                                          broadcastStrides(c.in(2).shape, c.in(2).strides, shape), denseStrides(shape)});
        return dispatchType(c, c.in(1).type, [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([loop](const std::byte* const* in, std::byte* const* out) {
                loop.run([&](const auto& o, std::int64_t count, const auto& s) {
                    for (std::int64_t i = 0; i < count; ++i)
                        as<T>(out[0])[o[3] + i * s[3]] = as<std::uint8_t>(in[0])[o[0] + i * s[0]]
                            ? as<T>(in[1])[o[1] + i * s[1]]
                            : as<T>(in[2])[o[2] + i * s[2]];
                });
            });
        });
    };
    return def;
}

template <typename T>
constexpr bool isHalf = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

/// Sixteen-bit floats too, which only Cast knows: everything else computes in types that the CPU has.
template <typename F>
auto dispatchCast(const OpContext& c, DType type, F&& f)
{
    if (type == DType::F16)
        return f(Float16 {});
    if (type == DType::Bf16)
        return f(BFloat16 {});
    return dispatchType(c, type, f);
}

template <typename To, typename From>
To castValue(From value)
{
    if constexpr (isHalf<From>)
        return castValue<To>(static_cast<float>(value));
    else if constexpr (isHalf<To>)
        return To(static_cast<float>(value));
    else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        // Out of range is undefined in C++; clamp, as every ONNX runtime we know of effectively saturates or wraps.
        if (!(value == value))
            return 0;
        const auto low = static_cast<double>(std::numeric_limits<To>::min());
        const auto high = static_cast<double>(std::numeric_limits<To>::max());
        const double v = std::trunc(static_cast<double>(value));
        return v <= low ? std::numeric_limits<To>::min() : v >= high ? std::numeric_limits<To>::max() : static_cast<To>(v);
    } else {
        return static_cast<To>(value);
    }
}

OpDef castOp(bool like)
{
    OpDef def;
    def.takesStrides = true;
    def.infer = [like](const OpContext& c) {
        const DType to = like ? c.in(1).type : static_cast<DType>(c.node->intAttribute("to", 0));
        return std::vector<OpOutput> {{to, c.in(0).shape}};
    };
    def.make = [](const OpContext& c) {
        const DType to = c.outputs[0].type;
        return dispatchCast(c, c.in(0).type, [&](auto fromZero) {
            using From = decltype(fromZero);
            if (to == DType::Bool)
                return unaryKernel<From, std::uint8_t>(
                    c, [](From v) -> std::uint8_t { return castValue<double>(v) != 0 ? 1 : 0; });
            return dispatchCast(c, to, [&](auto toZero) {
                using To = decltype(toZero);
                return unaryKernel<From, To>(c, [](From v) { return castValue<To>(v); });
            });
        });
    };
    return def;
}

OpDef clipOp()
{
    OpDef def;
    def.takesStrides = true;
    def.infer = sameAsInput;
    def.make = [](const OpContext& c) {
        return dispatchType(c, c.in(0).type, [&](auto zero) {
            using T = decltype(zero);
            T low = std::numeric_limits<T>::lowest(), high = std::numeric_limits<T>::max();
            const auto bound = [&](std::size_t index, const char* key, T fallback) {
                if (c.opset < 11)
                    return c.node->attributes.contains(key) ? static_cast<T>(c.node->floatAttribute(key, 0)) : fallback;
                if (!c.has(index))
                    return fallback;
                if (!c.in(index).constant)
                    c.refuse("its limits depend on the data");
                return *as<T>(c.in(index).constant);
            };
            low = bound(1, "min", low);
            high = bound(2, "max", high);
            return unaryKernel<T, T>(c, [low, high](T v) { return std::min(std::max(v, low), high); });
        });
    };
    return def;
}

OpDef extremum(bool maximum)
{
    // Variadic Min and Max; models use one or two operands.
    OpDef two = arithmetic([maximum](auto a, auto b) { return maximum ? std::max(a, b) : std::min(a, b); });
    const auto infer = two.infer;
    two.infer = [infer](const OpContext& c) {
        if (c.inputs.size() != 2)
            c.refuse("it has another number of operands than two");
        return infer(c);
    };
    return two;
}

} // namespace

void addElementwiseOps(OpTable& table)
{
    table["Add"] = arithmetic([](auto a, auto b) { return a + b; });
    table["Sub"] = arithmetic([](auto a, auto b) { return a - b; });
    table["Mul"] = arithmetic([](auto a, auto b) { return a * b; });
    table["Div"] = arithmetic([](auto a, auto b) { return divide(a, b); });
    table["Pow"] = powerOp();
    table["Min"] = extremum(false);
    table["Max"] = extremum(true);
    table["Equal"] = comparison([](auto a, auto b) { return a == b; });
    table["Greater"] = comparison([](auto a, auto b) { return a > b; });
    table["GreaterOrEqual"] = comparison([](auto a, auto b) { return a >= b; });
    table["Less"] = comparison([](auto a, auto b) { return a < b; });
    table["LessOrEqual"] = comparison([](auto a, auto b) { return a <= b; });
    table["And"] = comparison([](auto a, auto b) { return a != 0 && b != 0; });
    table["Or"] = comparison([](auto a, auto b) { return a != 0 || b != 0; });
    table["Xor"] = comparison([](auto a, auto b) { return (a != 0) != (b != 0); });
    table["Not"] = unary([](auto a) { return a == 0 ? 1 : 0; });
    table["Neg"] = unary([](auto a) { return decltype(a)(0) - a; });
    table["Abs"] = unary([](auto a) {
        if constexpr (std::is_unsigned_v<decltype(a)>)
            return a;
        else
            return a < 0 ? decltype(a)(0) - a : a;
    });
    table["BitwiseNot"] = unary([](auto a) {
        if constexpr (std::is_integral_v<decltype(a)>)
            return ~a;
        else
            return a;
    });
    table["Relu"] = unary([](auto a) { return a > 0 ? a : decltype(a)(0); });
    table["Sign"] = unary([](auto a) { return a > 0 ? 1 : (a == 0 ? 0 : -1); });
    table["Sqrt"] = plainFloat([](auto a) { return std::sqrt(a); });
    table["Exp"] = plainFloat([](auto a) { return std::exp(a); });
    table["Log"] = plainFloat([](auto a) { return std::log(a); });
    table["Erf"] = plainFloat([](auto a) { return std::erf(a); });
    table["Tanh"] = plainFloat([](auto a) { return std::tanh(a); });
    table["Sigmoid"] = plainFloat([](auto a) { return 1 / (1 + std::exp(-a)); });
    table["Reciprocal"] = plainFloat([](auto a) { return 1 / a; });
    table["Floor"] = plainFloat([](auto a) { return std::floor(a); });
    table["Ceil"] = plainFloat([](auto a) { return std::ceil(a); });
    table["Round"] = plainFloat([](auto a) { return std::nearbyint(a); });
    table["Sin"] = plainFloat([](auto a) { return std::sin(a); });
    table["Cos"] = plainFloat([](auto a) { return std::cos(a); });
    table["Softplus"] = plainFloat([](auto a) { return std::log1p(std::exp(-std::abs(a))) + std::max(a, decltype(a)(0)); });
    table["LeakyRelu"] = floatUnary([](const OpContext& c) {
        return [slope = c.node->floatAttribute("alpha", 0.01f)](auto a) { return a >= 0 ? a : a * slope; };
    });
    table["Elu"] = floatUnary([](const OpContext& c) {
        return [alpha = c.node->floatAttribute("alpha", 1)](auto a) { return a >= 0 ? a : alpha * (std::exp(a) - 1); };
    });
    table["HardSigmoid"] = floatUnary([](const OpContext& c) {
        return [alpha = c.node->floatAttribute("alpha", 0.2f), beta = c.node->floatAttribute("beta", 0.5f)](auto a) {
            return std::max(decltype(a)(0), std::min(decltype(a)(1), alpha * a + beta));
        };
    });
    table["Gelu"] = floatUnary([](const OpContext& c) {
        const bool tanh = c.node->stringAttribute("approximate", "none") == "tanh";
        return [tanh](auto a) {
            using T = decltype(a);
            if (tanh)
                return T(0.5) * a * (1 + std::tanh(T(std::sqrt(2 / std::numbers::pi)) * (a + T(0.044715) * a * a * a)));
            return T(0.5) * a * (1 + std::erf(a * T(std::numbers::sqrt2 / 2)));
        };
    });
    table["com.microsoft.Gelu"] = table["Gelu"];
    table["Where"] = whereOp();
    table["Cast"] = castOp(false);
    table["CastLike"] = castOp(true);
    table["Clip"] = clipOp();
}

} // namespace octet::engine
