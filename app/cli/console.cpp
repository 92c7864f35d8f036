// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"

#include "core/values/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace octet::cli {

using nlohmann::json;

namespace {

volatile std::sig_atomic_t interruptFlag = 0;

std::string timeLeft(double seconds)
{
    if (seconds < 0)
        return "";
    const auto whole = static_cast<long>(seconds + 0.5);
    if (whole < 60)
        return fmt::format("{} s left", whole);
    return fmt::format("{} min {:02} s left", whole / 60, whole % 60);
}

/// Columns on a terminal; a character of UTF-8 counts once.
std::size_t width(const std::string& text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

} // namespace

void catchInterrupts()
{
    std::signal(SIGPIPE, SIG_IGN);
    struct sigaction action
    {
    };
    action.sa_handler = [](int) { interruptFlag = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

bool interrupted()
{
    return interruptFlag != 0;
}

Console::Console(bool wantsJson)
    : m_json(wantsJson)
    , m_terminal(::isatty(STDERR_FILENO) != 0)
{
}

void Console::write(const std::string& text)
{
    errno = 0;
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (written)
        return;
    const int error = errno;
    std::clearerr(stdout);
    throw Error(error == ENOSPC ? ErrorKind::Resource : ErrorKind::File,
        fmt::format("Cannot write the result to standard output: {}.", std::strerror(error)));
}

void Console::result(const json& document, const std::string& text)
{
    endProgress();
    std::string output = m_json ? document.dump(2, ' ', false, json::error_handler_t::replace) : text;
    if (!output.ends_with('\n'))
        output += '\n';
    write(output);
}

void Console::note(const std::string& line)
{
    endProgress();
    fmt::print(stderr, "{}\n", line);
}

void Console::endProgress()
{
    if (m_barShown)
        std::fputs("\r\033[K", stderr);
    m_barShown = false;
}

void Console::progress(const JobProgress& progress)
{
    const double share = std::clamp(progress.overall, 0.0, 1.0);
    if (m_terminal) {
        const auto now = std::chrono::steady_clock::now();
        if (m_barShown && now - m_lastBar < std::chrono::milliseconds(100) && share < 1)
            return;
        m_lastBar = now;
        const auto filled = static_cast<std::size_t>(share * 24);
        fmt::print(stderr, "\r\033[K{:>3.0f} % [{}{}] {}  {}", share * 100, std::string(filled, '#'),
            std::string(24 - filled, '.'), progress.stage, timeLeft(progress.secondsLeft));
        std::fflush(stderr);
        m_barShown = true;
        return;
    }
    const int tenth = static_cast<int>(share * 10 + 1e-9);
    if (tenth == m_lastTenth)
        return;
    m_lastTenth = tenth;
    const std::string left = timeLeft(progress.secondsLeft);
    fmt::print(stderr, "{} %  {}{}{}\n", tenth * 10, progress.stage, left.empty() ? "" : "  ", left);
}

std::function<void(long, long)> Console::step(const std::string& stage)
{
    m_lastTenth = -1;
    const auto start = std::chrono::steady_clock::now();
    return [this, stage, start](long done, long total) {
        const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
        progress({stage, done, total, share, share > 0 ? elapsed / share - elapsed : -1});
    };
}

int Console::fail(const Error& error)
{
    return fail(error, json::object());
}

int Console::fail(const Error& error, json partial)
{
    endProgress();
    fmt::print(stderr, "octet-cli: {}\n", error.message());
    if (m_json) {
        partial["error"] = toJson(error);
        try {
            result(partial, "");
        } catch (const Error& second) {
            if (second.message() != error.message())
                fmt::print(stderr, "octet-cli: {}\n", second.message());
        }
    }
    return error.kind() == ErrorKind::Cancelled ? ExitStatus::Cancelled : Failed;
}

int Console::wrongUsage(const std::string& message)
{
    fmt::print(stderr, "octet-cli: {}\nTry octet-cli COMMAND --help.\n", message);
    if (m_json) {
        json document = {{"error", toJson(Error(ErrorKind::Setting, message))}};
        document["error"]["kind"] = "usage";
        try {
            result(document, "");
        } catch (const Error&) {
            return WrongUsage; // the sentence is on stderr already
        }
    }
    return WrongUsage;
}

std::string table(const std::vector<std::vector<std::string>>& rows)
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size())
                text += std::string(widths[i] - width(row[i]) + 2, ' ');
        }
        text += '\n';
    }
    return text;
}

} // namespace octet::cli
