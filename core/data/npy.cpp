// SPDX-License-Identifier: GPL-3.0-or-later
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include "core/data/npy.h"

#include "core/data/files.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

namespace octet::data {

static_assert(std::endian::native == std::endian::little, "arrays are read and written as they lie in memory");

namespace {

constexpr std::string_view magic("\x93NUMPY", 6);
constexpr std::size_t maxHeader = 64 * 1024;
constexpr std::size_t maxRank = 32;

struct TypeName
{
    std::string_view code;
    DType type;
};
constexpr std::array<TypeName, 12> typeNames = {{{"b1", DType::Bool}, {"u1", DType::U8}, {"i1", DType::I8},
    {"u2", DType::U16}, {"i2", DType::I16}, {"f2", DType::F16}, {"u4", DType::U32}, {"i4", DType::I32},
    {"f4", DType::F32}, {"u8", DType::U64}, {"i8", DType::I64}, {"f8", DType::F64}}};

struct Header
{
    std::string descr;
    bool structured = false;
    bool fortran = false;
    Shape shape;
};

/// Reads the Python dictionary literal of a header: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderParser
{
public:
    HeaderParser(std::string_view text, const std::string& path)
        : m_text(text)
        , m_path(path)
    {
    }

    Header parse()
    {
        Header header;
        int seen = 0;
        expect('{');
        while (!accept('}')) {
            const std::string key = quoted();
            expect(':');
            if (key == "descr") {
                seen |= 1;
                header.structured = peek() == '[' || peek() == '{' || peek() == '(';
                if (header.structured)
                    return header; // refused by name; its inside is of no interest
                header.descr = quoted();
            } else if (key == "fortran_order") {
                seen |= 2;
                header.fortran = boolean();
            } else if (key == "shape") {
                seen |= 4;
                header.shape = tuple();
            } else {
                fail(fmt::format("has an unknown key '{}' in its header", key.substr(0, 40)));
            }
            if (!accept(',') && peek() != '}')
                fail("has a damaged header");
        }
        if (seen != 7)
            fail("has a header without descr, fortran_order and shape");
        return header;
    }

private:
    [[noreturn]] void fail(const std::string& what) const
    {
        throw Error(
            ErrorKind::Format, fmt::format("{} {}; it is not a valid .npy file.", m_path, what), {.file = m_path});
    }
    char peek()
    {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\t'))
            ++m_at;
        return m_at < m_text.size() ? m_text[m_at] : '\0';
    }
    bool accept(char c)
    {
        if (peek() != c || m_at >= m_text.size())
            return false;
        ++m_at;
        return true;
    }
    void expect(char c)
    {
        if (!accept(c))
            fail("has a damaged header");
    }
    std::string quoted()
    {
        const char quote = peek();
        if (quote != '\'' && quote != '"')
            fail("has a damaged header");
        const std::size_t end = m_text.find(quote, m_at + 1);
        if (end == std::string_view::npos)
            fail("has a damaged header");
        std::string text(m_text.substr(m_at + 1, end - m_at - 1));
        m_at = end + 1;
        return text;
    }
    bool boolean()
    {
        peek();
        for (const bool value : {true, false}) {
            const std::string_view word = value ? "True" : "False";
            if (m_text.substr(m_at, word.size()) == word) {
                m_at += word.size();
                return value;
            }
        }
        fail("has a damaged header");
    }
    Shape tuple()
    {
        Shape shape;
        expect('(');
        while (!accept(')')) {
            peek();
            std::int64_t dim = 0;
            const auto [end, code] = std::from_chars(m_text.data() + m_at, m_text.data() + m_text.size(), dim);
            if (code != std::errc() || dim < 0 || shape.size() == maxRank)
                fail("has a damaged shape in its header");
            m_at = static_cast<std::size_t>(end - m_text.data());
            accept('L'); // Python 2 wrote 3L
            shape.push_back(dim);
            if (!accept(',') && peek() != ')')
                fail("has a damaged shape in its header");
        }
        return shape;
    }

    std::string_view m_text;
    const std::string& m_path;
    std::size_t m_at = 0;
};

DType typeOf(const Header& header, const std::string& path)
{
    const auto refuse = [&](const std::string& what) {
        throw Error(ErrorKind::Unsupported,
            fmt::format("{} holds {}; save it as a plain little-endian array in C order, such as float32, "
                        "uint8 or int64.",
                path, what),
            {.file = path});
    };
    if (header.structured)
        refuse("a structured array (records)");
    const std::string_view descr = header.descr;
    const char order = descr.empty() ? '\0' : descr[0];
    const std::string_view code = descr.substr(descr.empty() ? 0 : 1);
    if (code.starts_with('O'))
        refuse("Python objects (pickle)");
    for (const TypeName& name : typeNames) {
        if (name.code != code)
            continue;
        if (order == '>')
            refuse(fmt::format("big-endian data ({})", descr));
        if (order != '<' && order != '=' && !(order == '|' && elementSize(name.type) == 1))
            break;
        if (header.fortran)
            refuse("an array in Fortran order");
        return name.type;
    }
    refuse(fmt::format("data of type '{}'", descr.substr(0, 40)));
    return DType::Undefined;
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

void readExactly(std::FILE* file, void* target, std::size_t size, const std::string& path)
{
    if (size > 0 && std::fread(target, 1, size, file) != size)
        throw Error(ErrorKind::Format, fmt::format("{} is cut off; copy it again.", path), {.file = path});
}

/// Leaves `file` at the first byte of the data; returns the header's text.
std::string readHeader(std::FILE* file, const std::string& path)
{
    std::array<unsigned char, 8> start{};
    if (std::fread(start.data(), 1, start.size(), file) != start.size()
        || std::memcmp(start.data(), magic.data(), magic.size()) != 0)
        throw Error(ErrorKind::Format, fmt::format("{} is not a NumPy array file (.npy).", path), {.file = path});
    if (start[6] < 1 || start[6] > 3 || start[7] != 0)
        throw Error(ErrorKind::Unsupported,
            fmt::format("{} has .npy version {}.{}; versions 1.0 to 3.0 can be read.", path, start[6], start[7]),
            {.file = path});
    std::array<unsigned char, 4> length{};
    readExactly(file, length.data(), start[6] == 1 ? 2 : 4, path);
    const std::size_t size =
        length[0] | std::size_t(length[1]) << 8 | std::size_t(length[2]) << 16 | std::size_t(length[3]) << 24;
    if (size > maxHeader)
        throw Error(ErrorKind::Format, fmt::format("{} claims a header of {} bytes; it is damaged.", path, size),
            {.file = path});
    std::string text(size, '\0');
    readExactly(file, text.data(), size, path);
    return text;
}

std::string headerText(const Tensor& tensor, const std::string& path)
{
    std::string_view code;
    for (const TypeName& name : typeNames)
        if (name.type == tensor.type)
            code = name.code;
    if (code.empty())
        throw Error(ErrorKind::Unsupported,
            fmt::format("Cannot write {}: .npy has no type {}.", path, toString(tensor.type)), {.file = path});
    std::string shape;
    for (const std::int64_t dim : tensor.shape)
        shape += fmt::format("{}{}", shape.empty() ? "" : ", ", dim);
    if (tensor.shape.size() == 1)
        shape += ',';
    std::string text = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}",
        elementSize(tensor.type) == 1 ? '|' : '<', code, shape);
    constexpr std::size_t before = 10; // magic, version and length
    text.append(63 - (before + text.size()) % 64, ' ');
    text += '\n';
    std::string whole(magic);
    whole += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
    return whole + text;
}

} // namespace

