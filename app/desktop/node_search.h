// SPDX-License-Identifier: GPL-3.0-or-later
// The language of the find line: words of the name, type:MatMul, prec:bf16, lat>0.5 (ms). All must hold.
#pragma once

#include "core/graph/model.h"
#include "widgets/op_view.h"

#include <QStringList>

namespace octet::desktop {

/// Names of matching nodes in node order; empty query = none. Case is ignored.
QStringList searchNodes(const graph::Model& model, const widgets::OpViews& ops, const QString& query);

} // namespace octet::desktop
