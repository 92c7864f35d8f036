// SPDX-License-Identifier: GPL-3.0-or-later
// A result as JUnit XML, the form that CI servers draw.
#pragma once

#include <string>
#include <vector>

namespace octet::cli {

struct JunitCase
{
    enum class Outcome { Passed, Failed, Error };
    std::string name;
    Outcome outcome = Outcome::Passed;
    std::string message; // what was found
};

/// Errors: as atomic_file.h.
void writeJunit(const std::string& path, const std::string& suite, const std::vector<JunitCase>& cases);

} // namespace octet::cli
