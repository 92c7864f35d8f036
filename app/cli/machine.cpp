// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/shared.h"
#include "core/engine/capability.h"
#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace octet::cli {

namespace {

std::string sentence(const Capability& machine, const std::string& cap)
{
    std::string text = fmt::format("{}, {} cores, {} logical CPUs{}\n", machine.machine.cpu, machine.machine.cores,
        machine.logicalCpus, machine.virtualMachine ? ", a virtual machine" : "");
    std::vector<std::vector<std::string>> rows;
    for (const CpuFeature& feature : machine.features)
        rows.push_back({feature.name, feature.has ? "yes" : "no", feature.use});
    for (const CpuCache& cache : machine.caches)
        rows.push_back({cache.name, fmt::format("{} KiB", cache.bytes / 1024),
            cache.sharedBy > 1 ? fmt::format("shared by {} logical CPUs", cache.sharedBy) : ""});
    text += table(rows);
    for (const CapFacts& facts : machine.caps) {
        if (facts.cap != cap)
            continue;
        text += fmt::format("\nUp to {}:\n", cap);
        rows = {{"work", "asked", "runs in", "ISA", "kernel", ""}};
        for (const KernelFact& fact : facts.kernels)
            rows.push_back({fact.work, toString(fact.asked), toString(fact.executed), fact.isa, fact.kernel, fact.reason});
        text += table(rows);
    }
    return text;
}

} // namespace

int machine(const Arguments& arguments, Console& console)
{
    const Capability found = engine::capability();
    const std::string cap = arguments.isa.empty() ? found.machine.isa : engine::toString(engine::isaFromString(arguments.isa));
    console.result(toJson(found), sentence(found, cap));
    return Done;
}

} // namespace octet::cli
