// SPDX-License-Identifier: GPL-3.0-or-later
// Steps that work row by row: a row is finished in L1 and leaves as fp32, as u8, or both.
#pragma once

#include "core/engine/ir.h"
#include "core/engine/kernels/product.h"
#include "core/engine/onednn.h"
#include "core/engine/ops/strided.h"
#include "core/engine/parallel.h"
#include "core/engine/plan.h"
#include "core/engine/weight_store.h"
#include "core/quantize/affine.h"

#include <optional>
#include <string>
#include <vector>

namespace octet::engine {

/// [rows, columns], the columns next to each other.
struct Rows
{
    Place place;
    std::int64_t rows = 0, columns = 0, stride = 0; // elements
};

/// How a product wants its activation.
struct QuantizedForm
{
    bool dynamic = false; // one scale and zero point a row (token)
    quantize::Affine affine; // static
    Scheme scheme = Scheme::Asym; // dynamic
    /// 1 / smoothing of each column, which is multiplied before; null = none.
    std::shared_ptr<const std::vector<float>> factors;
    const float* columnFactors() const { return factors ? factors->data() : nullptr; }
    bool operator==(const QuantizedForm& o) const
    {
        return dynamic == o.dynamic && scheme == o.scheme
            && (dynamic || (affine.scale == o.affine.scale && affine.zeroPoint == o.affine.zeroPoint))
            && (factors == o.factors || (factors && o.factors && *factors == *o.factors));
    }
};

struct QuantizedRows
{
    QuantizedForm form;
    Place values; // u8 [rows, columns]
    ByteLayout layout; // of the values
    std::int64_t firstColumn = 0, endColumn = 0; // what its readers need of a row; nothing else is written
    Place scales, zeroPoints; // dynamic: f32 [rows], s32 [rows]
};

/// Where finished rows go.
struct RowSink
{
    Rows rows;
    bool wanted = false; // as fp32; decided when all readers are known
    bool inPlace = false; // its step has no other place for rows on the way to anything but one static form
    std::vector<QuantizedRows> quantized;
    bool oneStaticForm() const { return quantized.size() == 1 && !quantized.front().form.dynamic; }
};

/// `written` >= 0: the fp32 row and that many of the static forms, in order, were written before.
void finishRow(const Frame& frame, const RowSink& sink, const float* row, std::int64_t at, int written = -1);

struct NormPlaces
{
    Place gamma, beta;
    float epsilon = 0;
};

/// fp32 rows -> (activation) -> (norm) -> sink.
class RowStep final : public Step
{
public:
    void run(const Frame& frame, StepState* state) const override;
    Work work() const override;
    Rows input;
    Activation activation = Activation::None;
    std::optional<NormPlaces> norm;
    RowSink sink;
    Place scratch; // threads x columns floats
};

/// Rows that are looked up, or follow each other, summed -> norm -> sink.
class EmbeddingStep final : public Step
{
public:
    /// Throws Error(Data) for an id that its table does not have, before anything is written.
    void run(const Frame& frame, StepState* state) const override;
    Work work() const override;
    struct Term
    {
        Rows rows; // of the table, or as many as there are before they begin again
        Place ids; // none() = the rows follow each other
        std::int64_t idCount = 0;
        bool wide = false; // ids are s64, else s32
        std::string node; // the lookup
    };
    std::vector<Term> terms;
    NormPlaces norm;
    RowSink sink;
    Place scratch; // threads x columns floats
};

/// Patches of an NCHW image as rows -> sink.
class PatchStep final : public Step
{
public:
    void run(const Frame& frame, StepState* state) const override;
    Work work() const override;
    Place image; // f32 [batch, channels, height, width], any strides
    Shape imageShape, imageStrides;
    std::int64_t kernelHeight = 1, kernelWidth = 1, top = 0, left = 0;
    std::int64_t strideHeight = 1, strideWidth = 1, dilationHeight = 1, dilationWidth = 1;
    std::int64_t outHeight = 1, outWidth = 1;
    RowSink sink;
    Place scratch;
};

/// What our own product reads of its weights, found once: the store's objects lie beyond L2 whenever a step begins.
struct OwnWeights
{
    OwnWeights() = default;
    explicit OwnWeights(const StoredWeight& weight)
        : panels(weight.panels->data())
        , panelCount(weight.panels->panels())
        , panelBytes(weight.panels->panelBytes())
        , layout(weight.panels->layout())
        , scales(weight.scales.data())
        , columnSums(weight.columnSums.data())
    {
    }
    /// The first panel that a thread of the product reads; null without panels.
    const std::int8_t* firstPanel(int threads, int thread) const
    {
        return panels ? panels + shareBegin(panelCount, threads, thread) * panelBytes : nullptr;
    }
    const std::int8_t* panels = nullptr;
    std::int64_t panelCount = 0, panelBytes = 0;
    PanelLayout layout = PanelLayout::Vnni;
    const float* scales = nullptr;
    const std::int32_t* columnSums = nullptr;
};

/// activation(A W + bias) (+ residual) -> sum; (norm) -> norm.
class ProductStep final : public Step
{
public:
    void run(const Frame& frame, StepState* state) const override;
    Work work() const override;
    std::unique_ptr<StepState> makeState() const override;

