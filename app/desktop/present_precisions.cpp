// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/present_precisions.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"
#include "core/quantize/transitions.h"
#include "core/tune/frontier.h"

#include <QCoreApplication>
#include <QLocale>

namespace octet::desktop {

namespace {

using quantize::TransitionCell;
using quantize::TransitionMatrix;
using words::q;

QString tr(const char* text)
{
    return QCoreApplication::translate("Precisions", text);
}

QString kindName(const std::string& kind)
{
    return kind == "Scores" ? tr("Attention scores") : kind == "Context" ? tr("Attention context") : q(kind);
}

/// The trial that the graph shows, null = the draft.
const Trial* shownTrial(const Document& document)
{
    const Selection& selection = *document.selection();
    return selection.showsDraft() ? nullptr : document.trial(selection.trial());
}

/// The newest finished trial of these settings and this workload.
const Trial* measuredAs(const Document& document, const Settings& settings, const PrecisionCounts& counts)
{
    for (auto trial = document.trials().rbegin(); trial != document.trials().rend(); ++trial)
        if (trial->state == TrialState::Done && !trial->groups.empty() && trial->workload == document.workload()
            && trial->counts == counts && document.resolutionOf(*trial).settings() == settings)
            return &*trial;
    return nullptr;
}

/// As planned; of a trial that has run, as it ran.
std::vector<Precision> precisionsOf(const quantize::Resolution& resolution, const Trial* ran)
{
    std::map<std::string, Precision> executed;
    if (ran)
        for (const GroupProfile& group : ran->groups)
            for (const std::string& node : group.nodes)
                executed[node] = group.executed;
    std::vector<Precision> result;
    for (const quantize::ResolvedOp& op : resolution.ops) {
        const auto it = executed.find(op.name);
        result.push_back(it == executed.end() ? op.settings.precision : it->second);
    }
    return result;
}

QStringList namesOf(const Document& document, const std::vector<int>& nodes)
{
    QStringList names;
    for (const int node : nodes)
        names << document.loaded().nodeNames.value(node);
    return names;
}

QString megabytes(double bytes)
{
    return words::fileSize(static_cast<long long>(bytes));
}

QString precisionWord(std::size_t index)
{
    return q(toString(static_cast<Precision>(index)));
}

widgets::PrecisionCell cellOf(
    const Document& document, const TransitionCell& cell, const QString& noun, std::size_t from, std::size_t to)
{
    widgets::PrecisionCell shown;
    shown.edges = cell.edges;
    shown.nodes = namesOf(document, cell.nodes);
    if (cell.unsized < cell.edges)
        shown.size = cell.unsized > 0
            ? tr("over %1 per %2").arg(megabytes(cell.bytes), noun)
            : tr("%1 per %2").arg(megabytes(cell.bytes), noun);
    if (cell.ms && cell.steps > 0)
        shown.time = tr("%1 ms, %2").arg(words::ms(*cell.ms), words::count(cell.steps, tr("step")));
    else if (cell.ms && cell.edges > 0 && from != to)
        shown.time = tr("no step of its own");
    shown.tip = tr("Made in %1, read in %2. Selects the %3 that make and read these values.")
                    .arg(precisionWord(from), precisionWord(to), words::count(long(cell.nodes.size()), tr("product")));
    if (cell.unsized > 0)
        shown.tip += QLatin1Char(' ') + tr("The size of %1 is not known.").arg(words::count(cell.unsized, tr("value")));
    return shown;
}

QString costs(const TransitionMatrix& matrix, const Trial& measured, const QString& noun)
{
    double ms = matrix.otherMs.value_or(0);
    int steps = 0;
    for (const auto& row : matrix.cells)
        for (const TransitionCell& cell : row)
            ms += cell.ms.value_or(0), steps += cell.steps;
    QString text = tr("Trial %1: changing the form of values takes %2 ms per %3 in steps of its own").arg(measured.id)
                       .arg(words::ms(ms), noun);
    if (measured.latency.p50 > 0)
        text += tr(" (p50 is %1 ms)").arg(words::ms(measured.latency.p50));
    text += tr("; other values are converted inside the kernel that makes or reads them.");
    if (matrix.otherMs.value_or(0) > 0.0005)
        text += tr(" %1 ms of it belong to no product.").arg(words::ms(*matrix.otherMs));
    return text;
}

} // namespace

widgets::PrecisionContent presentPrecisions(const Document& document)
{
    widgets::PrecisionContent content;
    if (!document.hasModel()) {
        content.emptyText = document.isOpen() ? document.reviewReason() : tr("Open a model first.");
        return content;
    }
    const std::vector<quantize::Product>& products = document.loaded().products;
    const Trial* shown = shownTrial(document);
    const quantize::Resolution resolution = shown ? document.resolve(shown->config) : document.resolution();
    const Trial* measured = shown && !shown->groups.empty() ? shown
        : shown                                            ? nullptr
                    : measuredAs(document, resolution.settings(), resolution.counts());
    const Trial* fp32 = tune::fp32Baseline(document.trials());

    quantize::TransitionInput input;
    input.precisions = precisionsOf(resolution, measured);
    for (const quantize::ResolvedOp& op : resolution.ops)
        input.names.push_back(op.name);
    if (fp32)
        input.sizes = &fp32->groups, input.sizesBatch = fp32->workload.batch;
    if (measured)
        input.profile = &measured->groups, input.profileBatch = measured->workload.batch;
    const TransitionMatrix matrix =
        quantize::transitionMatrix(quantize::transitions(document.model(), products), products, input);

    const QString noun = words::sampleNoun(document.data()->spec());
    for (std::size_t from = 0; from < 3; ++from)
        for (std::size_t to = 0; to < 3; ++to)
            content.cells[from][to] = cellOf(document, matrix.cells[from][to], noun, from, to);
    for (const quantize::KindCounts& counts : quantize::countsByKind(products, input.precisions)) {
        widgets::PrecisionKind kind;
        kind.kind = kindName(counts.kind);
        for (std::size_t i = 0; i < 3; ++i)
            kind.nodes[i] = namesOf(document, counts.nodes[i]);
        content.kinds << kind;
    }
    QStringList notes;
    notes << (shown ? tr("What trial %1 ran.").arg(shown->id) : tr("The draft as planned."));
    notes << (measured ? costs(matrix, *measured, noun)
            : shown    ? tr("It has no profile, so costs are not known.")
                       : tr("These settings are not measured with this workload, so costs are not known (F9 measures)."));
    if (!fp32 || fp32->groups.empty())
        notes << tr("Sizes come with the baseline (F5).");
    else if (fp32->workload.length == 0 && document.data()->spec().kind == DataKind::Text)
        notes << tr("Sizes are those of the median length.");
    notes << tr("A value counts from the product that made it, through bias, add, norm and GELU, to the one that reads it.");
    content.note = notes.join(QLatin1Char(' '));
    return content;
}

} // namespace octet::desktop
