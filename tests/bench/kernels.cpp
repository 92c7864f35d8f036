// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels alone, on this machine, one thread: every one that this CPU can run, taking turns.
//
//   bench_kernels [--runs N] [--only products|attention|rows]
//
// Products at the shapes of BERT-base and MiniLM-L6, from u8 activations to fp32 with scales, zero point and bias, the
// weights coming from beyond L2 as in a forward pass. Prints Markdown tables.
#include "core/engine/kernels/kernels.h"
#include "core/engine/cpu.h"
#include "core/engine/kernels/panels.h"
#include "core/engine/kernels/product_choice.h"
#include "core/engine/kernels/product.h"
#include "core/engine/onednn.h"
#include "core/engine/reference/reference.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <string_view>
#include <utility>

using namespace octet;
using namespace octet::engine;

namespace {

struct Contender
{
    std::string name;
    std::function<void()> run;
    std::vector<double> seconds{};
};

/// The median of each, taking turns.
void takeTurns(std::vector<Contender>& contenders, int runs)
{
    for (int run = -2; run < runs; ++run) // the first warm up
        for (Contender& c : contenders) {
            const auto start = std::chrono::steady_clock::now();
            c.run();
            const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
            if (run >= 0)
                c.seconds.push_back(time.count());
        }
    for (Contender& c : contenders)
        std::sort(c.seconds.begin(), c.seconds.end());
}

double median(const Contender& c)
{
    return c.seconds[c.seconds.size() / 2];
}

template <typename T>
std::vector<T> numbers(std::int64_t count, int low, int high)
{
    std::mt19937 random(7);
    std::vector<T> values(static_cast<std::size_t>(count));
    for (T& x : values)
        x = static_cast<T>(low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1)));
    return values;
}

/// One product: what all kernels read, and as many copies of the packed weights as do not fit into L2.
class ProductBench
{
public:
    ProductBench(std::int64_t m, std::int64_t k, std::int64_t n)
        : m_m(m)
        , m_k(k)
        , m_n(n)
        , m_copies(std::max<std::int64_t>(2, (24 << 20) / (k * n)))
        , m_a(numbers<std::uint8_t>(m * k, 0, 255))
        // Seven bits: eight would saturate without VNNI.
        , m_w(numbers<std::int8_t>(k * n, -63, 63))
        , m_sums(static_cast<std::size_t>(n))
        , m_scales(static_cast<std::size_t>(n), 1e-4f)
        , m_bias(static_cast<std::size_t>(n), 0.5f)
        , m_out(static_cast<std::size_t>(m * n))
    {
        for (std::int64_t i = 0; i < k * n; ++i)
            m_sums[static_cast<std::size_t>(i % n)] += m_w[static_cast<std::size_t>(i)];
    }

    Contender own(
        const char* name, PanelLayout layout, void (*multiply)(const ProductTask&, std::int64_t, std::int64_t))
    {
        auto packed = std::make_shared<std::vector<PanelWeights>>();
        const ByteLayout order = layout == PanelLayout::Tiles ? ByteLayout::tiles(m_k) : ByteLayout::rowByRow(m_k);
        auto a = std::make_shared<std::vector<std::uint8_t>>(static_cast<std::size_t>(order.bytes(m_m)));
        for (std::int64_t i = 0; i < m_m * m_k; ++i)
            (*a)[static_cast<std::size_t>(byteAt(order, i / m_k, i % m_k))] = m_a[static_cast<std::size_t>(i)];
        for (std::int64_t i = 0; i < m_copies; ++i)
            packed->emplace_back(m_w.data(), m_k, m_n, m_memory, layout);
        return {name, [this, packed, a, multiply] {
                    for (std::size_t i = 0; i < packed->size(); ++i) {
                        const PanelWeights& weights = (*packed)[i];
                        ProductTask task;
                        task.a = a->data(), task.rows = m_m, task.k = m_k, task.n = m_n;
                        task.panels = weights.data();
                        task.panelBytes = weights.panelBytes();
                        task.nextWeights = (*packed)[(i + 1) % packed->size()].data();
                        task.nextBytes = weights.panelBytes();
                        task.prefetchToL1 = prefetchesToL1();
                        task.scales = m_scales.data(), task.columnSums = m_sums.data(), task.bias = m_bias.data();
                        task.zeroPoint = 117;
                        task.out = m_out.data(), task.outStride = m_n;
                        multiply(task, 0, weights.panels());
                    }
                }};
    }

