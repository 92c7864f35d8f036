// SPDX-License-Identifier: GPL-3.0-or-later
// Products recomputed in quantized arithmetic on what the fp32 model feeds them. Integer sums are exact, so products of
// dequantized numbers differ from the engine's only by rounding of the last bits.
#include "core/engine/ops/windows.h"
#include "core/graph/weight_values.h"
#include "core/measure/feed.h"
#include "core/measure/sensitivity.h"
#include "core/quantize/affine.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace octet::measure {

namespace {

using quantize::Product;
using quantize::ProductKind;

constexpr std::int64_t rowsAProduct = 64; // enough for a ratio of powers

/// Row major [rows, columns].
struct Matrix
{
    std::int64_t rows = 0, columns = 0;
    std::vector<float> values;
    float* row(std::int64_t i) { return values.data() + i * columns; }
    const float* row(std::int64_t i) const { return values.data() + i * columns; }
};

Matrix matrix(std::int64_t rows, std::int64_t columns)
{
    return {rows, columns, std::vector<float>(static_cast<std::size_t>(rows * columns))};
}

Matrix multiply(const Matrix& a, const Matrix& b)
{
    Matrix result = matrix(a.rows, b.columns);
    for (std::int64_t i = 0; i < a.rows; ++i)
        for (std::int64_t k = 0; k < a.columns; ++k) {
            const float x = a.row(i)[k];
            const float* from = b.row(k);
            float* to = result.row(i);
            for (std::int64_t n = 0; n < b.columns; ++n)
                to[n] += x * from[n];
        }
    return result;
}

/// Powers of a signal and of what differs from it.
struct Power
{
    double signal = 0, noise = 0;
    void add(const Matrix& exact, const Matrix& other)
    {
        for (std::size_t i = 0; i < exact.values.size(); ++i) {
            const double y = static_cast<double>(exact.values[i]), e = static_cast<double>(other.values[i]) - y;
            signal += y * y;
            noise += e * e;
        }
    }
    double decibels() const
    {
        constexpr double none = 120;
        if (!(noise > 0) || !(signal > 0))
            return none;
        return std::clamp(10 * std::log10(signal / noise), -none, none);
    }
};

/// x -> dequantized u8, with one affine or one a row.
Matrix rounded(const Matrix& x, const OpSettings& settings, const quantize::Affine& affine, bool symmetric)
{
    Matrix result = x;
    for (std::int64_t i = 0; i < x.rows; ++i) {
        quantize::Affine a = affine;
        if (settings.approach == Approach::Dynamic) {
            Range range;
            for (std::int64_t c = 0; c < x.columns; ++c) {
                range.min = std::min(range.min, static_cast<double>(x.row(i)[c]));
                range.max = std::max(range.max, static_cast<double>(x.row(i)[c]));
            }
            a = quantize::activationAffine(range, symmetric ? Scheme::Sym : settings.activationScheme);
        }
        const float inverse = 1 / a.scale;
        for (std::int64_t c = 0; c < x.columns; ++c) {
            const float q = std::clamp(std::nearbyint(x.row(i)[c] * inverse) + static_cast<float>(a.zeroPoint), 0.0f, 255.0f);
            result.row(i)[c] = (q - static_cast<float>(a.zeroPoint)) * a.scale;
        }
    }
    return result;
}

/// Products with weights: rows of their inputs are gathered over the samples.
class WeightProduct
{
public:
    WeightProduct(const graph::Model& model, const Product& product)
        : m_node(model.nodes()[static_cast<std::size_t>(product.node)])
        , m_product(product)
        , m_weight(*model.weight(product.weight))
        , m_transposed(product.kind == ProductKind::Conv
              || (product.kind == ProductKind::Gemm && m_node.intAttribute("transB", 0) != 0))
    {
        m_rows.columns = product.k;
    }

    bool full() const { return m_rows.rows >= rowsAProduct; }

    void setRows(const Matrix& rows) { m_rows = rows; }

