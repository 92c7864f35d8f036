// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/sensitivity.h"

#include "core/measure/feed.h"
#include "core/measure/sample_statistics.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

namespace octet::measure {

namespace {

using quantize::Product;

constexpr std::size_t fewestMeasured = 4; // ops that get a KL although all own errors are small

/// Two largest of a row of logits.
struct Decision
{
    std::size_t winner = 0, runnerUp = 0;
};

Decision decide(std::span<const float> row)
{
    Decision d;
    d.runnerUp = row.size() > 1 ? 1 : 0;
    if (row.size() > 1 && row[1] > row[0])
        std::swap(d.winner, d.runnerUp);
    for (std::size_t i = 2; i < row.size(); ++i) {
        if (row[i] > row[d.winner]) {
            d.runnerUp = d.winner;
            d.winner = i;
        } else if (row[i] > row[d.runnerUp]) {
            d.runnerUp = i;
        }
    }
    return d;
}

std::vector<double> softmax(std::span<const float> row)
{
    const float top = *std::max_element(row.begin(), row.end());
    std::vector<double> p;
    double sum = 0;
    for (const float x : row)
        sum += p.emplace_back(std::exp(static_cast<double>(x - top)));
    for (double& x : p)
        x /= sum;
    return p;
}

/// What one config did to the outputs of some samples, against fp32.
struct Effect
{
    double kl = 0, flips = 0, marginShift = 0, drop = 0;
};

class Measurement
{
public:
    Measurement(const Context& context, const Ranges& ranges, const SensitivityOptions& options)
        : m_context(context)
        , m_ranges(ranges)
        , m_options(options)
        , m_products(quantize::products(*context.model))
        , m_all(allInt8(*context.model, m_products, options.settings))
        , m_split(context.data && context.data->size(Split::Tuning) > 0 ? Split::Tuning : Split::Calibration)
        , m_start(std::chrono::steady_clock::now())
    {
        if (!context.data || context.data->size(m_split) == 0)
            throw Error(ErrorKind::Data, "Sensitivity needs samples; give calibration or test data.");
        chooseSamples();
    }

    Sensitivity run(const Workload* workload)
    {
        m_result.settings = m_options.settings;
        m_result.samples = static_cast<long>(m_samples.size());
        ownError();
        reference();
        time(workload);
        measureCandidates();
        sort(m_result.ops);
        m_result.evaluations = static_cast<double>(m_passes) / static_cast<double>(m_context.data->size(m_split));
        m_result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
        return m_result;
    }

private:
    const std::string& nameOf(const Product& product) const
    {
        return m_context.model->nodes()[static_cast<std::size_t>(product.node)].name;
    }

    /// Evenly over the split, so that its order cannot make them one-sided.
    void chooseSamples()
    {
        const std::size_t all = m_context.data->size(m_split);
        const std::size_t wanted = std::min(all, static_cast<std::size_t>(std::max(1L, m_options.samples)));
        for (std::size_t i = 0; i < wanted; ++i)
            m_samples.push_back(all * i / wanted);
    }

    Context quiet() const
    {
        Context context = m_context;
        context.progress = {};
        return context;
    }

    void ownError()
    {
        const auto errors = ownErrors(quiet(), m_products, m_all, m_ranges);
        m_passes += 2 * static_cast<long>(samplesOfOwnError);
        for (const Product& product : m_products) {
            const auto it = errors.find(nameOf(product));
            if (it == errors.end())
                continue;
            OpSensitivity op;
            op.node = nameOf(product);
            op.ownError = it->second.both;
            op.weightError = it->second.weights;
            op.activationError = it->second.activation;
            op.inheritedError = it->second.inherited;
            op.outlierChannels = outlierChannels(product);
            m_result.ops.push_back(std::move(op));
        }
    }

