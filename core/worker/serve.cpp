// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/worker/serve.h"

#include "core/engine/capability.h"
#include "core/graph/model.h"
#include "core/quantize/imported.h"
#include "core/quantize/products.h"
#include "core/tune/tuner.h"
#include "core/values/error.h"
#include "core/worker/serve_loop.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace octet::worker {

namespace {

OpenedModel openModel(const std::string& path, const std::string& hash)
{
    const auto model = quantize::open(path).model;
    if (!hash.empty() && model->hash() != hash)
        throw Error(ErrorKind::Data,
            fmt::format("{} is not the model that this project was made with; choose that file, or start a new "
                        "project.",
                model->path()),
            {.file = model->path()}, fmt::format("expected {}, found {}", hash, model->hash()));
    return {
        model->hash(), static_cast<long>(model->nodes().size()), static_cast<long>(quantize::products(*model).size())};
}

/// A descriptor of the protocol's own: libraries print to fd 1, which becomes stderr.
int takeOver(int standard, int replacement)
{
    const int own = ::fcntl(standard, F_DUPFD_CLOEXEC, 3);
    if (own < 0 || replacement < 0 || ::dup2(replacement, standard) < 0)
        throw Error(ErrorKind::File,
            fmt::format("The worker cannot use its standard input or output: {}.", std::strerror(errno)));
    return own;
}

} // namespace

int serve(const std::string& isa)
{
    std::signal(SIGPIPE, SIG_IGN);
    if (!isa.empty())
        engine::capIsa(isa);
    const int out = takeOver(STDOUT_FILENO, STDERR_FILENO);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int in = takeOver(STDIN_FILENO, nothing);
    ::close(nothing);
    const int status = serveLoop(in, out, {tune::run, openModel, engine::capability});
    ::close(in);
    ::close(out);
    return status;
}

} // namespace octet::worker