    Contender oneDnn()
    {
        struct State
        {
            State(std::int64_t m, std::int64_t k, std::int64_t n)
                : product(m, k, n)
            {
            }
            DnnProduct product;
            std::vector<std::unique_ptr<DnnProduct::Call, void (*)(DnnProduct::Call*)>> calls{};
            std::vector<std::int32_t> sums{};
            std::vector<char> scratch{};
        };
        auto state = std::make_shared<State>(m_m, m_k, m_n);
        for (std::int64_t i = 0; i < m_copies; ++i)
            state->calls.push_back(state->product.makeCall(state->product.pack(m_w.data())));
        state->sums.resize(m_out.size());
        state->scratch.resize(state->product.scratchBytes() + 64);
        return {"oneDNN + pass", [this, state] {
                    const Kernels& k = kernels(effectiveIsa());
                    for (auto& call : state->calls) {
                        state->product.run(*call, m_a.data(), state->sums.data(), state->scratch.data());
                        for (std::int64_t row = 0; row < m_m; ++row)
                            k.dequantize(state->sums.data() + row * m_n, m_sums.data(), m_scales.data(), m_bias.data(),
                                117, 1, m_out.data() + row * m_n, m_n);
                    }
                }};
    }

    double giga(const Contender& c) const { return 2e-9 * static_cast<double>(m_m * m_k * m_n * m_copies) / median(c); }

private:
    std::int64_t m_m, m_k, m_n, m_copies;
    std::vector<std::uint8_t> m_a;
    std::vector<std::int8_t> m_w;
    std::vector<std::int32_t> m_sums;
    std::vector<float> m_scales, m_bias, m_out;
    WeightMemory m_memory;
};

void products(int runs)
{
    const auto contenders = [&](ProductBench& bench) {
        std::vector<Contender> all;
        all.push_back(bench.oneDnn());
        if (effectiveIsa() >= Isa::Vnni)
            all.push_back(bench.own("octet:vnni", PanelLayout::Vnni, multiplyVnni));
        if (ownProduct() == ProductKernel::Amx)
            all.push_back(bench.own("octet:amx", PanelLayout::Tiles, multiplyAmx));
        return all;
    };
    fmt::print("\nu8 x s8 -> fp32, GOP/s, weights from beyond L2\n\n");
    bool titled = false;
    for (const std::int64_t m : {128, 16})
        for (const auto& [k, n] :
            {std::pair(768, 768), std::pair(768, 2304), std::pair(768, 3072), std::pair(3072, 768), std::pair(384, 384),
                std::pair(384, 1152), std::pair(384, 1536), std::pair(1536, 384)}) {
            ProductBench bench(m, k, n);
            auto all = contenders(bench);
            if (!std::exchange(titled, true)) {
                std::string names, line;
                for (const Contender& c : all)
                    names += " " + c.name + " |", line += "---|";
                fmt::print("| M x K x N |{}\n|---|{}\n", names, line);
            }
            takeTurns(all, runs);
            fmt::print("| {} x {} x {} |", m, k, n);
            for (const Contender& c : all)
                fmt::print(" {:.0f} |", bench.giga(c));
            fmt::print("\n");
            std::fflush(stdout);
        }
}

/// The twelve heads of BERT-base's attention in every precision, operands as its products leave them.
void attentions(int runs)
{
    constexpr std::int64_t heads = 12, depth = 64, row = heads * depth;
    struct Form
    {
        std::string name;
        void (*floats)(const AttentionTask&);
        void (*bytes)(const ByteAttentionTask&);
    };
    const Kernels& best = kernels(effectiveIsa());
    std::vector<Form> forms{{fmt::format("fp32 {}", best.name), best.attention, nullptr}};
    if (effectiveIsa() >= Isa::Vnni && kernelsVnni().attentionHalves)
        forms.push_back({"bf16 avx512_bf16", kernelsVnni().attentionHalves, nullptr});
    if (best.attentionHalves && best.attentionHalves != kernelsVnni().attentionHalves)
        forms.push_back({fmt::format("bf16 {}", best.halvesName), best.attentionHalves, nullptr});
    forms.push_back({fmt::format("int8 {}", best.bytesName), nullptr, best.attentionBytes});
    fmt::print("\nAttention of 12 heads, depth 64, us\n\n| queries x keys |");
    for (const Form& form : forms)
        fmt::print(" {} |", form.name);
    fmt::print("\n|---|");
    for (std::size_t i = 0; i < forms.size(); ++i)
        fmt::print("---|");
    fmt::print("\n");
    for (const std::int64_t length : {16, 128, 384, 512}) {
        std::vector<float> q(static_cast<std::size_t>(length * row)), out(q.size());
        for (std::size_t i = 0; i < q.size(); ++i)
            q[i] = std::sin(static_cast<float>(i * i % 1000));
        const auto bytes = numbers<std::uint8_t>(length * row, 0, 255);
        const auto floats = static_cast<std::size_t>(std::max({attentionScratch(length, depth, depth),
            halfAttentionScratch(length, depth, depth), byteAttentionScratch(length, depth, depth) / 4}));
        std::vector<float> scratch(floats + 16);
        void* aligned = scratch.data();
        std::size_t room = scratch.size() * sizeof(float);
        aligned = std::align(64, floats * sizeof(float), aligned, room);
        std::vector<Contender> all;
        for (const Form& form : forms)
            all.push_back({form.name, [&, form] {
                               for (std::int64_t h = 0; h < heads; ++h) {
                                   const std::int64_t at = h * depth;
                                   if (form.floats) {
                                       AttentionTask t;
                                       t.q = q.data() + at, t.qRow = row, t.kt = q.data() + at, t.ktRow = 1;
                                       t.ktColumn = row, t.v = q.data() + at, t.vRow = row;
                                       t.out = out.data() + at, t.outRow = row, t.queries = t.keys = length;
                                       t.depth = t.width = depth, t.scale = 0.125f;
                                       t.scratch = static_cast<float*>(aligned);
                                       form.floats(t);
                                   } else {
                                       ByteAttentionTask t;
                                       t.q.values = t.k.values = t.v.values = bytes.data() + at;
                                       t.q.row = t.k.row = t.v.row = row;
                                       t.q.scale = t.k.scale = t.v.scale = 0.01f;
                                       t.out = out.data() + at, t.outRow = row, t.queries = t.keys = length;
                                       t.depth = t.width = depth, t.scale = 0.125f;
                                       t.scratch = static_cast<std::byte*>(aligned);
                                       form.bytes(t);
                                   }
                               }
                           }});
        takeTurns(all, runs);
        fmt::print("| {0} x {0} |", length);
        for (const Contender& c : all)
            fmt::print(" {:.0f} |", median(c) * 1e6);
        fmt::print("\n");
    }
}