    std::vector<int> outlierChannels(const Product& product) const
    {
        constexpr float factor = 8;
        if (!m_context.statistics || !product.counted())
            return {};
        const auto it = m_context.statistics->find(product.activation);
        if (it == m_context.statistics->end())
            return {};
        const std::vector<float> maxima = it->second.channelMaxima();
        const double middle = median({maxima.begin(), maxima.end()});
        std::vector<int> channels;
        for (std::size_t c = 0; c < maxima.size(); ++c)
            if (static_cast<double>(maxima[c]) > static_cast<double>(factor) * middle)
                channels.push_back(static_cast<int>(c));
        return channels;
    }

    /// Outputs of samples, [samples, classes] by their place in `only` (or the split).
    std::vector<float> outputs(const Settings& settings, const std::vector<std::size_t>* only)
    {
        const std::size_t count = only ? only->size() : m_context.data->size(m_split);
        std::vector<float> all;
        runSplit(
            quiet(), m_split, settings, m_ranges, {},
            [&](Runner& runner, const std::vector<std::size_t>& indices, int rows, int) {
                const Shape shape = runner.program().outputShape(0);
                if (shape.size() < 2 || shape[0] != rows || runner.program().outputType(0) != DType::F32
                    || shape.back() < 2 || elementCount(shape) != rows * shape.back())
                    throw Error(ErrorKind::Unsupported,
                        fmt::format("Sensitivity needs a first output of shape [batch, classes] in float32, but this "
                                    "model's is {}.",
                            toString(shape)));
                m_classes = static_cast<std::size_t>(shape.back());
                all.resize(count * m_classes);
                const auto* from = reinterpret_cast<const float*>(runner.session().output(0).data());
                for (std::size_t i = 0; i < indices.size(); ++i) {
                    const auto at = only ? static_cast<std::size_t>(
                                               std::lower_bound(only->begin(), only->end(), indices[i]) - only->begin())
                                         : indices[i];
                    std::copy_n(from + i * m_classes, m_classes, all.data() + at * m_classes);
                }
            },
            only);
        m_passes += static_cast<long>(count);
        return all;
    }

    std::span<const float> row(const std::vector<float>& outputs, std::size_t i) const
    {
        return std::span(outputs).subspan(i * m_classes, m_classes);
    }

    /// fp32 on the whole split: margins for predictions, and what the ops are compared with.
    void reference()
    {
        const std::vector<float> all = outputs({}, nullptr);
        const bool labels = m_context.data->hasLabels() && m_split == Split::Tuning;
        for (std::size_t i = 0; i < m_context.data->size(m_split); ++i) {
            const auto logits = row(all, i);
            const Decision d = decide(logits);
            const int label = labels ? m_context.data->label(m_split, i) : static_cast<int>(d.winner);
            m_result.margins.push_back({logits[d.winner] - logits[d.runnerUp], static_cast<int>(d.winner) == label,
                static_cast<int>(d.runnerUp) == label});
        }
        for (const std::size_t i : m_samples)
            m_reference.insert(m_reference.end(), row(all, i).begin(), row(all, i).end());
    }

    Effect effectOf(const Settings& settings)
    {
        const std::vector<float> mine = outputs(settings, &m_samples);
        Effect effect;
        const auto n = static_cast<double>(m_samples.size());
        for (std::size_t i = 0; i < m_samples.size(); ++i) {
            const auto before = row(m_reference, i), now = row(mine, i);
            const auto p = softmax(before), q = softmax(now);
            for (std::size_t c = 0; c < p.size(); ++c)
                effect.kl += p[c] > 0 ? p[c] * std::log(p[c] / std::max(q[c], 1e-30)) / n : 0;
            const Decision d = decide(before);
            const double shift = static_cast<double>(now[d.winner] - now[d.runnerUp])
                - static_cast<double>(before[d.winner] - before[d.runnerUp]);
            effect.marginShift += shift * shift / n;
            const std::size_t winner = decide(now).winner;
            effect.flips += (winner != d.winner) / n;
            const Margin& margin = m_result.margins[m_samples[i]];
            const bool right = m_context.data->hasLabels() && m_split == Split::Tuning
                ? static_cast<int>(winner) == m_context.data->label(m_split, m_samples[i])
                : winner == d.winner;
            effect.drop += (double(margin.winnerRight) - double(right)) / n;
        }
        effect.kl = std::max(effect.kl, 0.0);
        return effect;
    }

