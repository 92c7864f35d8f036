// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include <fmt/format.h>

#include <map>
#include <new>

namespace octet::cli {

namespace {

int dispatch(const Arguments& arguments, Console& console)
{
    static const std::map<std::string, int (*)(const Arguments&, Console&)> commands{
        {"info", info},
        {"run", run},
        {"evaluate", evaluate},
        {"benchmark", benchmark},
        {"calibrate", calibrate},
        {"tune", tune},
        {"trials", trials},
        {"export", exportTrial},
        {"check", check},
        {"machine", machine},
        {"replay", replay},
        {"serve", serve},
        {"sensitivity", sensitivity},
        {"gate", gate},
    };
    return commands.at(arguments.command)(arguments, console);
}

} // namespace

int start(int argc, char** argv)
{
    const Parsed parsed = parse(argc, argv);
    if (!parsed.arguments)
        return parsed.status;
    catchInterrupts();
    Console console(parsed.arguments->json);
    try {
        return dispatch(*parsed.arguments, console);
    } catch (const UsageError& error) {
        return console.wrongUsage(error.message);
    } catch (const Error& error) {
        return console.fail(error);
    } catch (const std::bad_alloc&) {
        return console.fail(
            Error(ErrorKind::Resource, "Not enough memory; close other programs, or use a smaller --batch-size."));
    } catch (const std::exception& error) {
        return console.fail(
            Error(ErrorKind::Internal, fmt::format("Something unexpected went wrong: {}.", error.what())));
    }
}

} // namespace octet::cli

int main(int argc, char** argv)
{
    return octet::cli::start(argc, argv);
}