/// Rows in L1, and what the scalar reference needs for the same.
void rows(int runs)
{
    constexpr int repeats = 200;
    fmt::print("\nRow kernels, ns a row in L1\n\n| kernel | n | reference | avx2 |{}\n|---|---|---|---|{}\n",
        effectiveIsa() >= Isa::Avx512 ? " avx512 |" : "", effectiveIsa() >= Isa::Avx512 ? "---|" : "");
    const auto print = [&](const char* name, std::int64_t n, std::vector<Contender> all) {
        takeTurns(all, runs);
        fmt::print("| {} | {} |", name, n);
        for (const Contender& c : all)
            fmt::print(" {:.0f} |", median(c) * 1e9 / repeats);
        fmt::print("\n");
    };
    std::vector<const Kernels*> tables{&kernelsAvx2()};
    if (effectiveIsa() >= Isa::Avx512)
        tables.push_back(&kernelsAvx512());
    const auto repeated = [](auto f) {
        return [f] {
            for (int i = 0; i < repeats; ++i)
                f();
        };
    };
    for (const std::int64_t n : {384, 768, 1536, 3072}) {
        std::vector<float> x(static_cast<std::size_t>(n)), y(x.size()), gamma(x.size(), 1.1f), beta(x.size(), 0.1f);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = 3 * std::sin(static_cast<float>(i));
        std::vector<Contender> norms, gelus;
        norms.push_back({"reference", repeated([&] { y = reference::layerNorm(x, gamma, beta, 1e-12f); })});
        gelus.push_back({"reference", repeated([&] {
                             std::transform(
                                 x.begin(), x.end(), y.begin(), [](float v) { return reference::geluErf(v); });
                         })});
        for (const Kernels* table : tables) {
            norms.push_back({table->name, repeated([&x, &y, &gamma, &beta, n, table] {
                                 table->layerNorm(x.data(), gamma.data(), beta.data(), 1e-12f, y.data(), n);
                             })});
            // In place, as the kernel works: the copy is part of the time.
            gelus.push_back({table->name, repeated([&x, &y, n, table] {
                                 std::copy(x.begin(), x.end(), y.begin());
                                 table->geluErf(y.data(), n);
                             })});
        }
        print("layerNorm", n, std::move(norms));
        print("geluErf", n, std::move(gelus));
    }
}

} // namespace

int main(int argc, char** argv)
{
    try {
        int runs = 15;
        std::string_view only;
        for (int i = 1; i < argc; ++i) {
            const std::string_view key = argv[i];
            if (key == "--runs" && i + 1 < argc)
                runs = std::max(3, std::atoi(argv[++i]));
            else if (key == "--only" && i + 1 < argc)
                only = argv[++i];
            else
                throw Error(ErrorKind::Setting, "Usage: bench_kernels [--runs N] [--only products|attention|rows]");
        }
        omp_set_num_threads(1); // oneDNN takes its threads from here
        fmt::print("{}, {}, one thread, median of {} runs taking turns\n", machine(effectiveIsa()).cpu,
            toString(effectiveIsa()), runs);
        if (only.empty() || only == "products")
            products(runs);
        if (only.empty() || only == "attention")
            attentions(runs);
        if (only.empty() || only == "rows")
            rows(runs);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
    return 0;
}