    /// The ops that are int8 together: attention runs in int8 only when both its products do, and what one "alone" does
    /// is what the pair does.
    std::set<std::string> together(const std::string& node) const
    {
        std::set<std::string> names{node};
        for (const Product& product : m_products)
            if (product.partner >= 0 && nameOf(product) == node)
                names.insert(m_context.model->nodes()[static_cast<std::size_t>(product.partner)].name);
        return names;
    }

    void measureCandidates()
    {
        std::vector<OpSensitivity*> order;
        for (OpSensitivity& op : m_result.ops)
            order.push_back(&op);
        std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->ownError < b->ownError; });
        std::vector<OpSensitivity*> candidates;
        for (OpSensitivity* op : order)
            if (op->ownError < m_options.filter || candidates.size() < fewestMeasured)
                candidates.push_back(op);
        std::map<std::set<std::string>, Effect> known;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            checkCancelled(m_context);
            const std::set<std::string> ops = together(candidates[i]->node);
            if (!known.contains(ops)) {
                Settings settings;
                for (const std::string& op : ops)
                    settings[op] = m_all.at(op);
                known[ops] = effectOf(settings);
            }
            const Effect& effect = known.at(ops);
            candidates[i]->kl = effect.kl;
            candidates[i]->flips = effect.flips;
            candidates[i]->marginShift = effect.marginShift;
            candidates[i]->accuracyDrop = effect.drop;
            report(m_context, static_cast<long>(i) + 1, static_cast<long>(candidates.size()));
            if (m_options.partial) {
                Sensitivity soFar = m_result;
                sort(soFar.ops);
                m_options.partial(soFar);
            }
        }
    }

    static void sort(std::vector<OpSensitivity>& ops)
    {
        std::stable_sort(ops.begin(), ops.end(), [](const OpSensitivity& a, const OpSensitivity& b) {
            if (a.kl.has_value() != b.kl.has_value())
                return a.kl.has_value();
            if (a.kl && *a.kl != *b.kl)
                return *a.kl > *b.kl;
            return a.ownError < b.ownError;
        });
    }

    void time(const Workload* workload)
    {
        if (!workload)
            return;
        Workload few = *workload;
        few.runs = 30;
        const LatencyRun run = latency(quiet(), {{"fp32", {}, {}}, {"int8", m_all, m_ranges}}, few);
        for (OpSensitivity& op : m_result.ops) {
            op.fp32Ms = msOf(run.groups[0], op.node);
            op.int8Ms = msOf(run.groups[1], op.node);
        }
    }

    static double msOf(const std::vector<GroupProfile>& groups, const std::string& node)
    {
        for (const GroupProfile& group : groups)
            if (std::find(group.nodes.begin(), group.nodes.end(), node) != group.nodes.end())
                return group.ms;
        return 0;
    }

    const Context& m_context;
    const Ranges& m_ranges;
    const SensitivityOptions& m_options;
    std::vector<Product> m_products;
    Settings m_all;
    Split m_split;
    std::chrono::steady_clock::time_point m_start;
    std::vector<std::size_t> m_samples; // ascending
    std::vector<float> m_reference; // fp32's outputs on them
    std::size_t m_classes = 0;
    long m_passes = 0; // of single samples
    Sensitivity m_result;
};

} // namespace

Settings allInt8(const graph::Model& model, const std::vector<Product>& products, OpSettings settings)
{
    settings.precision = Precision::Int8;
    Settings all;
    for (const Product& product : products)
        if (product.int8Refusal.empty())
            all[model.nodes()[static_cast<std::size_t>(product.node)].name] = quantize::realisable(product, settings);
    return all;
}

Sensitivity sensitivity(
    const Context& context, const Ranges& ranges, const SensitivityOptions& options, const Workload* workload)
{
    return Measurement(context, ranges, options).run(workload);
}

} // namespace octet::measure
