// SPDX-License-Identifier: GPL-3.0-or-later
// How much every step does, for the profile: what a perfect kernel could not leave out.
#include "core/engine/steps/rows.h"

#include <algorithm>

namespace octet::engine {

namespace {

double count(std::int64_t a, std::int64_t b)
{
    return static_cast<double>(a) * static_cast<double>(b);
}

/// Operations a value by a transcendental or a norm, by convention: close to what the polynomials here need.
constexpr double activationOps = 12, normOps = 7, quantizeOps = 3;

Work sinkWork(const RowSink& sink)
{
    const double values = count(sink.rows.rows, sink.rows.columns);
    Work work;
    work.written = sink.wanted ? 4 * values : 0;
    for (const QuantizedRows& q : sink.quantized) {
        const double bytes = count(sink.rows.rows, q.endColumn - q.firstColumn);
        work.written += bytes;
        work.operations += quantizeOps * bytes;
    }
    return work;
}

void add(Work& to, const Work& other)
{
    to.operations += other.operations, to.read += other.read, to.written += other.written;
}

} // namespace

Work RowStep::work() const
{
    const double values = count(input.rows, input.columns);
    Work work{0, 4 * values, 0};
    if (activation != Activation::None)
        work.operations += activationOps * values;
    if (norm)
        work.operations += normOps * values, work.read += 8 * static_cast<double>(input.columns);
    add(work, sinkWork(sink));
    return work;
}

Work EmbeddingStep::work() const
{
    const double values = count(sink.rows.rows, sink.rows.columns);
    Work work{(normOps + static_cast<double>(terms.size() - 1)) * values, 8 * static_cast<double>(sink.rows.columns), 0};
    for (const Term& term : terms) // of a table only the rows that are looked up
        work.read += term.ids.none() ? 4 * count(term.rows.rows, term.rows.columns)
                                     : count(term.idCount, 4 * term.rows.columns + (term.wide ? 8 : 4));
    add(work, sinkWork(sink));
    return work;
}

Work PatchStep::work() const
{
    // Patches that overlap read their picture once; others may leave parts of it out.
    const double patches = count(sink.rows.rows, sink.rows.columns);
    Work work{0, 4 * std::min(patches, static_cast<double>(elementCount(imageShape))), 0};
    add(work, sinkWork(sink));
    return work;
}

Work ProductStep::work() const
{
    const double values = count(rows, columns), inputs = count(rows, depth);
    Work work{2 * values * static_cast<double>(depth), static_cast<double>(weight->bytes), 0};
    work.read += integer ? inputs : 4 * inputs;
    if (!bias.none() || !correctedBias.empty())
        work.operations += values, work.read += 4 * static_cast<double>(columns);
    if (activation != Activation::None)
        work.operations += activationOps * values;
    if (!residual.place.none())
        work.operations += values, work.read += 4 * values;
    add(work, sinkWork(sum));
    if (norm) {
        work.operations += normOps * values, work.read += 8 * static_cast<double>(columns);
        add(work, sinkWork(normed));
    }
    return work;
}

Work AttentionStep::work() const
{
    const double pairs = count(batch * heads, queries) * static_cast<double>(keys);
    const double in = static_cast<double>(batch * heads) * static_cast<double>(queries * depth + keys * (depth + width));
    Work work{2 * pairs * static_cast<double>(depth + width) + activationOps * pairs, integers ? in : 4 * in, 0};
    if (sink.rows.place.none())
        work.written = 4 * count(batch * heads, queries) * static_cast<double>(width);
    else
        add(work, sinkWork(sink));
    return work;
}

Work GeneralStep::work() const
{
    return {elementsOut, bytesIn, bytesOut}; // one operation a result: the least there can be
}

Work CopyStep::work() const
{
    return {0, m_bytes, m_bytes};
}

} // namespace octet::engine
