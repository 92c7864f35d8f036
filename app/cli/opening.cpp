// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/opening.h"

namespace octet::cli {

namespace {

DataSpec specUnderCap(const Arguments& arguments)
{
    capIsa(arguments);
    return dataSpec(arguments);
}

std::shared_ptr<const graph::Model> checked(
    std::shared_ptr<const graph::Model> model, const std::function<void(const graph::Model&)>& check)
{
    if (check)
        check(*model);
    return model;
}

} // namespace

Opening::Opening(
    const Arguments& arguments, Console& console, const std::function<void(const graph::Model&)>& check)
    : spec(specUnderCap(arguments))
    , opened(openModel(arguments, console))
    , model(checked(opened.model, check))
    , project(arguments, *model)
    , data(data::open(spec, *model))
{
}

} // namespace octet::cli
