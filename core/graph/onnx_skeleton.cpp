// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/onnx_skeleton.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <cstdint>

namespace octet::graph {

namespace {

using Bytes = std::span<const std::byte>;

enum WireType { Varint = 0, Fixed64 = 1, Length = 2, Fixed32 = 5 };

// A GPT-size export has some 10^5 entries (nodes, names, attributes, tensors).
constexpr std::size_t maxEntries = 4'000'000;

struct Field
{
    unsigned number = 0;
    WireType type = Varint;
    Bytes whole; // with tag
    Bytes body; // of a length-delimited field
};

struct Damaged
{
};

class Reader
{
public:
    explicit Reader(Bytes bytes)
        : m_bytes(bytes)
    {
    }
    bool atEnd() const { return m_position == m_bytes.size(); }

    Field next()
    {
        const std::size_t start = m_position;
        const std::uint64_t tag = varint();
        Field field;
        field.number = static_cast<unsigned>(tag >> 3);
        if ((tag >> 3) == 0 || (tag >> 3) > 0x1fffffff)
            throw Damaged{};
        switch (tag & 7) {
        case Varint:
            varint();
            break;
        case Fixed64:
            skip(8);
            break;
        case Fixed32:
            skip(4);
            break;
        case Length: {
            const std::uint64_t size = varint();
            const std::size_t at = m_position;
            skip(size);
            field.body = m_bytes.subspan(at, static_cast<std::size_t>(size));
            break;
        }
        default:
            throw Damaged{}; // groups: ONNX has none
        }
        field.type = static_cast<WireType>(tag & 7);
        field.whole = m_bytes.subspan(start, m_position - start);
        return field;
    }

private:
    void skip(std::uint64_t size)
    {
        if (size > m_bytes.size() - m_position)
            throw Damaged{};
        m_position += static_cast<std::size_t>(size);
    }
    std::uint64_t varint()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (m_position == m_bytes.size())
                throw Damaged{};
            const auto byte = std::to_integer<std::uint64_t>(m_bytes[m_position++]);
            value |= (byte & 0x7f) << (shift < 64 ? shift : 63);
            if ((byte & 0x80) == 0)
                return value;
        }
        throw Damaged{};
    }

    Bytes m_bytes;
    std::size_t m_position = 0;
};

void append(std::string& text, Bytes bytes)
{
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void appendMessage(std::string& text, unsigned number, const std::string& body)
{
    auto varint = [&](std::uint64_t value) {
        for (; value >= 0x80; value >>= 7)
            text += static_cast<char>((value & 0x7f) | 0x80);
        text += static_cast<char>(value);
    };
    varint(number << 3 | Length);
    varint(body.size());
    text += body;
}

namespace model_field {
enum { IrVersion = 1, ProducerName = 2, ProducerVersion = 3, Graph = 7, OpsetImport = 8 };
}
namespace graph_field {
enum { Node = 1, Name = 2, Initializer = 5, Input = 11, Output = 12, ValueInfo = 13, SparseInitializer = 15 };
}
namespace tensor_field {
enum { RawData = 9, DocString = 12 };
}
namespace node_field {
enum { Attribute = 5 };
}

class Builder
{
public:
    Skeleton model(Bytes file)
    {
        for (Reader reader(file); !reader.atEnd();) {
            const Field field = read(reader);
            switch (field.number) {
            case model_field::Graph:
                if (field.type != Length)
                    throw Damaged{};
                m_result.hasGraph = true;
                appendMessage(m_result.bytes, field.number, graph(field.body));
                break;
            case model_field::IrVersion:
            case model_field::ProducerName:
            case model_field::ProducerVersion:
            case model_field::OpsetImport:
                append(m_result.bytes, field.whole);
                break;
            default:
                break;
            }
        }
        return std::move(m_result);
    }

private:
    Field read(Reader& reader)
    {
        const Field field = reader.next();
        if (field.type == Length && ++m_entries > maxEntries)
            throw Damaged{};
        return field;
    }

    std::string graph(Bytes bytes)
    {
        std::string text;
        for (Reader reader(bytes); !reader.atEnd();) {
            const Field field = read(reader);
            switch (field.number) {
            case graph_field::Initializer:
                if (field.type != Length)
                    throw Damaged{};
                appendMessage(text, field.number, tensor(field.body));
                break;
            case graph_field::Node:
                if (field.type == Length)
                    countNode(field.body);
                append(text, field.whole);
                break;
            case graph_field::SparseInitializer:
                m_result.hasSparseInitializers = true;
                break;
            case graph_field::Name:
            case graph_field::Input:
            case graph_field::Output:
            case graph_field::ValueInfo:
                append(text, field.whole);
                break;
            default:
                break;
            }
        }
        return text;
    }

    void countNode(Bytes node)
    {
        for (Reader reader(node); !reader.atEnd();) {
            const Field field = read(reader);
            if (field.number == node_field::Attribute && field.type == Length)
                for (Reader attribute(field.body); !attribute.atEnd();)
                    read(attribute);
        }
    }

    std::string tensor(Bytes bytes)
    {
        std::string text;
        std::optional<Bytes> raw;
        for (Reader reader(bytes); !reader.atEnd();) {
            const Field field = read(reader);
            if (field.number == tensor_field::RawData && field.type == Length)
                raw = field.body; // protobuf: the last one counts
            else if (field.number != tensor_field::DocString)
                append(text, field.whole);
        }
        m_result.rawData.push_back(raw);
        return text;
    }

    Skeleton m_result;
    std::size_t m_entries = 0;
};

} // namespace

Skeleton skeletonOf(std::span<const std::byte> file, const std::string& path)
{
    try {
        return Builder().model(file);
    } catch (const Damaged&) {
        throw Error(ErrorKind::Format, fmt::format("{} is not an ONNX model, or it is damaged or cut off.", path),
            {.file = path});
    }
}

} // namespace octet::graph