    /// Patches of [channels, height, width].
    void addPatches(std::span<const float> image, const Shape& shape, std::int64_t wanted)
    {
        const engine::Windows windows =
            engine::windowsOf(m_node, shape, Shape(m_weight.shape.begin() + 2, m_weight.shape.end()));
        const std::int64_t all = elementCount(windows.output), area = elementCount(windows.input),
                           taps = elementCount(windows.kernel), count = std::min(wanted, all);
        for (std::int64_t i = 0; i < count && !full(); ++i) {
            std::vector<float> patch(static_cast<std::size_t>(m_product.k), 0.0f);
            windows.forEach(all * i / count, [&](std::int64_t position, std::int64_t tap) {
                for (std::int64_t c = 0; c < m_weight.shape[1]; ++c)
                    patch[static_cast<std::size_t>(c * taps + tap)] = image[static_cast<std::size_t>(c * area + position)];
            });
            append(patch.data());
        }
    }

    OwnError error(const OpSettings& settings, const Ranges& ranges) const
    {
        const Range* range = nullptr;
        if (const auto it = ranges.find(rangeKey(m_product.activation, settings)); it != ranges.end())
            range = &it->second;
        if (!range && (settings.approach == Approach::Static || settings.smoothing != 0))
            throw Error(ErrorKind::Setting, fmt::format("\"{}\" has no range; calibrate first.", m_product.activation));
        static const std::vector<float> none;
        const std::vector<float>& smoothing = range ? range->smoothing : none;
        const auto q = quantize::quantizeWeight(m_weight, m_product.k, m_product.n, m_transposed,
            settings.weightGranularity, settings.weightBits, smoothing);
        Matrix weight = matrix(m_product.k, m_product.n), coarse = weight, smooth = weight, x = m_rows;
        const graph::Values<float> values = graph::floats(m_weight);
        for (std::int64_t k = 0; k < m_product.k; ++k) {
            const float factor = smoothing.empty() ? 1 : smoothing[static_cast<std::size_t>(k)];
            for (std::int64_t n = 0; n < m_product.n; ++n) {
                const auto at = static_cast<std::size_t>(k * m_product.n + n);
                const float w = values[m_transposed ? static_cast<std::size_t>(n * m_product.k + k) : at];
                weight.values[at] = w;
                smooth.values[at] = w * factor;
                coarse.values[at] = q.values[at] * q.scales[q.scales.size() == 1 ? 0 : static_cast<std::size_t>(n)];
            }
            for (std::int64_t i = 0; i < x.rows; ++i)
                x.row(i)[k] /= factor;
        }
        const quantize::Affine affine =
            range ? quantize::activationAffine(*range, settings.activationScheme) : quantize::Affine{};
        const Matrix bytes = rounded(x, settings, affine, false);
        const Matrix exact = multiply(m_rows, weight);
        Power both, weights, activation;
        both.add(exact, multiply(bytes, coarse));
        weights.add(exact, multiply(x, coarse));
        activation.add(exact, multiply(bytes, smooth));
        return {both.decibels(), weights.decibels(), activation.decibels(), 0};
    }

    const Product& product() const { return m_product; }

private:
    void append(const float* row)
    {
        m_rows.values.insert(m_rows.values.end(), row, row + m_product.k);
        ++m_rows.rows;
    }

