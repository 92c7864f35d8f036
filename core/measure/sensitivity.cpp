// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/sensitivity.h"

#include "core/measure/feed.h"
#include "core/measure/output_effect.h"
#include "core/measure/ranking_samples.h"
#include "core/measure/sample_statistics.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace octet::measure {

namespace {

using quantize::Product;

constexpr std::size_t fewestMeasured = 4; // ops that get a KL although all own errors are small

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
    }

    Sensitivity run(const Workload* workload)
    {
        m_result.settings = m_options.settings;
        ownError();
        reference();
        m_result.samples = static_cast<long>(m_samples.size());
        time(workload);
        measureCandidates();
        sort(m_result.ops);
        m_result.evaluations = static_cast<double>(m_passes) / static_cast<double>(m_context.data->size(m_split));
        m_result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
        return m_result;
    }

private:
    using Outputs = std::vector<std::vector<float>>; // a sample's rows of classes, one but of tokens

    const std::string& nameOf(const Product& product) const
    {
        return m_context.model->nodes()[static_cast<std::size_t>(product.node)].name;
    }

    void chooseSamples(const Outputs& all)
    {
        const auto wanted = static_cast<std::size_t>(std::max(1L, m_options.samples));
        std::vector<RankingSample> chosen;
        if (m_result.margins.empty()) {
            chosen = evenSamples(all.size(), wanted);
        } else {
            std::vector<float> margins;
            for (std::size_t i = 0; i < all.size(); ++i)
                margins.push_back(leastMargin(i));
            chosen = samplesByMargin(margins, wanted);
        }
        for (const RankingSample& c : chosen) {
            m_samples.push_back(c.sample);
            m_weights.push_back(c.weight);
            m_reference.push_back(all[c.sample]);
        }
    }

    /// Of the sample's rows; those without any come last.
    float leastMargin(std::size_t sample) const
    {
        const std::size_t end =
            sample + 1 < m_firstMargin.size() ? m_firstMargin[sample + 1] : m_result.margins.size();
        float least = std::numeric_limits<float>::max();
        for (std::size_t i = m_firstMargin[sample]; i < end; ++i)
            least = std::min(least, m_result.margins[i].value);
        return least;
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

    /// By their place in `only` (or the split).
    Outputs outputs(const Settings& settings, const std::vector<std::size_t>* only)
    {
        const std::size_t count = only ? only->size() : m_context.data->size(m_split);
        Outputs all(count);
        runSplit(
            quiet(), m_split, settings, m_ranges, {},
            [&](Runner& runner, const std::vector<std::size_t>& indices, int rows, int) {
                const Shape shape = runner.program().outputShape(0);
                if ((shape.size() != 2 && shape.size() != 3) || shape[0] != rows || shape.back() < 1
                    || runner.program().outputType(0) != DType::F32)
                    throw Error(ErrorKind::Unsupported,
                        fmt::format("Sensitivity needs a first output of shape [batch, classes] or [batch, tokens, classes] "
                                    "in float32, but this model's is {}.",
                            toString(shape)));
                m_classes = static_cast<std::size_t>(shape.back());
                const std::size_t perSample = shape.size() == 3 ? static_cast<std::size_t>(shape[1]) : 1;
                const auto* from = reinterpret_cast<const float*>(runner.session().output(0).data());
                for (std::size_t i = 0; i < indices.size(); ++i) {
                    const auto at = only ? static_cast<std::size_t>(
                                               std::lower_bound(only->begin(), only->end(), indices[i]) - only->begin())
                                         : indices[i];
                    for (const std::size_t row : rowsOf(indices[i], shape.size() == 3 ? perSample : 0)) {
                        const float* first = from + (i * perSample + row) * m_classes;
                        all[at].insert(all[at].end(), first, first + m_classes);
                    }
                }
            },
            only);
        m_passes += static_cast<long>(count);
        return all;
    }

    bool labelled(LabelKind kind) const { return m_split == Split::Tuning && m_context.data->labelKind() == kind; }

    /// Those that count: of tokens neither padding nor what has no label; `tokens` 0 = the only one.
    std::vector<std::size_t> rowsOf(std::size_t sample, std::size_t tokens) const
    {
        if (tokens == 0)
            return {0};
        const int length = m_context.data->length(m_split, sample);
        const bool byLabel = labelled(LabelKind::Tokens);
        const std::vector<int> labels = byLabel ? m_context.data->tokenLabels(m_split, sample) : std::vector<int>();
        std::vector<std::size_t> rows;
        for (std::size_t t = 0; t < tokens && (length == 0 || t < static_cast<std::size_t>(length)); ++t)
            if (!byLabel || (t < labels.size() && labels[t] != ignoredLabel))
                rows.push_back(t);
        return rows;
    }

    /// A label for each of those rows; empty without.
    std::vector<int> labelsOf(std::size_t sample) const
    {
        if (labelled(LabelKind::Classes))
            return {m_context.data->label(m_split, sample)};
        std::vector<int> labels;
        if (labelled(LabelKind::Tokens))
            labels = m_context.data->tokenLabels(m_split, sample);
        std::erase(labels, ignoredLabel);
        return labels;
    }

    std::span<const float> row(const std::vector<float>& sample, std::size_t i) const
    {
        return std::span(sample).subspan(i * m_classes, m_classes);
    }

    /// fp32 on the whole split: margins for predictions, and what the ops are compared with.
    void reference()
    {
        const Outputs all = outputs({}, nullptr);
        double sum = 0, squares = 0, count = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            m_firstMargin.push_back(m_result.margins.size());
            const std::vector<int> labels = labelsOf(i);
            for (std::size_t r = 0; r * m_classes < all[i].size(); ++r) {
                const auto logits = row(all[i], r);
                if (m_classes == 1) { // a number: there is no answer that could change
                    sum += logits[0], squares += static_cast<double>(logits[0]) * logits[0], ++count;
                    continue;
                }
                const Decision d = decide(logits);
                const int label = r < labels.size() ? labels[r] : static_cast<int>(d.winner);
                m_result.margins.push_back({logits[d.winner] - logits[d.runnerUp], static_cast<int>(d.winner) == label,
                    static_cast<int>(d.runnerUp) == label});
            }
        }
        if (count > 0)
            m_variance = std::max(squares / count - sum / count * (sum / count), 1e-30);
        chooseSamples(all);
    }

    OutputEffect effectOf(const Settings& settings)
    {
        const Outputs mine = outputs(settings, &m_samples);
        OutputEffect sum;
        double rows = 0;
        for (std::size_t i = 0; i < m_samples.size(); ++i) {
            const std::vector<int> labels = labelsOf(m_samples[i]);
            OutputEffect effect;
            for (std::size_t r = 0; r * m_classes < mine[i].size(); ++r, rows += m_weights[i]) {
                if (m_classes == 1) {
                    const double change = static_cast<double>(mine[i][r]) - m_reference[i][r];
                    effect.kl += change * change / m_variance;
                } else {
                    const Margin& margin = m_result.margins[m_firstMargin[m_samples[i]] + r];
                    effect.addRow(row(m_reference[i], r), row(mine[i], r), margin, r < labels.size() ? labels[r] : -1);
                }
            }
            sum.add(effect, m_weights[i]);
        }
        OutputEffect mean;
        mean.add(sum, 1 / std::max(rows, 1.0));
        mean.kl = std::max(mean.kl, 0.0);
        return mean;
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
        std::map<std::set<std::string>, OutputEffect> known;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            checkCancelled(m_context);
            const std::set<std::string> ops = together(candidates[i]->node);
            if (!known.contains(ops)) {
                Settings settings;
                for (const std::string& op : ops)
                    settings[op] = m_all.at(op);
                known[ops] = effectOf(settings);
            }
            const OutputEffect& effect = known.at(ops);
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
    std::vector<double> m_weights; // of each: how many samples of the split it stands for
    Outputs m_reference; // of fp32 on them
    std::vector<std::size_t> m_firstMargin; // by sample of the split
    double m_variance = 1; // of fp32's output where that is one number
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
