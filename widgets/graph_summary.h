// SPDX-License-Identifier: GPL-3.0-or-later
// What one box of the graph or one row of the tree says about all ops below it.
#pragma once

#include "core/graph/structure.h"
#include "core/values/trial.h"
#include "widgets/op_view.h"

#include <QStringList>

#include <vector>

namespace octet::widgets {

struct BoxSummary
{
    PrecisionCounts counted; // weight products
    PrecisionCounts uncounted; // QK^T and PV
    double ms = -1; // sum of the fused groups whose main node is below; < 0 = not measured
    double sensitivity = -1; // of the most sensitive op below; < 0 = not measured
    double ownError = -1; // likewise
    bool keptOut = false; // there is a product, and every product was kept out of int8
    bool differs = false; // some op below does
    int differing = 0; // products that do
    QString reason; // the one reason all products below share; empty = none or several
    int executedWith = -1; // node whose group ran everything measured here; -1 = own groups, or nothing measured
    bool operator==(const BoxSummary&) const = default;

    int products() const; // counted or not
    bool hasProducts() const { return products() > 0; }
    /// Of the counted products, of the others when nothing is counted; fp32 wins over bf16 over int8 when equal.
    Precision majority() const;
    /// The counts that the badge and the stripe show.
    const PrecisionCounts& shown() const;
};

/// By box index. `nodeNames` are the ONNX names by node index, the keys of `ops`.
std::vector<BoxSummary> summarise(const graph::Structure& structure, const QStringList& nodeNames, const OpViews& ops);

/// Counted products by precision: the legend's "32 of 38 products int8".
PrecisionCounts countProducts(const OpViews& ops);

/// "0.36 ms", "0.075 ms", "12.4 ms": two or three digits that mean something.
QString formatMs(double ms);

} // namespace octet::widgets