    const graph::Node& m_node;
    const Product& m_product;
    const graph::Weight& m_weight;
    bool m_transposed;
    Matrix m_rows;
};

/// One operand of an attention, of one sample: heads of [rows, columns].
struct Heads
{
    Heads(std::span<const float> sample, const Shape& shape)
        : heads(shape.size() == 4 ? shape[1] : 1)
        , rows(shape[shape.size() - 2])
        , columns(shape.back())
        , values(sample)
    {
    }
    Matrix head(std::int64_t h) const
    {
        Matrix m = matrix(rows, columns);
        std::copy_n(values.data() + h * rows * columns, rows * columns, m.values.begin());
        return m;
    }
    std::int64_t heads, rows, columns;
    std::span<const float> values;
};

/// Both operands of one head rounded; `kind` decides along which side the channels lie.
void addHead(const Product& product, const OpSettings& settings, const Ranges& ranges, std::int64_t h, Matrix a, Matrix b,
    Power& power)
{
    const Matrix exact = multiply(a, b);
    const auto rangeOf = [&](const std::string& value) -> const Range* {
        const auto it = ranges.find(rangeKey(value, settings));
        return it == ranges.end() ? nullptr : &it->second;
    };
    const auto affineOf = [&](const Range* range) {
        return range ? quantize::activationAffine(*range, settings.activationScheme) : quantize::Affine{};
    };
    const Range* second = rangeOf(product.weight);
    if (product.kind == ProductKind::Context) {
        OpSettings probabilities = settings;
        probabilities.approach = Approach::Static;
        a = rounded(a, probabilities, {1.0f / 255, 0}, false);
        std::vector<float> factors(static_cast<std::size_t>(b.columns), 1);
        for (std::int64_t c = 0; second && !second->smoothing.empty() && c < b.columns; ++c)
            factors[static_cast<std::size_t>(c)] = second->smoothing.at(static_cast<std::size_t>(h * b.columns + c));
        for (std::int64_t r = 0; r < b.rows; ++r)
            for (std::int64_t c = 0; c < b.columns; ++c)
                b.row(r)[c] /= factors[static_cast<std::size_t>(c)];
        Matrix result = multiply(a, rounded(b, settings, affineOf(second), true));
        for (std::int64_t r = 0; r < result.rows; ++r)
            for (std::int64_t c = 0; c < result.columns; ++c)
                result.row(r)[c] *= factors[static_cast<std::size_t>(c)];
        power.add(exact, result);
        return;
    }
    // K is transposed: its tokens are columns here, and one affine a token is one a column.
    const Range* first = rangeOf(product.activation);
    Matrix k = matrix(b.columns, b.rows);
    for (std::int64_t r = 0; r < b.rows; ++r)
        for (std::int64_t c = 0; c < b.columns; ++c)
            k.row(c)[r] = b.row(r)[c];
    const auto smooth = [&](Matrix& m, const Range* range) {
        for (std::int64_t r = 0; range && !range->smoothing.empty() && r < m.rows; ++r)
            for (std::int64_t c = 0; c < m.columns; ++c)
                m.row(r)[c] /= range->smoothing.at(static_cast<std::size_t>(h * m.columns + c));
    };
    smooth(a, first), smooth(k, second);
    k = rounded(k, settings, affineOf(second), true);
    for (std::int64_t r = 0; r < b.rows; ++r)
        for (std::int64_t c = 0; c < b.columns; ++c)
            b.row(r)[c] = k.row(c)[r];
    power.add(exact, multiply(rounded(a, settings, affineOf(first), true), b));
}

using RowsByValue = std::map<std::string, Matrix>;

/// What a run is asked about its taps: by value, and where the real part of every sample lies.
struct TapView
{
    Runner& runner;
    const data::Dataset& data;
    Split split;
    const std::vector<std::size_t>& indices;
    int rows, length;

