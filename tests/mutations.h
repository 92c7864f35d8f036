// SPDX-License-Identifier: GPL-3.0-or-later
// Damaged files for the readers: every mutation of a text or of bytes follows from its seed and number alone.
#pragma once

#include "core/values/error.h"

#include <QByteArray>
#include <QFile>
#include <QString>

#include <array>
#include <cstdint>
#include <ctime>
#include <exception>
#include <fstream>
#include <functional>
#include <random>
#include <sys/resource.h>

namespace octet::test {

/// How many mutations of each file: OCTET_MUTATIONS when it is set (a sanitizer run wants thousands).
inline int mutationCount(int usual)
{
    bool given = false;
    const int count = qEnvironmentVariableIntValue("OCTET_MUTATIONS", &given);
    return given ? count : usual;
}

class Mutator
{
public:
    Mutator(std::uint64_t seed, int number)
        : m_random(seed * 1000003 + static_cast<std::uint64_t>(number))
    {
    }

    /// One to three damages of `original`.
    QByteArray damaged(QByteArray bytes)
    {
        for (std::size_t left = 1 + below(3); left > 0 && !bytes.isEmpty(); --left)
            damage(bytes);
        return bytes;
    }

private:
    // Not std::uniform_int_distribution: its numbers differ between libraries.
    std::size_t below(std::size_t end) { return end == 0 ? 0 : static_cast<std::size_t>(m_random() % end); }
    qsizetype place(const QByteArray& bytes) { return static_cast<qsizetype>(below(static_cast<std::size_t>(bytes.size()))); }

    void damage(QByteArray& bytes)
    {
        const qsizetype at = place(bytes);
        switch (below(8)) {
        case 0:
        case 1:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
            return;
        case 2:
            bytes[at] = static_cast<char>(below(2) == 0 ? 0xff : below(256));
            return;
        case 3:
            bytes.truncate(at);
            return;
        case 4:
            bytes.remove(at, static_cast<qsizetype>(1 + below(16)));
            return;
        case 5:
            swapFields(bytes);
            return;
        case 6:
            bytes.insert(at, bytes.mid(place(bytes), static_cast<qsizetype>(1 + below(64))));
            return;
        default:
            replaceNumber(bytes, at);
        }
    }

    /// Two stretches change places.
    void swapFields(QByteArray& bytes)
    {
        const auto size = static_cast<qsizetype>(1 + below(12));
        const qsizetype first = place(bytes), second = place(bytes);
        const QByteArray a = bytes.mid(first, size), b = bytes.mid(second, size);
        bytes.replace(first, a.size(), b);
        bytes.replace(second, b.size(), a);
    }

    /// The next number of a text becomes one that readers are not prepared for; bytes without digits: a large varint.
    void replaceNumber(QByteArray& bytes, qsizetype at)
    {
        static const std::array<QByteArray, 10> extremes = {"-1", "0", "99999999999999999999", "2147483648", "1e999",
            "9223372036854775807", "[[[[[[[[", "null", "\"\"", "-0.0"};
        qsizetype end = at;
        while (at < bytes.size() && (bytes[at] < '0' || bytes[at] > '9') && at - end < 40)
            ++at;
        if (at >= bytes.size() || bytes[at] < '0' || bytes[at] > '9') {
            bytes.replace(end, 1, QByteArray("\xff\xff\xff\xff\x7f", below(2) == 0 ? 5 : 2));
            return;
        }
        end = at;
        while (end < bytes.size() && bytes[end] >= '0' && bytes[end] <= '9')
            ++end;
        bytes.replace(at, end - at, extremes[below(extremes.size())]);
    }

    std::mt19937_64 m_random;
};

/// While it lives, this process cannot take more than a GiB on top of what it has: a reader that believes a damaged
/// size fails with std::bad_alloc. Sanitizers reserve terabytes, so there `max_allocation_size_mb` does it instead.
class MemoryLimit
{
public:
    MemoryLimit()
    {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        long pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        ::getrlimit(RLIMIT_AS, &m_before);
        const rlimit limit{static_cast<rlim_t>(pages) * 4096 + (rlim_t(1) << 30), m_before.rlim_max};
        m_set = pages > 0 && ::setrlimit(RLIMIT_AS, &limit) == 0;
#endif
    }
    ~MemoryLimit()
    {
        if (m_set)
            ::setrlimit(RLIMIT_AS, &m_before);
    }
    MemoryLimit(const MemoryLimit&) = delete;
    MemoryLimit& operator=(const MemoryLimit&) = delete;

private:
    rlimit m_before{};
    bool m_set = false;
};

/// Of this thread: a busy machine does not count.
inline double secondsUsed()
{
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return double(used.tv_sec) + double(used.tv_nsec) / 1e9;
}

/// Reads `count` mutations. `read` may throw an Error with a sentence, or return "" or what is wrong with its result.
/// Returns the first complaint, with the seed and number that make its file again.
inline QString firstComplaint(const QByteArray& original, std::uint64_t seed, int count,
    const std::function<QString(const QByteArray&)>& read, int* errors = nullptr)
{
    const MemoryLimit limit;
    for (int number = 0; number < count; ++number) {
        const QByteArray bytes = Mutator(seed, number).damaged(original);
        QString complaint;
        const double before = secondsUsed();
        try {
            complaint = read(bytes);
        } catch (const Error& error) {
            if (error.message().empty() || error.kind() == ErrorKind::Internal)
                complaint = QStringLiteral("no sentence for a person, or Internal: ") + error.what();
            if (errors)
                ++*errors;
        } catch (const std::exception& error) {
            complaint = QStringLiteral("not an Error: ") + QString::fromUtf8(error.what());
        }
        if (const double took = secondsUsed() - before; complaint.isEmpty() && took > 5)
            complaint = QStringLiteral("took %1 s").arg(took);
        if (!complaint.isEmpty())
            return QStringLiteral("seed %1, mutation %2: %3").arg(seed).arg(number).arg(complaint);
    }
    return {};
}

} // namespace octet::test
