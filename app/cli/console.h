// SPDX-License-Identifier: GPL-3.0-or-later
// stdout carries the result and nothing else; stderr carries progress, notes and errors.
#pragma once

#include "core/values/error.h"
#include "core/values/job.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace octet::cli {

enum ExitStatus { Done = 0, Failed = 1, WrongUsage = 2, NotMet = 3, TooClose = 4, Cancelled = 130 };

/// Thrown for what the parser cannot see, such as a missing --test.
struct UsageError
{
    std::string message;
};

class Console
{
public:
    explicit Console(bool wantsJson);
    bool wantsJson() const { return m_json; }

    /// The command's result, once: `document` with --json, else `text`. Throws Error(File | Resource) when stdout takes
    /// no more.
    void result(const nlohmann::json& document, const std::string& text);
    void note(const std::string& line); // stderr
    void progress(const JobProgress& progress);
    void endProgress(); // the bar's line is done

    /// Callback for work that only knows (done, total) of its own.
    std::function<void(long, long)> step(const std::string& stage);

    /// Print and return the exit status. `partial`: what a cancelled command has to show, merged into the document.
    int fail(const Error& error);
    int fail(const Error& error, nlohmann::json partial);
    int wrongUsage(const std::string& message);

private:
    void write(const std::string& text);
    bool m_json;
    bool m_terminal;
    bool m_barShown = false;
    int m_lastTenth = -1;
    std::string m_lastStage;
    std::chrono::steady_clock::time_point m_lastBar{};
};

/// Rows as columns of equal width.
std::string table(const std::vector<std::vector<std::string>>& rows);

/// Ctrl+C sets a flag that every computation polls; a second Ctrl+C ends the program at once.
void catchInterrupts();
bool interrupted();

} // namespace octet::cli
