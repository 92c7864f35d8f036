// SPDX-License-Identifier: GPL-3.0-or-later
// The language of the find line. Terms stand apart by spaces and all must hold; a minus before one turns it round.
//   attention/output       part of the name
//   type:MatMul            op type
//   prec:int8|bf16|fp32    precision of a product, of what is shown
//   time>0.1, lat<2        ms of the fused group (>, <, >=, <=)
//   sens>0.01, own>0.05    KL at the output, own error over output (rms); ops that were not measured match neither way
//   state:locked|out|refused|differs   locked; kept out of int8; has a reason; differs from the compared trial
#pragma once

#include "core/graph/model.h"
#include "widgets/op_view.h"

#include <QStringList>

namespace octet::desktop {

/// Names of matching nodes in node order; empty query = none. Case is ignored. A term that says nothing yet ("type:",
/// "time>") is passed over while it is being typed; one that cannot be understood ("time>soon") matches nothing.
QStringList searchNodes(const graph::Model& model, const widgets::OpViews& ops, const QString& query);

} // namespace octet::desktop
