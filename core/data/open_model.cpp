// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/signature.h"

namespace octet::data {

Signature signatureOf(const graph::Model& model)
{
    return {foldersOf(model.path()), model.inputs(), model.outputs()};
}

std::shared_ptr<const Dataset> open(const DataSpec& spec, const graph::Model& model)
{
    return open(spec, signatureOf(model));
}

DataSpec discover(const std::string& folder, const graph::Model& model)
{
    return discover(folder, signatureOf(model));
}

} // namespace octet::data
