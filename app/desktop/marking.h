// SPDX-License-Identifier: GPL-3.0-or-later
// Marks on ops: from a selection of nodes and a wish to a new draft, or to the reason why not.
#pragma once

#include "core/quantize/resolve.h"

#include <QString>
#include <QStringList>

#include <optional>

namespace octet::desktop {

class Document;

namespace marking {

struct Mark
{
    Config draft;
    QString text; // "Set 12 ops to INT8"
    QString refusal; // nothing to do, and why; empty = draft and text are valid
    bool ofOps = false; // else of the draft as a whole
    QString note; // done, but: "2 of 14 stay as they are: ..."
};

/// The products among `nodes`; a box gives all of its nodes.
std::vector<const quantize::ResolvedOp*> products(const quantize::Resolution& resolution, const QStringList& nodes);

/// Empty precision = inherit from the weaker levels.
Mark mark(const Document& document, const QStringList& nodes, std::optional<Precision> precision);
Mark lock(const Document& document, const QStringList& nodes, bool locked);
Mark markOpType(const Document& document, const QString& opType, Precision precision);
Mark markPattern(const Document& document, const QString& pattern, Precision precision);

struct Everywhere
{
    QStringList nodes; // the given ones and their counterparts, in node order
    QString refusal; // there are none, and why
};
/// "Same op in all layers": the counterparts of `nodes` in the other layers.
Everywhere inAllLayers(const Document& document, const QStringList& nodes);

/// Pushes the mark on the undo stack, or shows why not; says so when a part was left out. Returns whether it was done.
bool apply(Document* document, const Mark& mark);

} // namespace marking
} // namespace octet::desktop
