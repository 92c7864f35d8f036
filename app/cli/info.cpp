// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/shared.h"
#include "core/engine/program.h"
#include "core/graph/structure.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace octet::cli {

using nlohmann::json;

namespace {

json shapeJson(const graph::ValueInfo& value)
{
    if (!value.hasShape)
        return nullptr;
    json shape = json::array();
    for (const graph::Dim& dim : value.shape) {
        if (dim.value >= 0)
            shape.push_back(dim.value);
        else if (!dim.name.empty())
            shape.push_back(dim.name);
        else
            shape.push_back(nullptr);
    }
    return shape;
}

json valuesJson(const std::vector<graph::ValueInfo>& values)
{
    json list = json::array();
    for (const auto& value : values)
        list.push_back({{"name", value.name}, {"dtype", toString(value.type)}, {"shape", shapeJson(value)}});
    return list;
}

json quantizableJson(const graph::Model& model)
{
    json list = json::array();
    for (const quantize::Product& product : quantize::products(model)) {
        json entry = {{"node", model.nodes()[static_cast<std::size_t>(product.node)].name},
            {"kind", toString(product.kind)}, {"counted", product.counted()}, {"int8", product.int8Refusal.empty()},
            {"bf16", product.bf16Refusal.empty()}};
        if (product.counted())
            entry.update({{"k", product.k}, {"n", product.n}});
        if (!product.int8Refusal.empty())
            entry["int8_refusal"] = product.int8Refusal;
        if (!product.bf16Refusal.empty())
            entry["bf16_refusal"] = product.bf16Refusal;
        list.push_back(std::move(entry));
    }
    return list;
}

json blocksJson(const graph::Structure& structure)
{
    json list = json::array();
    if (structure.boxes.empty())
        return list;
    for (const int child : structure.boxes.front().children) {
        const graph::Box& box = structure.boxes[static_cast<std::size_t>(child)];
        if (!box.plumbing)
            list.push_back({{"title", box.title}, {"path", box.path}, {"nodes", box.nodes.size()}});
    }
    return list;
}

std::string sentence(const json& document)
{
    const json& model = document["model"];
    int int8 = 0, counted = 0;
    for (const json& product : document["quantizable"]) {
        if (!product["counted"].get<bool>())
            continue;
        ++counted;
        int8 += product["int8"].get<bool>() ? 1 : 0;
    }
    std::string text =
        fmt::format("{}\n{} nodes, opset {}, {:.1f} MB of weights, by {}\n", model["path"].get<std::string>(),
            model["nodes"].get<long>(), model["opset"].get<long>(), model["weight_bytes"].get<double>() / 1e6,
            model["producer"].get_ref<const std::string&>().empty() ? "an unnamed tool"
                                                                    : model["producer"].get<std::string>());
    std::vector<std::vector<std::string>> rows;
    for (const char* side : {"inputs", "outputs"})
        for (const json& value : document[side])
            rows.push_back({std::string(side).substr(0, std::string(side).size() - 1), value["name"], value["dtype"],
                value["shape"].is_null() ? "any shape" : value["shape"].dump()});
    text += table(rows);
    text += fmt::format("{} of {} products with weights can run in int8.\n", int8, counted);
    if (const std::string note = graph::fixtureNote(model["path"].get<std::string>()); !note.empty())
        text += note + "\n";
    text += fmt::format("{} blocks:", document["blocks"].size());
    for (const json& block : document["blocks"])
        text += " " + block["title"].get<std::string>() + ",";
    text.back() = '\n';
    if (!document["quantized"].is_null())
        text += fmt::format("Already quantized ({}): {} products in int8\n", document["quantized"]["form"].get<std::string>(),
            document["quantized"]["products"].get<int>());
    for (const json& node : document["unsupported"])
        text += fmt::format("Cannot run: {} ({}): {}\n", node["node"].get<std::string>(),
            node["op_type"].get<std::string>(), node["reason"].get<std::string>());
    return text;
}

} // namespace

int info(const Arguments& arguments, Console& console)
{
    const quantize::Opened opened = quantize::open(arguments.model);
    const auto& model = opened.model;
    json types = json::object();
    for (const graph::Node& node : model->nodes())
        types[node.opType] = types.value(node.opType, 0) + 1;
    json unsupported = json::array();
    for (const auto& node : engine::unsupportedNodes(*model))
        unsupported.push_back({{"node", node.node}, {"op_type", node.opType}, {"reason", node.reason}});
    const json document = {
        {"model",
            {{"path", model->path()}, {"sha256", model->hash()}, {"ir_version", model->irVersion()},
                {"opset", model->opset()}, {"opsets", model->opsets()}, {"producer", model->producer()},
                {"nodes", model->nodes().size()}, {"weight_bytes", model->weightBytes()}}},
        {"inputs", valuesJson(model->inputs())}, {"outputs", valuesJson(model->outputs())},
        {"op_types", std::move(types)}, {"quantizable", quantizableJson(*model)},
        {"quantized",
            opened.wasQuantized
                ? json{{"form", opened.form}, {"products", opened.products}, {"notes", opened.notes}}
                : json()},
        {"unsupported", std::move(unsupported)}, {"blocks", blocksJson(graph::structure(*model))}};
    console.result(document, sentence(document));
    return Done;
}

} // namespace octet::cli
