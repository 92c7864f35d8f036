// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/steps/rows.h"

#include "core/engine/kernels/product_choice.h"
#include "core/engine/kernels/product_floats.h"
#include "core/engine/kernels/product_halves.h"
#include "core/engine/ops/lookup.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace octet::engine {

namespace {

void activate(const Kernels& kernels, Activation activation, float* row, std::int64_t n)
{
    switch (activation) {
    case Activation::None: break;
    case Activation::GeluErf: kernels.geluErf(row, n); break;
    case Activation::GeluTanh: kernels.geluTanh(row, n); break;
    case Activation::Relu: kernels.relu(row, n); break;
    case Activation::Tanh: kernels.tanh(row, n); break;
    }
}

/// The row's own scale and zero point, by the rule of quantize::activationAffine.
quantize::Affine rowAffine(const Kernels& kernels, const QuantizedForm& form, const float* row, std::int64_t n)
{
    float low = 0, high = 0;
    kernels.range(row, form.columnFactors(), low, high, n);
    if (!std::isfinite(low) || !std::isfinite(high))
        return {};
    Range range;
    range.min = low;
    range.max = high;
    return quantize::activationAffine(range, form.scheme);
}

/// Where a row is worked on: its place in the sink when fp32 is wanted, else scratch.
float* workRow(const Frame& frame, const RowSink& sink, const Place& scratch, int thread, std::int64_t at)
{
    if (sink.wanted)
        return frame.out<float>(sink.rows.place) + at * sink.rows.stride;
    return frame.out<float>(scratch) + thread * sink.rows.columns;
}

} // namespace

void finishRow(const Frame& frame, const RowSink& sink, const float* row, std::int64_t at, int written)
{
    const std::int64_t n = sink.rows.columns;
    if (sink.wanted && written < 0) {
        float* to = frame.out<float>(sink.rows.place) + at * sink.rows.stride;
        if (to != row)
            std::memcpy(to, row, static_cast<std::size_t>(n) * sizeof(float));
    }
    for (const QuantizedRows& q : sink.quantized) {
        if (!q.form.dynamic && written-- > 0)
            continue;
        quantize::Affine affine = q.form.affine;
        if (q.form.dynamic) {
            affine = rowAffine(*frame.kernels, q.form, row, n);
            frame.out<float>(q.scales)[at] = affine.scale;
            frame.out<std::int32_t>(q.zeroPoints)[at] = affine.zeroPoint;
        }
        const std::int64_t first = q.firstColumn;
        const float* factors = q.form.columnFactors();
        frame.kernels->quantize(row + first, factors ? factors + first : nullptr, 1.0f / affine.scale, affine.zeroPoint,
            frame.out<std::uint8_t>(q.values) + byteAt(q.layout, at, first), q.layout.columns64, q.endColumn - first);
    }
}

void RowStep::run(const Frame& frame, StepState*) const
{
    const std::int64_t n = input.columns;
    const float* gamma = norm ? frame.in<float>(norm->gamma) : nullptr;
    const float* beta = norm ? frame.in<float>(norm->beta) : nullptr;
    inParallel(frame.threads, input.rows, [&](std::int64_t begin, std::int64_t end, int thread) {
        for (std::int64_t at = begin; at < end; ++at) {
            const float* from = frame.in<float>(input.place) + at * input.stride;
            if (activation == Activation::None && !norm) {
                finishRow(frame, sink, from, at);
                continue;
            }
            float* row = workRow(frame, sink, scratch, thread, at);
            if (activation != Activation::None) {
                std::memcpy(row, from, static_cast<std::size_t>(n) * sizeof(float));
                activate(*frame.kernels, activation, row, n);
                from = row;
            }
            if (norm)
                frame.kernels->layerNorm(from, gamma, beta, norm->epsilon, row, n);
            finishRow(frame, sink, row, at);
        }
    });
}

