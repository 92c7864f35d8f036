// SPDX-License-Identifier: GPL-3.0-or-later
// A convolution as a product of patches: against the plain sum, with every way of padding that ONNX has.
#include "core/engine/program.h"
#include "onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace octet;
using namespace octet::engine;
using octet::test::OnnxBuilder;

namespace {

constexpr std::int64_t channels = 3, outputs = 5, height = 9, width = 7;

struct Case
{
    const char* name;
    std::int64_t kernelHeight, kernelWidth;
    std::int64_t top, left, bottom, right, stride, dilation;
    const char* autoPad; // with the pads that it should lead to
};

const Case cases[] = {
    {"plain", 3, 2, 0, 0, 0, 0, 1, 1, "NOTSET"},
    {"patches", 3, 3, 0, 0, 0, 0, 3, 1, "VALID"},
    {"uneven pads", 3, 3, 2, 0, 1, 1, 1, 1, "NOTSET"},
    {"dilated", 2, 3, 1, 1, 1, 1, 1, 2, "NOTSET"},
    {"same upper", 4, 4, 1, 1, 2, 2, 1, 1, "SAME_UPPER"},
    {"same lower, strided", 4, 4, 2, 2, 1, 1, 2, 1, "SAME_LOWER"},
};

std::vector<float> randoms(std::size_t n, unsigned seed)
{
    std::mt19937 engine(seed);
    std::vector<float> v(n);
    for (float& x : v)
        x = 2 * static_cast<float>(engine()) / 4294967295.0f - 1;
    return v;
}

std::vector<float> plainSums(const Case& c, const std::vector<float>& x, const std::vector<float>& w,
    const std::vector<float>& bias, Shape& shape)
{
    const auto size = [&](std::int64_t in, std::int64_t kernel, std::int64_t before, std::int64_t after) {
        return (in + before + after - c.dilation * (kernel - 1) - 1) / c.stride + 1;
    };
    shape = {1, outputs, size(height, c.kernelHeight, c.top, c.bottom), size(width, c.kernelWidth, c.left, c.right)};
    std::vector<float> y;
    for (std::int64_t o = 0; o < outputs; ++o)
        for (std::int64_t i = 0; i < shape[2]; ++i)
            for (std::int64_t j = 0; j < shape[3]; ++j) {
                double sum = bias[std::size_t(o)];
                for (std::int64_t ch = 0; ch < channels; ++ch)
                    for (std::int64_t ky = 0; ky < c.kernelHeight; ++ky)
                        for (std::int64_t kx = 0; kx < c.kernelWidth; ++kx) {
                            const std::int64_t row = i * c.stride + ky * c.dilation - c.top;
                            const std::int64_t column = j * c.stride + kx * c.dilation - c.left;
                            if (row < 0 || row >= height || column < 0 || column >= width)
                                continue;
                            sum += double(x[std::size_t((ch * height + row) * width + column)])
                                * double(w[std::size_t(((o * channels + ch) * c.kernelHeight + ky) * c.kernelWidth + kx)]);
                        }
                y.push_back(float(sum));
            }
    return y;
}

} // namespace

class TestConvProduct : public QObject
{
    Q_OBJECT

private slots:
    void paddings_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < int(std::size(cases)); ++i)
            QTest::newRow(cases[i].name) << i;
    }

    void paddings()
    {
        QFETCH(int, index);
        const Case& c = cases[index];
        const auto x = randoms(channels * height * width, 1),
                   w = randoms(std::size_t(outputs * channels * c.kernelHeight * c.kernelWidth), 2),
                   bias = randoms(outputs, 3);
        OnnxBuilder b;
        b.input("x", {1, channels, height, width});
        b.weight("w", {outputs, channels, c.kernelHeight, c.kernelWidth}, w);
        b.weight("bias", {outputs}, bias);
        auto& node = b.node("Conv", "conv", {"x", "w", "bias"}, {"y"});
        OnnxBuilder::attribute(node, "strides", std::vector<std::int64_t> {c.stride, c.stride});
        OnnxBuilder::attribute(node, "dilations", std::vector<std::int64_t> {c.dilation, c.dilation});
        if (QByteArray(c.autoPad) == "NOTSET")
            OnnxBuilder::attribute(node, "pads", std::vector<std::int64_t> {c.top, c.left, c.bottom, c.right});
        else
            OnnxBuilder::attribute(node, "auto_pad", std::string(c.autoPad));
        b.output("y");
        const auto model = b.load();

        Shape shape;
        const auto expected = plainSums(c, x, w, bias, shape);
        Tensor input(DType::F32, {1, channels, height, width});
        std::copy(x.begin(), x.end(), input.data<float>());
        OpSettings int8;
        int8.precision = Precision::Int8;
        for (const bool quantized : {false, true}) {
            Settings settings;
            Ranges ranges;
            if (quantized) {
                settings["conv"] = int8;
                Range& range = ranges[rangeKey("x", int8)];
                range.min = -1, range.max = 1;
            }
            CompileOptions options;
            options.inputShapes = {{"x", {1, channels, height, width}}};
            WeightStore store;
            const auto program = compile(model, settings, ranges, options, store);
            Session session(program);
            session.setInput("x", input);
            session.run();
            const Tensor y = session.outputTensor(0);
            QCOMPARE(y.shape, shape);
            double signal = 0, noise = 0;
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const double error = double(y.data<float>()[i]) - double(expected[i]);
                signal += double(expected[i]) * double(expected[i]);
                noise += error * error;
            }
            QVERIFY2(noise < signal * (quantized ? 1e-3 : 1e-11), qPrintable(QString::number(noise / signal)));
            bool executed = false;
            for (const GroupProfile& group : program->groups())
                executed = executed || (group.kind == "product" && (group.executed == Precision::Int8) == quantized);
            QVERIFY(executed);
        }
    }
};

OCTET_TEST(TestConvProduct)
#include "tst_conv_product.moc"