Tensor readNpy(const std::string& path)
{
    const std::uint64_t size = fileSize(path);
    const File file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (!file)
        throw Error(ErrorKind::File, fmt::format("Cannot read {}: {}.", path, std::strerror(errno)), {.file = path});
    const std::string text = readHeader(file.get(), path);
    Header header = HeaderParser(text, path).parse();
    const DType type = typeOf(header, path);
    std::int64_t count = 0;
    try {
        count = elementCount(header.shape);
    } catch (const Error& error) {
        throw Error(error.kind(), fmt::format("{}: {}", path, error.message()), {.file = path});
    }
    // The file itself bounds what is allocated: a claim that it does not back is refused here.
    const std::uint64_t data = size - static_cast<std::uint64_t>(std::ftell(file.get()));
    const std::uint64_t element = elementSize(type);
    if (data % element != 0 || data / element != static_cast<std::uint64_t>(count))
        throw Error(ErrorKind::Format,
            fmt::format("{} should hold {} {} values ({}) but has {} bytes of data; it is {}.", path, count,
                toString(type), toString(header.shape), data,
                data / element < static_cast<std::uint64_t>(count) ? "cut off" : "damaged"),
            {.file = path});
    Tensor tensor(type, std::move(header.shape));
    readExactly(file.get(), tensor.bytes.data(), tensor.bytes.size(), path);
    return tensor;
}

void writeNpy(const std::string& path, const Tensor& tensor)
{
    const std::string header = headerText(tensor, path);
    writeFileAtomically(path, {header, {reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()}});
}

} // namespace octet::data