void EmbeddingStep::run(const Frame& frame, StepState*) const
{
    const std::int64_t n = sink.rows.columns;
    const auto ids = [&](const Term& term) { return frame.in<std::byte>(term.ids); };
    for (const Term& term : terms) // nothing may be thrown among threads
        for (std::int64_t i = 0; i < term.idCount; ++i)
            lookedUpRow(ids(term), term.wide, i, term.rows.rows, term.node);
    const auto rowOf = [&](const Term& term, std::int64_t at) {
        const std::int64_t row = term.ids.none()
            ? at % term.rows.rows
            : lookedUpRow(ids(term), term.wide, at % term.idCount, term.rows.rows, term.node);
        return frame.in<float>(term.rows.place) + row * term.rows.stride;
    };
    inParallel(frame.threads, sink.rows.rows, [&](std::int64_t begin, std::int64_t end, int thread) {
        for (std::int64_t at = begin; at < end; ++at) {
            float* row = workRow(frame, sink, scratch, thread, at);
            std::memcpy(row, rowOf(terms.front(), at), static_cast<std::size_t>(n) * sizeof(float));
            for (std::size_t t = 1; t < terms.size(); ++t)
                frame.kernels->add(row, rowOf(terms[t], at), n);
            frame.kernels->layerNorm(
                row, frame.in<float>(norm.gamma), frame.in<float>(norm.beta), norm.epsilon, row, n);
            finishRow(frame, sink, row, at);
        }
    });
}

void PatchStep::run(const Frame& frame, StepState*) const
{
    const float* pixels = frame.in<float>(image);
    const std::int64_t channels = imageShape[1], height = imageShape[2], width = imageShape[3];
    inParallel(frame.threads, sink.rows.rows, [&](std::int64_t begin, std::int64_t end, int thread) {
        for (std::int64_t at = begin; at < end; ++at) {
            const std::int64_t column = at % outWidth, line = at / outWidth % outHeight, b = at / outWidth / outHeight;
            float* row = workRow(frame, sink, scratch, thread, at);
            float* to = row;
            for (std::int64_t c = 0; c < channels; ++c)
                for (std::int64_t p = 0; p < kernelHeight; ++p)
                    for (std::int64_t q = 0; q < kernelWidth; ++q) {
                        const std::int64_t y = line * strideHeight + p * dilationHeight - top;
                        const std::int64_t x = column * strideWidth + q * dilationWidth - left;
                        const bool inside = y >= 0 && y < height && x >= 0 && x < width;
                        *to++ = inside ? pixels[b * imageStrides[0] + c * imageStrides[1] + y * imageStrides[2]
                                                + x * imageStrides[3]]
                                       : 0.0f;
                    }
            finishRow(frame, sink, row, at);
        }
    });
}

namespace {

class ProductState final : public StepState
{
public:
    std::unique_ptr<DnnProduct::Call, void (*)(DnnProduct::Call*)> call;
    explicit ProductState(std::unique_ptr<DnnProduct::Call, void (*)(DnnProduct::Call*)> c)
        : call(std::move(c))
    {
    }
};

} // namespace

std::unique_ptr<StepState> ProductStep::makeState() const
{
    return product ? std::make_unique<ProductState>(product->makeCall(weight->packed)) : nullptr;
}

const float* ProductStep::biases(const Frame& frame) const
{
    return correctedBias.empty() ? frame.in<float>(bias) : correctedBias.data();
}