    std::unique_ptr<DnnProduct> product; // null: our own kernel
    OwnWeights own, next; // our own kernel's; next are prefetched while this one ends, of the same program
    std::shared_ptr<const StoredWeight> weight;
    bool integer = false;
    Place halves; // [rows + 15, halfColumns] bf16 copy of the input; none() = not in bf16
    std::int64_t halfColumns = 0;
    Rows input; // fp32
    QuantizedRows quantized; // int8
    Place bias;
    std::vector<float> correctedBias; // not empty: instead of `bias`
    Activation activation = Activation::None;
    Rows residual; // none() = no residual
    RowSink sum;
    std::optional<NormPlaces> norm;
    RowSink normed;
    Place accumulators; // [rows, N] s32 or f32
    Place scratch; // threads x N floats
    Place dnnScratch;
    std::int64_t rows = 0, columns = 0, depth = 0;

private:
    const float* biases(const Frame& frame) const;
    void runOwn(const Frame& frame) const;
    void runOwnFloats(const Frame& frame) const;
    void runOwnHalves(const Frame& frame) const;
    /// Panels for all threads, a block of rows after the other, and what comes behind the sums.
    template <class Task>
    void runSums(const Frame& frame, Task task, void (*multiply)(const Task&, std::int64_t, std::int64_t)) const;
    /// Where an fp32 product is written: in place where its sum is wanted.
    std::byte* accumulator(const Frame& frame) const;
    void finishRows(const Frame& frame, std::int64_t first, std::int64_t count) const;
    bool sharesRows(int threads) const;
    template <class F>
    void inBlocks(std::int64_t begin, std::int64_t end, std::int64_t bytes, F f) const;
    void finishBlock(const Frame& frame, const ProductTask& task, std::int64_t begin, std::int64_t end, int direct,
        int thread) const;
};

/// All heads of one attention.
class AttentionStep final : public Step
{
public:
    void run(const Frame& frame, StepState* state) const override;
    Work work() const override;
    struct Operand
    {
        Place place;
        Shape strides; // [batch, heads, row, column] in elements
    };
    Operand q, kt, v, mask, out;
    /// An operand in int8, straight from the product that makes it: [batch, heads, rows, columns] within its rows.
    struct Bytes
    {
        QuantizedRows rows;
        std::int64_t rowColumns = 1; // of `rows`
        std::int64_t offset = 0, batch = 0, head = 0, row = 0; // bytes
    };
    struct Integers
    {
        Bytes q, k, v;
        std::vector<float> outFactors; // [heads, width] smoothing of v; empty = none
    };
    std::optional<Integers> integers; // both products in int8; then q, kt, v are not read
    RowSink sink; // int8, where all heads' outputs lie side by side: rows of tokens; else no place, and `out` alone
    bool halves = false; // both products in bf16
    std::int64_t batch = 1, heads = 1, queries = 0, keys = 0, depth = 0, width = 0;
    float scale = 1;
    Place scratch; // threads x scratchFloats
    std::int64_t scratchFloats = 0;

private:
    void runBytes(const Frame& frame) const;
};

/// Any other operator.
class GeneralStep final : public Step
{
public:
    void run(const Frame& frame, StepState* state) const override;
    Work work() const override;
    std::unique_ptr<StepState> makeState() const override;
    std::unique_ptr<OpKernel> kernel;
    std::vector<Place> inputs, outputs;
    double elementsOut = 0, bytesIn = 0, bytesOut = 0;
};

/// A view made dense.
class CopyStep final : public Step
{
public:
    void run(const Frame& frame, StepState* state) const override;
    Work work() const override;
    CopyStep(const Shape& shape, const Shape& strides, std::size_t elementBytes);
    Place from, to;

private:
    StridedLoop<2> m_loop;
    std::size_t m_elementBytes;
    double m_bytes;
};

} // namespace octet::engine
