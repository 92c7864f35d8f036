// SPDX-License-Identifier: GPL-3.0-or-later
// One function a subcommand, each in a file of its own. They return the exit status and throw octet::Error.
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/console.h"

namespace octet::cli {

int info(const Arguments& arguments, Console& console);
int run(const Arguments& arguments, Console& console);
int evaluate(const Arguments& arguments, Console& console);
int benchmark(const Arguments& arguments, Console& console);
int calibrate(const Arguments& arguments, Console& console);
int sensitivity(const Arguments& arguments, Console& console);
int tune(const Arguments& arguments, Console& console);
int trials(const Arguments& arguments, Console& console);
int exportTrial(const Arguments& arguments, Console& console);
int check(const Arguments& arguments, Console& console);
int machine(const Arguments& arguments, Console& console);
int replay(const Arguments& arguments, Console& console);
int gate(const Arguments& arguments, Console& console);
int serve(const Arguments& arguments, Console& console);

} // namespace octet::cli
