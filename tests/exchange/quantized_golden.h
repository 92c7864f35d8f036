// SPDX-License-Identifier: GPL-3.0-or-later
// Operators on integers with what ONNX Runtime 1.30 gave, optimizations off. The input x is 1.5 sin(0.7 i + 1).
#pragma once

#include "core/values/tensor.h"

#include <map>
#include <string>
#include <vector>

namespace octet::test {

struct QuantizedConstant
{
    /// By seed: 1.5 sin(0.7 i + seed); (53 i + 17 seed) mod 256, as it is, less 128, and 8 times that. Others by values.
    enum Kind { Wave, Bytes, SignedBytes, Wide, Floats, Zero, SignedZero, Long, Integers, Flags };
    std::string name;
    Kind kind;
    Shape shape;
    int seed = 0;
    std::vector<double> values = {}; // one may stand for all
};

struct QuantizedNode
{
    const char* type;
    bool microsoft;
    const char* name;
    std::vector<std::string> reads, writes;
    std::map<std::string, std::vector<std::int64_t>> integers;
    std::map<std::string, float> floats;
};

struct QuantizedCase
{
    const char* name;
    std::map<std::string, Shape> inputs;
    std::vector<QuantizedConstant> constants;
    std::vector<QuantizedNode> nodes;
    std::vector<float> expected;
    float step; // of a result that was rounded, 0 = it was not
    const char* form; // "" = no product
    int products;
};

inline const std::vector<QuantizedCase>& quantizedCases()
{
    // clang-format off
    static const std::vector<QuantizedCase> cases{
        {"DynamicQuantizeMatMul per column",
         {{"x", {3, 8}}},
         {
             {"w", QuantizedConstant::SignedBytes, {8, 4}, 3},
             {"ws", QuantizedConstant::Floats, {4}, 0, {0.01, 0.02, 0.015, 0.005}},
             {"wz", QuantizedConstant::SignedZero, {4}, 0, {0}}, {"b", QuantizedConstant::Wave, {4}, 2}},
         {{"DynamicQuantizeMatMul", true, "n", {"x", "w", "ws", "wz", "b"}, {"y"}, {}, {}}},
         {
             0.526469f, -3.82268f, -4.30537f, -1.47659f, 1.25633f, 0.0999523f, -4.20216f, -2.40332f, 2.01268f,
             4.24573f, -2.33126f, -2.78754f},
         0, "dynamic", 1},
        {"DynamicQuantizeMatMul of u8",
         {{"x", {3, 8}}},
         {
             {"w", QuantizedConstant::Bytes, {8, 4}, 3}, {"ws", QuantizedConstant::Floats, {}, 0, {0.01}},
             {"wz", QuantizedConstant::Zero, {}, 0, {121}}},
         {{"DynamicQuantizeMatMul", true, "n", {"x", "w", "ws", "wz"}, {"y"}, {}, {}}},
         {
             -0.868391f, -2.26279f, -2.64562f, -0.529263f, -0.0701965f, -0.233136f, -2.50848f, -2.31439f, 0.738226f,
             1.89182f, -1.20915f, -3.03077f},
         0, "dynamic", 1},
        {"MatMulIntegerToFloat dynamic",
         {{"x", {3, 8}}},
         {
             {"w", QuantizedConstant::SignedBytes, {8, 4}, 3}, {"ws", QuantizedConstant::Floats, {}, 0, {0.01}},
             {"wz", QuantizedConstant::SignedZero, {}, 0, {0}}},
         {{"DynamicQuantizeLinear", false, "q", {"x"}, {"xq", "xs", "xz"}, {}, {}},
          {"MatMulIntegerToFloat", true, "n", {"xq", "w", "xs", "ws", "xz", "wz"}, {"y"}, {}, {}}},
         {
             -0.837477f, -2.23188f, -2.6147f, -0.498349f, -0.107619f, -0.270559f, -2.5459f, -2.35182f, 0.648737f,
             1.80233f, -1.29864f, -3.12026f},
         0, "dynamic", 1},
        {"MatMulIntegerToFloat static",
         {{"x", {3, 8}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"w", QuantizedConstant::SignedBytes, {8, 4}, 3},
             {"ws", QuantizedConstant::Floats, {4}, 0, {0.01, 0.02, 0.015, 0.005}},
             {"wz", QuantizedConstant::SignedZero, {4}, 0, {0}}, {"b", QuantizedConstant::Wave, {4}, 2}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"MatMulIntegerToFloat", true, "n", {"xq", "w", "xs", "ws", "xz", "wz", "b"}, {"y"}, {}, {}}},
         {
             0.526821f, -3.80093f, -4.30262f, -1.48179f, 1.25045f, 0.10107f, -4.19106f, -2.39892f, 2.0377f, 4.23607f,
             -2.33744f, -2.78892f},
         0, "QOperator", 1},
        {"QGemm",
         {{"x", {3, 8}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.04}}, {"yz", QuantizedConstant::Zero, {}, 0, {125}},
             {"w", QuantizedConstant::SignedBytes, {4, 8}, 3}, {"ws", QuantizedConstant::Floats, {}, 0, {0.01}},
             {"wz", QuantizedConstant::SignedZero, {}, 0, {0}}, {"c", QuantizedConstant::Wide, {4}, 5}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QGemm", true, "n", {"xq", "xs", "xz", "w", "ws", "wz", "c", "ys", "yz"}, {"yq"}, {{"transB", {1}}}, {}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             1.04f, -1.36f, 0.64f, -1.08f, 0.84f, -0.68f, -1.16f, 1.08f, 0.24f, 0.32f, -2.4f, 2.8f},
         0.04f, "QOperator", 1},
        {"QGemm to float",
         {{"x", {3, 8}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"w", QuantizedConstant::SignedBytes, {8, 4}, 3},
             {"ws", QuantizedConstant::Floats, {4}, 0, {0.01, 0.02, 0.015, 0.005}},
             {"wz", QuantizedConstant::SignedZero, {4}, 0, {0}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QGemm", true, "n", {"xq", "xs", "xz", "w", "ws", "wz"}, {"y"}, {}, {}}},
         {
             -0.837125f, -4.442f, -3.91931f, -0.254375f, -0.1135f, -0.54f, -3.80775f, -1.1715f, 0.67375f, 3.595f,
             -1.95413f, -1.5615f},
         0, "QOperator", 1},
        {"QAttention static",
         {{"x", {2, 3, 8}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"w", QuantizedConstant::SignedBytes, {8, 24}, 3}, {"ws", QuantizedConstant::Floats, {}, 0, {0.004}},
             {"wz", QuantizedConstant::SignedZero, {}, 0, {0}}, {"b", QuantizedConstant::Wave, {24}, 4},
             {"m", QuantizedConstant::Integers, {2, 3}, 0, {1, 1, 0, 1, 1, 1}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QAttention", true, "n", {"xq", "w", "b", "xs", "ws", "m", "xz", "wz"}, {"y"}, {{"num_heads", {2}}}, {}}},
         {
             1.29293f, 0.266254f, -0.625773f, -4.49232f, -0.595767f, 0.326778f, 1.35444f, 2.01309f, 1.29976f,
             0.260424f, -0.644265f, -4.43987f, -0.593889f, 0.327285f, 1.35357f, 2.01085f, 1.30539f, 0.255617f,
             -0.659509f, -4.39663f, -0.592723f, 0.327599f, 1.35304f, 2.00947f, 0.288575f, -0.551403f, -1.25673f,
             -0.333775f, -1.74706f, -0.691352f, 0.469472f, 1.26129f, 0.320018f, -0.496072f, -1.17752f, -0.677047f,
             -1.74294f, -0.677667f, 0.492723f, 1.2941f, 0.347023f, -0.447828f, -1.10803f, -0.976902f, -1.74804f,
             -0.69257f, 0.468011f, 1.25958f},
         0, "QOperator", 3},
        {"QAttention dynamic",
         {{"x", {2, 3, 8}}},
         {
             {"w", QuantizedConstant::SignedBytes, {8, 24}, 3},
             {"ws", QuantizedConstant::Floats, {24}, 0, {0.002, 0.0022, 0.0024, 0.0026, 0.0028, 0.003, 0.0032, 0.0034, 0.0036, 0.0038, 0.004, 0.0042, 0.0044, 0.0046, 0.0048, 0.005, 0.0052, 0.0054, 0.0056, 0.0058, 0.006, 0.0062, 0.0064, 0.0066}},
             {"wz", QuantizedConstant::SignedZero, {24}, 0, {0}}, {"b", QuantizedConstant::Wave, {24}, 4}},
         {{"DynamicQuantizeLinear", false, "q", {"x"}, {"xq", "xs", "xz"}, {}, {}},
          {"QAttention", true, "n", {"xq", "w", "b", "xs", "ws", "", "xz", "wz"}, {"y"}, {{"num_heads", {2}}, {"unidirectional", {1}}}, {}}},
         {
             1.52194f, 0.406453f, -0.584025f, -5.34363f, -0.0922496f, 0.695859f, 1.57945f, 2.08439f, 1.47149f,
             0.451089f, -0.437114f, -5.77642f, -0.31917f, 0.63251f, 1.69071f, 2.38131f, 1.42774f, 0.434652f,
             -0.424091f, -5.73002f, -0.827608f, 0.33215f, 1.61295f, 2.54066f, 0.410842f, -0.203723f, -0.653007f,
             -2.72011f, -1.87578f, -0.522918f, 0.96569f, 2.11592f, 0.286312f, -0.378262f, -0.880904f, -1.61948f,
             -2.07779f, -0.83451f, 0.537881f, 1.56526f, 0.205907f, -0.548631f, -1.14767f, -0.456752f, -2.06709f,
             -0.98309f, 0.219728f, 1.06724f},
         0, "dynamic", 3},
        {"QLinearConv",
         {{"x", {1, 2, 5, 5}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.08}}, {"yz", QuantizedConstant::Zero, {}, 0, {125}},
             {"w", QuantizedConstant::SignedBytes, {3, 2, 3, 3}, 3},
             {"ws", QuantizedConstant::Floats, {3}, 0, {0.01, 0.008, 0.005}},
             {"wz", QuantizedConstant::SignedZero, {3}, 0, {0}}, {"c", QuantizedConstant::Wide, {3}, 5}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QLinearConv", false, "n", {"xq", "xs", "xz", "w", "ws", "wz", "ys", "yz", "c"}, {"yq"}, {{"pads", {1, 1, 1, 1}}, {"strides", {2, 2}}}, {}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             -5.92f, 0.08f, 3.76f, -5.12f, 7.68f, 3.04f, -0.56f, 6.88f, -1.84f, 2.56f, 4.96f, 0.32f, 5.76f, 0.4f,
             -3.92f, 2.88f, -5.12f, -0.72f, 2.0f, -1.92f, -2.0f, 0.56f, -5.12f, 0.48f, -1.52f, -2.4f, 1.84f},
         0.08f, "QOperator", 1},
        {"chain",
         {{"x", {3, 8}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ms", QuantizedConstant::Floats, {}, 0, {0.03}}, {"mz", QuantizedConstant::Zero, {}, 0, {0}},
             {"as", QuantizedConstant::Floats, {}, 0, {0.03}}, {"az", QuantizedConstant::Zero, {}, 0, {100}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.1}}, {"yz", QuantizedConstant::Zero, {}, 0, {125}},
             {"w", QuantizedConstant::SignedBytes, {8, 4}, 3}, {"ws", QuantizedConstant::Floats, {}, 0, {0.01}},
             {"wz", QuantizedConstant::SignedZero, {}, 0, {0}}, {"v", QuantizedConstant::SignedBytes, {4, 2}, 6},
             {"vs", QuantizedConstant::Floats, {}, 0, {0.02}}, {"vz", QuantizedConstant::SignedZero, {}, 0, {0}},
             {"k", QuantizedConstant::Bytes, {4}, 9}, {"ks", QuantizedConstant::Floats, {}, 0, {0.01}},
             {"kz", QuantizedConstant::Zero, {}, 0, {128}}, {"shape", QuantizedConstant::Long, {3}, 0, {1, 3, 4}},
             {"back", QuantizedConstant::Long, {2}, 0, {3, 4}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QLinearMatMul", false, "first", {"xq", "xs", "xz", "w", "ws", "wz", "ms", "mz"}, {"mq"}, {}, {}},
          {"Reshape", false, "there", {"mq", "shape"}, {"mr"}, {}, {}},
          {"QLinearAdd", true, "add", {"mr", "ms", "mz", "k", "ks", "kz", "as", "az"}, {"aq"}, {}, {}},
          {"Reshape", false, "back", {"aq", "back"}, {"ar"}, {}, {}},
          {"QLinearMatMul", false, "second", {"ar", "as", "az", "v", "vs", "vz", "ys", "yz"}, {"yq"}, {}, {}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             2.4f, -2.6f, 2.4f, -2.6f, 4.9f, -6.7f},
         0.1f, "QOperator", 2},
        {"QLinearMul",
         {{"x", {2, 6}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.04}}, {"yz", QuantizedConstant::Zero, {}, 0, {125}},
             {"k", QuantizedConstant::Bytes, {6}, 9}, {"ks", QuantizedConstant::Floats, {}, 0, {0.01}},
             {"kz", QuantizedConstant::Zero, {}, 0, {128}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QLinearMul", true, "n", {"xq", "xs", "xz", "k", "ks", "kz", "ys", "yz"}, {"yq"}, {}, {}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             0.32f, 1.16f, -1.28f, -0.04f, 0.16f, -0.48f, -0.32f, -0.44f, -0.56f, -0.92f, -0.28f, 0.36f},
         0.04f, "", 0},
        {"QLinearSigmoid",
         {{"x", {2, 6}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.00390625}}, {"yz", QuantizedConstant::Zero, {}, 0, {0}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QLinearSigmoid", true, "n", {"xq", "xs", "xz", "ys", "yz"}, {"yq"}, {}, {}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             0.78125f, 0.816406f, 0.734375f, 0.515625f, 0.285156f, 0.1875f, 0.210938f, 0.363281f, 0.613281f, 0.78125f,
             0.816406f, 0.730469f},
         0.00390625f, "", 0},
        {"QLinearLeakyRelu",
         {{"x", {2, 6}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"yz", QuantizedConstant::Zero, {}, 0, {117}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QLinearLeakyRelu", true, "n", {"xq", "xs", "xz", "ys", "yz"}, {"yq"}, {}, {{"alpha", 0.2f}}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             1.2625f, 1.4875f, 1.0125f, 0.0625f, -0.1875f, -0.2875f, -0.2625f, -0.1125f, 0.4625f, 1.275f, 1.4875f,
             1.0f},
         0.0125f, "", 0},
        {"QLinearSoftmax",
         {{"x", {2, 6}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.00390625}}, {"yz", QuantizedConstant::Zero, {}, 0, {0}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QLinearSoftmax", true, "n", {"xq", "xs", "xz", "ys", "yz"}, {"yq"}, {{"axis", {-1}}, {"opset", {13}}}, {}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             0.285156f, 0.355469f, 0.222656f, 0.0859375f, 0.03125f, 0.0195312f, 0.0195312f, 0.0429688f, 0.121094f,
             0.273438f, 0.335938f, 0.207031f},
         0.00390625f, "", 0},
        {"QLinearGlobalAveragePool",
         {{"x", {1, 2, 3, 3}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.005}}, {"yz", QuantizedConstant::Zero, {}, 0, {125}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QLinearGlobalAveragePool", true, "n", {"xq", "xs", "xz", "ys", "yz"}, {"yq"}, {}, {}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             0.005f, 0.005f},
         0.005f, "", 0},
        {"QLinearAveragePool",
         {{"x", {1, 2, 3, 3}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"yz", QuantizedConstant::Zero, {}, 0, {117}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QLinearAveragePool", true, "n", {"xq", "xs", "xz", "ys", "yz"}, {"yq"}, {{"kernel_shape", {2, 2}}, {"strides", {1, 1}}}, {}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             0.475f, 0.0375f, -0.6875f, -0.6125f, 0.4625f, 0.025f, -0.6875f, -0.6125f},
         0.0125f, "", 0},
        {"QLinearConcat",
         {{"x", {2, 6}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.04}}, {"yz", QuantizedConstant::Zero, {}, 0, {125}},
             {"k", QuantizedConstant::Bytes, {2, 3}, 9}, {"ks", QuantizedConstant::Floats, {}, 0, {0.01}},
             {"kz", QuantizedConstant::Zero, {}, 0, {128}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QLinearConcat", true, "n", {"ys", "yz", "xq", "xs", "xz", "k", "ks", "kz"}, {"yq"}, {{"axis", {1}}}, {}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             1.28f, 1.48f, 1.0f, 0.08f, -0.92f, -1.48f, 0.24f, 0.8f, -1.24f, -1.32f, -0.56f, 0.48f, 1.28f, 1.48f,
             1.0f, -0.72f, -0.2f, 0.32f},
         0.04f, "", 0},
        {"QLinearWhere",
         {{"x", {2, 6}}},
         {
             {"xs", QuantizedConstant::Floats, {}, 0, {0.0125}}, {"xz", QuantizedConstant::Zero, {}, 0, {117}},
             {"ys", QuantizedConstant::Floats, {}, 0, {0.04}}, {"yz", QuantizedConstant::Zero, {}, 0, {125}},
             {"o", QuantizedConstant::Flags, {6}, 0, {1, 0, 1, 1, 0, 0}}, {"k", QuantizedConstant::Bytes, {2, 6}, 9},
             {"ks", QuantizedConstant::Floats, {}, 0, {0.01}}, {"kz", QuantizedConstant::Zero, {}, 0, {128}}},
         {{"QuantizeLinear", false, "q", {"x", "xs", "xz"}, {"xq"}, {}, {}},
          {"QLinearWhere", true, "n", {"o", "xq", "xs", "xz", "k", "ks", "kz", "ys", "yz"}, {"yq"}, {}, {}},
          {"DequantizeLinear", false, "d", {"yq", "ys", "yz"}, {"y"}, {}, {}}},
         {
             1.28f, 0.8f, 1.0f, 0.08f, -0.2f, 0.32f, -1.32f, -1.16f, 0.48f, 1.28f, 0.44f, 0.96f},
         0.04f, "", 0},
        {"QEmbedLayerNormalization",
         {},
         {
             {"ids", QuantizedConstant::Integers, {2, 3}, 0, {1, 0, 4, 3, 2, 2}},
             {"seg", QuantizedConstant::Integers, {2, 3}, 0, {0, 0, 1, 1, 1, 0}},
             {"we", QuantizedConstant::Bytes, {5, 4}, 1}, {"pe", QuantizedConstant::Bytes, {3, 4}, 2},
             {"se", QuantizedConstant::Bytes, {2, 4}, 3}, {"g", QuantizedConstant::Bytes, {4}, 4},
             {"be", QuantizedConstant::Bytes, {4}, 5}, {"s1", QuantizedConstant::Floats, {}, 0, {0.02}},
             {"s2", QuantizedConstant::Floats, {}, 0, {0.01}}, {"z", QuantizedConstant::Zero, {}, 0, {120}}},
         {{"QEmbedLayerNormalization", true, "n", {"ids", "seg", "we", "pe", "se", "g", "be", "", "s1", "s2", "s2", "s1", "s2", "z", "z", "z", "z", "z"}, {"y", "l"}, {}, {{"epsilon", 1e-12f}}}},
         {
             -0.793773f, 0.149743f, 0.556386f, 3.86876f, 0.436435f, 0.159595f, 0.982228f, 4.50217f, 0.120219f,
             0.201877f, 1.54484f, -1.78754f, 0.927527f, 0.182845f, 2.34389f, 0.326853f, -1.37132f, 0.192993f,
             -1.03591f, 1.20767f, -0.689735f, 0.207519f, -0.776045f, 0.540929f},
         0, "", 0},
    };
    // clang-format on
    return cases;
}

} // namespace octet::test
