// SPDX-License-Identifier: GPL-3.0-or-later
// The less common activations and functions of one number.
#include "core/engine/ops/op.h"

#include <algorithm>
#include <cmath>

namespace octet::engine {

namespace {

/// `make` reads the attributes into a callable over float or double.
template <typename Make>
OpDef function(Make makeFunction)
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}}; };
    def.make = [makeFunction](const OpContext& c) -> std::unique_ptr<OpKernel> {
        const std::int64_t count = elementCount(c.in(0).shape);
        const auto run = [&](auto zero) -> std::unique_ptr<OpKernel> {
            using T = decltype(zero);
            return kernelOf([count, f = makeFunction(c)](const std::byte* const* in, std::byte* const* out) {
                for (std::int64_t i = 0; i < count; ++i)
                    as<T>(out[0])[i] = static_cast<T>(f(as<T>(in[0])[i]));
            });
        };
        if (c.in(0).type == DType::F32)
            return run(float{});
        if (c.in(0).type == DType::F64)
            return run(double{});
        c.refuse("element type " + toString(c.in(0).type) + " is not supported here");
    };
    return def;
}

template <typename F>
OpDef plain(F f)
{
    return function([f](const OpContext&) { return f; });
}

/// A test of every number.
template <typename Make>
OpDef test(Make makeTest)
{
    OpDef def = function(makeTest);
    def.infer = [](const OpContext& c) { return std::vector<OpOutput>{{DType::Bool, c.in(0).shape}}; };
    def.make = [makeTest](const OpContext& c) -> std::unique_ptr<OpKernel> {
        const std::int64_t count = elementCount(c.in(0).shape);
        const bool wide = c.in(0).type == DType::F64;
        if (!wide && c.in(0).type != DType::F32)
            c.refuse("element type " + toString(c.in(0).type) + " is not supported here");
        return kernelOf([count, wide, f = makeTest(c)](const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t i = 0; i < count; ++i)
                as<std::uint8_t>(out[0])[i] = f(wide ? as<double>(in[0])[i] : static_cast<double>(as<float>(in[0])[i]));
        });
    };
    return def;
}

OpDef preluOp()
{
    OpDef def;
    def.infer = [](const OpContext& c) { return std::vector<OpOutput>{{c.in(0).type, c.in(0).shape}}; };
    def.make = [](const OpContext& c) -> std::unique_ptr<OpKernel> {
        if (c.in(0).type != DType::F32 || c.in(1).type != DType::F32)
            c.refuse("element type " + toString(c.in(0).type) + " is not supported here");
        const Shape shape = c.in(0).shape;
        if (broadcastShapes(c, shape, c.in(1).shape) != shape)
            c.malformed("its slope does not broadcast to its input");
        const Shape slope = broadcastStrides(c.in(1).shape, denseStrides(c.in(1).shape), shape);
        return kernelOf([shape, slope, count = elementCount(shape)](const std::byte* const* in, std::byte* const* out) {
            for (std::int64_t i = 0; i < count; ++i) {
                std::int64_t rest = i, at = 0;
                for (std::size_t d = shape.size(); d-- > 0; rest /= shape[d])
                    at += rest % shape[d] * slope[d];
                const float x = as<float>(in[0])[i];
                as<float>(out[0])[i] = x < 0 ? x * as<float>(in[1])[at] : x;
            }
        });
    };
    return def;
}

} // namespace

void addActivationOps(OpTable& table)
{
    table["Tan"] = plain([](auto a) { return std::tan(a); });
    table["Asin"] = plain([](auto a) { return std::asin(a); });
    table["Acos"] = plain([](auto a) { return std::acos(a); });
    table["Atan"] = plain([](auto a) { return std::atan(a); });
    table["Sinh"] = plain([](auto a) { return std::sinh(a); });
    table["Cosh"] = plain([](auto a) { return std::cosh(a); });
    table["Asinh"] = plain([](auto a) { return std::asinh(a); });
    table["Acosh"] = plain([](auto a) { return std::acosh(a); });
    table["Atanh"] = plain([](auto a) { return std::atanh(a); });
    table["Softsign"] = plain([](auto a) { return a / (1 + std::abs(a)); });
    table["HardSwish"] =
        plain([](auto a) { return a * std::max(decltype(a)(0), std::min(decltype(a)(1), a / 6 + decltype(a)(0.5))); });
    table["Mish"] = plain([](auto a) { return a * std::tanh(std::log1p(std::exp(a))); });
    table["Celu"] = function([](const OpContext& c) {
        return
            [alpha = c.node->floatAttribute("alpha", 1)](auto a) { return a >= 0 ? a : alpha * std::expm1(a / alpha); };
    });
    table["Selu"] = function([](const OpContext& c) {
        return [alpha = c.node->floatAttribute("alpha", 1.67326319217681884765625f),
                   gamma = c.node->floatAttribute("gamma", 1.05070102214813232421875f)](
                   auto a) { return gamma * (a > 0 ? a : alpha * std::expm1(a)); };
    });
    table["ThresholdedRelu"] = function([](const OpContext& c) {
        return [alpha = c.node->floatAttribute("alpha", 1)](auto a) { return a > alpha ? a : decltype(a)(0); };
    });
    table["Shrink"] = function([](const OpContext& c) {
        return [bias = c.node->floatAttribute("bias", 0), lambda = c.node->floatAttribute("lambd", 0.5f)](auto a) {
            using T = decltype(a);
            return a < -lambda ? T(a + bias) : a > lambda ? T(a - bias) : T(0);
        };
    });
    table["com.microsoft.QuickGelu"] = function([](const OpContext& c) {
        return [alpha = c.node->floatAttribute("alpha", 1.702f)](auto a) { return a / (1 + std::exp(-alpha * a)); };
    });
    table["IsNaN"] = test([](const OpContext&) { return [](double a) { return std::isnan(a); }; });
    table["IsInf"] = test([](const OpContext& c) {
        return [positive = c.node->intAttribute("detect_positive", 1) != 0,
                   negative = c.node->intAttribute("detect_negative", 1) != 0](
                   double a) { return std::isinf(a) && (a > 0 ? positive : negative); };
    });
    table["PRelu"] = preluOp();
}

} // namespace octet::engine