    std::span<const float> sample(const std::string& value, std::size_t i) const
    {
        const auto all = runner.session().tap(value);
        const std::size_t one = all.size() / static_cast<std::size_t>(rows);
        return all.subspan(i * one, one);
    }
    std::span<const float> real(const std::string& value, std::size_t i) const
    {
        const Shape shape = runner.session().tapShape(value);
        const auto all = sample(value, i);
        if (length <= 0 || shape.size() < 3 || shape[1] != length)
            return all;
        const int tokens = std::clamp(data.length(split, indices[i]), 1, length);
        return all.first(all.size() / static_cast<std::size_t>(length) * static_cast<std::size_t>(tokens));
    }
    /// Rows of the last dimension, evenly over every sample's.
    void gather(const std::vector<std::string>& values, RowsByValue& to) const
    {
        for (const std::string& value : values) {
            const Shape shape = runner.session().tapShape(value);
            if (shape.empty() || shape.back() <= 0)
                continue;
            Matrix& m = to[value];
            m.columns = shape.back();
            for (std::size_t i = 0; i < indices.size(); ++i) {
                const auto part = real(value, i);
                const std::int64_t all = static_cast<std::int64_t>(part.size()) / m.columns;
                const std::int64_t wanted = std::min({all, rowsAProduct / 8, rowsAProduct - m.rows});
                for (std::int64_t r = 0; r < wanted; ++r, ++m.rows) {
                    const float* row = part.data() + all * r / wanted * m.columns;
                    m.values.insert(m.values.end(), row, row + m.columns);
                }
            }
        }
    }
};

/// The first samples of the calibration split, or of the tuning split without one.
std::pair<Split, std::vector<std::size_t>> firstSamples(const data::Dataset& data)
{
    const Split split = data.size(Split::Calibration) > 0 ? Split::Calibration : Split::Tuning;
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < std::min(samplesOfOwnError, data.size(split)); ++i)
        indices.push_back(i);
    return {split, indices};
}

} // namespace

std::map<std::string, OwnError> ownErrors(const Context& context, const std::vector<Product>& products,
    const Settings& settings, const Ranges& ranges)
{
    const graph::Model& model = *context.model;
    std::vector<WeightProduct> weighted;
    std::vector<const Product*> attention;
    std::vector<std::string> taps;
    for (const Product& product : products) {
        if (!product.int8Refusal.empty())
            continue;
        taps.push_back(product.activation);
        if (product.counted()) {
            weighted.emplace_back(model, product);
        } else {
            attention.push_back(&product);
            taps.push_back(product.weight);
        }
    }
    std::sort(taps.begin(), taps.end());
    taps.erase(std::unique(taps.begin(), taps.end()), taps.end());
    const auto nameOf = [&](const Product& p) { return model.nodes()[static_cast<std::size_t>(p.node)].name; };
    std::map<std::string, Power> heads;
    RowsByValue exact, coarse;
    const auto [split, samples] = firstSamples(*context.data);
    const Split from = split;
    runSplit(
        context, from, {}, {}, taps,
        [&](Runner& runner, const std::vector<std::size_t>& indices, int rows, int length) {
            const TapView view{runner, *context.data, from, indices, rows, length};
            view.gather(taps, exact);
            for (std::size_t i = 0; i < indices.size(); ++i) {
                for (WeightProduct& w : weighted)
                    if (const std::string& value = w.product().activation; w.product().kind == ProductKind::Conv)
                        w.addPatches(view.sample(value, i), runner.session().tapShape(value), rowsAProduct / 8);
                for (const Product* p : attention) {
                    const Heads a(view.sample(p->activation, i), runner.session().tapShape(p->activation));
                    const Heads b(view.sample(p->weight, i), runner.session().tapShape(p->weight));
                    for (std::int64_t h = 0; h < a.heads && i < 2; ++h)
                        addHead(*p, settings.at(nameOf(*p)), ranges, h, a.head(h), b.head(h), heads[nameOf(*p)]);
                }
            }
        },
        &samples);
    runSplit(
        context, from, settings, ranges, taps,
        [&](Runner& runner, const std::vector<std::size_t>& indices, int rows, int length) {
            TapView{runner, *context.data, from, indices, rows, length}.gather(taps, coarse);
        },
        &samples);

    std::map<std::string, OwnError> errors;
    for (WeightProduct& w : weighted) {
        if (w.product().kind != ProductKind::Conv)
            w.setRows(exact.at(w.product().activation));
        errors[nameOf(w.product())] = w.error(settings.at(nameOf(w.product())), ranges);
    }
    for (const auto& [name, power] : heads)
        errors[name] = {power.decibels(), 120, power.decibels(), 0};
    for (const Product& product : products) {
        const auto it = errors.find(nameOf(product));
        if (it == errors.end())
            continue;
        Power power;
        power.add(exact.at(product.activation), coarse.at(product.activation));
        it->second.inherited = power.decibels();
    }
    return errors;
}

} // namespace octet::measure