void ProductStep::runOwn(const Frame& frame) const
{
    const std::int64_t n = columns;
    ProductTask task;
    task.a = frame.in<std::uint8_t>(quantized.values);
    task.k = depth, task.n = n;
    task.panels = own.panels, task.panelBytes = own.panelBytes;
    task.prefetchToL1 = prefetchesToL1();
    task.scales = own.scales, task.columnSums = own.columnSums;
    if (quantized.form.dynamic) {
        task.rowScales = frame.in<float>(quantized.scales);
        task.rowZeroPoints = frame.in<std::int32_t>(quantized.zeroPoints);
    } else {
        task.rowScale = quantized.form.affine.scale, task.zeroPoint = quantized.form.affine.zeroPoint;
    }
    task.bias = biases(frame);
    task.activation = activation;
    task.residual = frame.in<float>(residual.place), task.residualStride = residual.stride;

    // What needs whole rows (a norm, a scale per token) comes after, over fp32; the rest leaves the registers finished.
    bool wholeRows = norm.has_value();
    std::size_t direct = 0;
    for (const QuantizedRows& q : sum.quantized) {
        if (q.form.dynamic || direct == std::size(task.bytes)) {
            wholeRows = true; // a third static form as well
            continue;
        }
        task.bytes[direct++] = {frame.out<std::uint8_t>(q.values), q.layout, 1.0f / q.form.affine.scale,
                                q.form.affine.zeroPoint, q.form.columnFactors(), q.firstColumn, q.endColumn};
    }
    if (sum.wanted)
        task.out = frame.out<float>(sum.rows.place), task.outStride = sum.rows.stride;
    else if (wholeRows)
        task.out = frame.out<float>(accumulators), task.outStride = n;
    const auto multiply = own.layout == PanelLayout::Tiles ? multiplyAmx : multiplyVnni;
    const auto finish = [&](std::int64_t begin, std::int64_t end, int thread) {
        finishBlock(frame, task, begin, end, static_cast<int>(direct), thread);
    };
    const std::int64_t rowBytes = depth + n * (task.out ? 4 : 1);
    const auto blockOf = [&](std::int64_t first, std::int64_t count, const OwnWeights& after) {
        ProductTask block = task;
        block.firstRow = first, block.rows = count;
        block.nextWeights = after.panels, block.nextBytes = after.panelBytes;
        return block;
    };
    if (sharesRows(frame.threads)) {
        constexpr std::int64_t unit = 8;
        inParallel(frame.threads, (rows + unit - 1) / unit, [&](std::int64_t begin, std::int64_t end, int thread) {
            inBlocks(begin * unit, std::min(end * unit, rows), rowBytes,
                [&](std::int64_t first, std::int64_t count, const OwnWeights& after) {
                    multiply(blockOf(first, count, after), 0, own.panelCount);
                    if (wholeRows)
                        finish(first, first + count, thread);
                });
        });
        return;
    }
    inBlocks(0, rows, rowBytes, [&](std::int64_t first, std::int64_t count, const OwnWeights& after) {
        inParallel(frame.threads, own.panelCount, [&](std::int64_t begin, std::int64_t end, int thread) {
            ProductTask share = blockOf(first, count, after);
            share.nextWeights = after.firstPanel(frame.threads, thread); // each thread into its own L2
            multiply(share, begin, end);
        });
        if (wholeRows)
            inParallel(frame.threads, count, [&](std::int64_t begin, std::int64_t end, int thread) {
                finish(first + begin, first + end, thread);
            });
    });
}

/// Threads with many rows each share the rows, as what a thread wrote is near it: two take 0.91 of the time for BERT-base
/// at 8x128 (AMD's family 26), but at 64 rows each 1.03. With few rows, and over tiles, which wait for weights, they share
/// the panels.
bool ProductStep::sharesRows(int threads) const
{
    return threads == 1 || (own.layout == PanelLayout::Vnni && rows >= 128 * threads);
}

/// f(first row, rows, the weights that are read after them) for blocks of rows [begin, end), of `bytes` each, that stay in
/// L2 beside two panels of weights: a batch of long sentences as a whole does not.
template <class F>
void ProductStep::inBlocks(std::int64_t begin, std::int64_t end, std::int64_t bytes, F f) const
{
    constexpr std::int64_t room = 800 * 1024, fewest = 64;
    const std::int64_t fitting = std::max(fewest, room / bytes), count = end - begin;
    const std::int64_t blocks = (count + fitting - 1) / fitting;
    const auto edge = [&](std::int64_t b) { return begin + (b == blocks ? count : count * b / blocks / 32 * 32); }; // whole tiles
    for (std::int64_t b = 0; b < blocks; ++b)
        f(edge(b), edge(b + 1) - edge(b), b + 1 < blocks ? own : next);
}

/// What needs whole rows, while they are still in L2.
void ProductStep::finishBlock(
    const Frame& frame, const ProductTask& task, std::int64_t begin, std::int64_t end, int direct, int thread) const
{
    const std::int64_t n = columns;
    const float* gamma = norm ? frame.in<float>(norm->gamma) : nullptr;
    const float* beta = norm ? frame.in<float>(norm->beta) : nullptr;
    for (std::int64_t at = begin; at < end; ++at) {
        const float* row = task.out + at * task.outStride;
        finishRow(frame, sum, row, at, direct);
        if (norm) {
            float* to = workRow(frame, normed, scratch, thread, at);
            frame.kernels->layerNorm(row, gamma, beta, norm->epsilon, to, n);
            finishRow(frame, normed, to, at);
        }
    }
}

std::byte* ProductStep::accumulator(const Frame& frame) const
{
    const bool inPlace = !integer && sum.wanted && sum.rows.stride == columns;
    return inPlace ? frame.out<std::byte>(sum.rows.place) : frame.out<std::byte>(accumulators);
}

