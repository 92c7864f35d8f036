// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/junit.h"

#include "core/exchange/atomic_file.h"
#include "core/exchange/markup.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::cli {

namespace {

using exchange::escaped;

std::string caseXml(const std::string& suite, const JunitCase& one)
{
    const std::string begin = fmt::format("  <testcase classname=\"{}\" name=\"{}\"", escaped(suite), escaped(one.name));
    const std::string message = escaped(one.message);
    if (one.outcome == JunitCase::Outcome::Passed)
        return fmt::format("{}>\n    <system-out>{}</system-out>\n  </testcase>\n", begin, message);
    const char* element = one.outcome == JunitCase::Outcome::Failed ? "failure" : "error";
    return fmt::format("{}>\n    <{} message=\"{}\"/>\n  </testcase>\n", begin, element, message);
}

} // namespace

void writeJunit(const std::string& path, const std::string& suite, const std::vector<JunitCase>& cases)
{
    const auto count = [&](JunitCase::Outcome outcome) { return std::ranges::count(cases, outcome, &JunitCase::outcome); };
    std::string xml = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                  "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        escaped(suite), cases.size(), count(JunitCase::Outcome::Failed), count(JunitCase::Outcome::Error));
    for (const JunitCase& one : cases)
        xml += caseXml(suite, one);
    exchange::writeAtomically(path, xml + "</testsuite>\n");
}

} // namespace octet::cli
