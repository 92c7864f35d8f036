// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/contents.h"
#include "core/project/schema.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace octet::project {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t maxFileBytes = std::uintmax_t(4) << 30;

void checkFile(const std::string& path)
{
    std::error_code code;
    const auto status = fs::status(path, code);
    const auto refuse = [&](ErrorKind kind, const std::string& message) { throw Error(kind, message, {.file = path}); };
    if (!fs::exists(status))
        refuse(ErrorKind::File, fmt::format("There is no project {}.", path));
    if (fs::is_directory(status))
        refuse(ErrorKind::File, fmt::format("{} is a folder; name the .octet file itself.", path));
    if (!fs::is_regular_file(status))
        refuse(ErrorKind::File, fmt::format("{} is no regular file.", path));
    if (::access(path.c_str(), R_OK) != 0)
        refuse(ErrorKind::File, fmt::format("Cannot read {}: {}.", path, std::strerror(errno)));
    const auto size = fs::file_size(path, code);
    if (!code && size == 0)
        refuse(ErrorKind::Format, fmt::format("{} is empty, so it is no Octet project.", shortName(path)));
    if (!code && size > maxFileBytes)
        refuse(
            ErrorKind::Format, fmt::format("{} has {} GiB, which no Octet project has.", shortName(path), size >> 30));
}

std::string folderOf(const std::string& path)
{
    const auto folder = fs::path(path).parent_path();
    return folder.empty() ? "." : folder.string();
}

void checkWritable(const std::string& path)
{
    if (::access(path.c_str(), W_OK) != 0)
        throw Error(ErrorKind::File,
            fmt::format("{} is read-only; open it for review or copy it elsewhere.", shortName(path)), {.file = path});
    // SQLite's journal has to be written beside the file.
    if (::access(folderOf(path).c_str(), W_OK) != 0)
        throw Error(ErrorKind::File,
            fmt::format("The folder of {} is read-only; open it for review or copy it elsewhere.", shortName(path)),
            {.file = path});
}

/// True when a transaction was cut off: a journal with a header, that SQLite would roll back.
bool hasHotJournal(const std::string& path)
{
    const int fd = ::open((path + "-journal").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char first = 0;
    const bool hot = ::read(fd, &first, 1) == 1 && first != 0;
    ::close(fd);
    return hot;
}

void syncAndRename(const std::string& from, const std::string& to)
{
    const int fd = ::open(from.c_str(), O_RDWR | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    const int error = errno;
    if (fd >= 0)
        ::close(fd);
    if (!synced)
        throw Error(ErrorKind::Resource, fmt::format("Cannot write {}: {}.", to, std::strerror(error)), {.file = to});
    if (std::rename(from.c_str(), to.c_str()) != 0)
        throw Error(ErrorKind::File, fmt::format("Cannot write {}: {}.", to, std::strerror(errno)), {.file = to});
}

} // namespace

Project::Project(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}

Project::~Project() = default;

namespace {

/// Takes the lock, and keeps it as long as the connection lives.
void configure(Database& database)
{
    database.execute("PRAGMA locking_mode=EXCLUSIVE");
    database.execute("PRAGMA synchronous=FULL");
    database.execute("PRAGMA foreign_keys=ON");
}

} // namespace

std::unique_ptr<Project> Project::open(const std::string& path)
{
    checkFile(path);
    refuseIfOwned(path);
    checkWritable(path);
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    try {
        impl->database = std::make_unique<Database>(path, Database::Access::Write);
        configure(*impl->database);
        checkIsProject(*impl->database);
        impl->database->execute("PRAGMA journal_mode=DELETE");
        Transaction transaction(*impl->database, "EXCLUSIVE");
        if (impl->database->integer("PRAGMA user_version") < schemaVersion())
            migrate(*impl->database);
        impl->markCrashed();
        transaction.commit();
    } catch (const Error& error) {
        impl->database.reset();
        if (error.kind() == ErrorKind::Busy)
            refuseIfOwned(path);
        throw;
    }
    impl->owned = std::make_unique<OwnedHere>(path);
    return std::unique_ptr<Project>(new Project(std::move(impl)));
}

std::unique_ptr<Project> Project::create(const std::string& path)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        const int error = errno;
        throw Error(error == ENOSPC ? ErrorKind::Resource : ErrorKind::File,
            error == EEXIST ? fmt::format("{} exists already; open it, or use another name.", path)
                            : fmt::format("Cannot create {}: {}.", path, std::strerror(error)),
            {.file = path});
    }
    ::close(fd);
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    try {
        impl->database = std::make_unique<Database>(path, Database::Access::Write);
        configure(*impl->database);
        impl->database->execute("PRAGMA journal_mode=DELETE");
        Transaction transaction(*impl->database, "EXCLUSIVE");
        migrate(*impl->database);
        transaction.commit();
    } catch (...) {
        impl->database.reset();
        std::error_code ignored;
        fs::remove(path, ignored);
        fs::remove(path + "-journal", ignored);
        throw;
    }
    impl->owned = std::make_unique<OwnedHere>(path);
    return std::unique_ptr<Project>(new Project(std::move(impl)));
}

std::unique_ptr<Project> Project::review(const std::string& path)
{
    checkFile(path);
    refuseIfOwned(path);
    if (hasHotJournal(path))
        throw Error(ErrorKind::Format,
            fmt::format("{} was being written when its program ended; open it for editing once, which repairs it.",
                shortName(path)),
            {.file = path});
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->readOnly = true;
    impl->database = std::make_unique<Database>(path, Database::Access::Review);
    checkIsProject(*impl->database);
    return std::unique_ptr<Project>(new Project(std::move(impl)));
}

const std::string& Project::path() const
{
    return m_impl->path;
}
bool Project::readOnly() const
{
    return m_impl->readOnly;
}

void Project::saveAs(const std::string& path) const
{
    std::error_code code;
    if (fs::equivalent(path, m_impl->path, code) && !code)
        throw Error(
            ErrorKind::Setting, fmt::format("{} is this project itself; use another name.", path), {.file = path});
    if (fs::is_directory(path, code))
        throw Error(ErrorKind::File, fmt::format("{} is a folder; name a file in it.", path), {.file = path});
    refuseIfOwned(path);
    const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
    fs::remove(temporary, code);
    try {
        Statement(*m_impl->database, "VACUUM INTO ?").bind(temporary).run();
        syncAndRename(temporary, path);
    } catch (const Error& error) {
        fs::remove(temporary, code);
        throw Error(error.kind(), fmt::format("Cannot save a copy as {}: {}", path, error.message()), {.file = path},
            error.detail());
    }
}

} // namespace octet::project