template <class Task>
void ProductStep::runSums(
    const Frame& frame, Task task, void (*multiply)(const Task&, std::int64_t, std::int64_t)) const
{
    task.k = depth, task.n = columns;
    task.panels = reinterpret_cast<decltype(task.panels)>(own.panels);
    task.cRow = columns;
    const std::int64_t rowBytes = depth * static_cast<std::int64_t>(sizeof(*task.a));
    inBlocks(0, rows, rowBytes, [&](std::int64_t first, std::int64_t count, const OwnWeights& after) {
        inParallel(frame.threads, own.panelCount, [&](std::int64_t begin, std::int64_t end, int thread) {
            Task share = task;
            share.rows = count;
            share.a += first * task.aRow;
            share.c = reinterpret_cast<float*>(accumulator(frame)) + first * columns;
            share.nextWeights = after.firstPanel(frame.threads, thread), share.nextBytes = after.panelBytes;
            multiply(share, begin, end);
        });
        finishRows(frame, first, count);
    });
}

void ProductStep::runOwnFloats(const Frame& frame) const
{
    FloatProductTask task;
    task.a = frame.in<float>(input.place), task.aRow = input.stride;
    task.prefetchToL1 = prefetchesToL1();
    runSums(frame, task, effectiveIsa() >= Isa::Avx512 ? multiplyFloatsAvx512 : multiplyFloatsAvx2);
}

void ProductStep::runOwnHalves(const Frame& frame) const
{
    auto* const copy = frame.out<std::uint16_t>(halves);
    inParallel(frame.threads, rows, [&](std::int64_t begin, std::int64_t end, int) {
        for (std::int64_t at = begin; at < end; ++at) {
            frame.kernels->toBf16(frame.in<float>(input.place) + at * input.stride, copy + at * halfColumns, depth);
            std::fill(copy + at * halfColumns + depth, copy + (at + 1) * halfColumns, std::uint16_t(0));
        }
    });
    HalfProductTask task;
    task.a = copy, task.aRow = halfColumns;
    runSums(frame, task, halvesOnTiles() ? multiplyHalvesAmx : multiplyHalvesBf16);
}

void ProductStep::run(const Frame& frame, StepState* state) const
{
    if (!product)
        return integer ? runOwn(frame) : halves.none() ? runOwnFloats(frame) : runOwnHalves(frame);
    auto& call = *static_cast<ProductState*>(state)->call;
    product->run(call, frame.in<std::uint8_t>(quantized.values), frame.out<std::int32_t>(accumulators),
        dnnScratch.none() ? nullptr : frame.out<std::byte>(dnnScratch));
    finishRows(frame, 0, rows);
}

/// What comes behind the sums, while they are hot where they were made in blocks.
void ProductStep::finishRows(const Frame& frame, std::int64_t first, std::int64_t count) const
{
    const Kernels& k = *frame.kernels;
    const std::int64_t n = columns;
    std::byte* sums = accumulator(frame);
    const float* addends = biases(frame);
    const float* others = frame.in<float>(residual.place);
    const float* gamma = norm ? frame.in<float>(norm->gamma) : nullptr;
    const float* beta = norm ? frame.in<float>(norm->beta) : nullptr;
    const bool perRow = integer && quantized.form.dynamic;
    inParallel(frame.threads, count, [&](std::int64_t begin, std::int64_t end, int thread) {
        for (std::int64_t at = first + begin; at < first + end; ++at) {
            float* row = nullptr;
            if (integer) {
                row = workRow(frame, sum, scratch, thread, at);
                const float rowScale = perRow ? frame.in<float>(quantized.scales)[at] : quantized.form.affine.scale;
                const std::int32_t zero
                    = perRow ? frame.in<std::int32_t>(quantized.zeroPoints)[at] : quantized.form.affine.zeroPoint;
                k.dequantize(reinterpret_cast<const std::int32_t*>(sums) + at * n, weight->columnSums.data(),
                             weight->scales.data(), addends, zero, rowScale, row, n);
            } else {
                row = reinterpret_cast<float*>(sums) + at * n;
                if (addends)
                    k.add(row, addends, n);
            }
            activate(k, activation, row, n);
            if (others)
                k.add(row, others + at * residual.stride, n);
            finishRow(frame, sum, row, at);
            if (norm) {
                float* to = workRow(frame, normed, scratch, thread, at);
                k.layerNorm(row, gamma, beta, norm->epsilon, to, n);
                finishRow(frame, normed, to, at);
            }
        }
    });
}

} // namespace octet::engine
