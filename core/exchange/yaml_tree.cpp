// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/yaml_tree.h"

#include "core/exchange/yaml_scalar.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace octet::exchange {

namespace {

[[noreturn]] void refuse(const std::string& fileName, int line, int column, const std::string& what)
{
    throw Error(ErrorKind::Format, fmt::format("{}: {}", placeText(fileName, line, column), what),
        Location{fileName, line, column, 0, {}});
}

/// Builds the tree from the parser's events. It counts while it builds: an alias bomb or a deep nest stops here,
/// before it costs memory or stack.
class Builder : public YAML::EventHandler
{
public:
    explicit Builder(const std::string& fileName)
        : m_fileName(fileName)
    {
    }

    YamlNode root;

    void OnDocumentStart(const YAML::Mark&) override { }
    void OnDocumentEnd() override { }
    void OnAnchor(const YAML::Mark&, const std::string&) override { }

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(at(mark, YamlNode{}), anchor); }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        const auto it = m_anchors.find(anchor);
        if (it == m_anchors.end())
            refuse(m_fileName, mark.line + 1, mark.column + 1, "an alias refers to the node that contains it.");
        const auto [node, count] = it->second;
        if (m_nodes + count > maxYamlNodes)
            tooMany(mark);
        m_nodes += count;
        // The place where the alias stands is the one that the user can repair.
        add(at(mark, node), 0);
    }

    void OnScalar(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override
    {
        YamlNode node = YamlNode::scalar(value, tag == "?");
        setTag(node, tag);
        add(at(mark, std::move(node)), anchor);
    }

    void OnSequenceStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override
    {
        open(mark, tag, anchor, YamlNode::Kind::Sequence, style);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override
    {
        open(mark, tag, anchor, YamlNode::Kind::Map, style);
    }
    void OnMapEnd() override { close(); }

private:
    struct Frame
    {
        YamlNode node;
        YAML::anchor_t anchor = 0;
        std::size_t before = 0; // nodes counted before it was opened
        bool haveKey = false;
        YamlNode key;
    };

    static YamlNode at(const YAML::Mark& mark, YamlNode node)
    {
        node.line = mark.line + 1;
        node.column = mark.column + 1;
        return node;
    }

    static void setTag(YamlNode& node, const std::string& tag)
    {
        if (tag != "?" && tag != "!" && !tag.empty())
            node.tag = tag;
    }

    [[noreturn]] void tooMany(const YAML::Mark& mark) const
    {
        refuse(m_fileName, mark.line + 1, mark.column + 1,
            fmt::format("more than {} YAML nodes (aliases counted out); no config is that large.", maxYamlNodes));
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind,
        YAML::EmitterStyle::value style)
    {
        if (m_frames.size() >= static_cast<std::size_t>(maxYamlDepth))
            refuse(m_fileName, mark.line + 1, mark.column + 1,
                fmt::format("more than {} levels of nesting; no config is that deep.", maxYamlDepth));
        Frame frame;
        frame.node.kind = kind;
        frame.node.flow = style == YAML::EmitterStyle::Flow;
        setTag(frame.node, tag);
        frame.node = at(mark, std::move(frame.node));
        frame.anchor = anchor;
        frame.before = m_nodes;
        m_frames.push_back(std::move(frame));
    }

    void close()
    {
        Frame frame = std::move(m_frames.back());
        m_frames.pop_back();
        add(std::move(frame.node), frame.anchor, m_nodes - frame.before);
    }

    void add(YamlNode node, YAML::anchor_t anchor, std::size_t below = 0)
    {
        if (++m_nodes > maxYamlNodes)
            tooMany(YAML::Mark::null_mark());
        if (anchor) {
            m_nodes += below; // the copy is kept, so it counts
            m_anchors[anchor] = {node, below + 1};
        }
        if (m_frames.empty()) {
            root = std::move(node);
            return;
        }
        Frame& parent = m_frames.back();
        if (parent.node.isSequence()) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.haveKey) {
            parent.key = std::move(node);
            parent.haveKey = true;
        } else {
            parent.haveKey = false;
            insert(parent.node, std::move(parent.key), std::move(node));
        }
    }

    /// YAML 1.1's merge key, as PyYAML applies it: merged entries stand first and lose against written ones.
    void insert(YamlNode& map, YamlNode key, YamlNode value)
    {
        if (!(key.isScalar() && key.plain && key.text == "<<")) {
            map.entries.emplace_back(std::move(key), std::move(value));
            return;
        }
        std::vector<YamlNode> sources;
        if (value.isSequence())
            sources.assign(value.items.rbegin(), value.items.rend());
        else
            sources.push_back(std::move(value));
        std::vector<std::pair<YamlNode, YamlNode>> merged;
        for (YamlNode& source : sources) {
            if (!source.isMap())
                refuse(m_fileName, key.line, key.column, "the merge key \"<<\" needs a map or a list of maps.");
            for (auto& entry : source.entries)
                merged.push_back(std::move(entry));
        }
        map.entries.insert(
            map.entries.begin(), std::make_move_iterator(merged.begin()), std::make_move_iterator(merged.end()));
    }

    const std::string& m_fileName;
    std::vector<Frame> m_frames;
    std::map<YAML::anchor_t, std::pair<YamlNode, std::size_t>> m_anchors;
    std::size_t m_nodes = 0;
};

} // namespace

const YamlNode* YamlNode::find(const std::string& key) const
{
    const auto it = std::find_if(entries.rbegin(), entries.rend(),
        [&](const auto& entry) { return entry.first.isScalar() && entry.first.text == key; });
    return it == entries.rend() ? nullptr : &it->second;
}

YamlNode* YamlNode::find(const std::string& key)
{
    return const_cast<YamlNode*>(static_cast<const YamlNode*>(this)->find(key));
}

YamlNode& YamlNode::operator[](const std::string& key)
{
    kind = Kind::Map;
    if (YamlNode* found = find(key))
        return *found;
    entries.emplace_back(string(key), YamlNode{});
    return entries.back().second;
}

YamlNode YamlNode::scalar(std::string text, bool plain)
{
    YamlNode node;
    node.kind = Kind::Scalar;
    node.text = std::move(text);
    node.plain = plain;
    return node;
}

YamlNode YamlNode::string(const std::string& text)
{
    return scalar(text, isPlainSafe(text));
}

YamlNode YamlNode::map()
{
    YamlNode node;
    node.kind = Kind::Map;
    return node;
}

YamlNode YamlNode::sequence(bool flow)
{
    YamlNode node;
    node.kind = Kind::Sequence;
    node.flow = flow;
    return node;
}

YamlNode parseYaml(const std::string& text, const std::string& fileName)
{
    if (text.size() > maxYamlBytes)
        throw Error(ErrorKind::Format, fmt::format("{} is larger than 16 MiB; no config is that large.", fileName),
            Location{fileName, 0, 0, 0, {}});
    std::istringstream stream(text);
    Builder builder(fileName);
    try {
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder))
            return {};
        Builder second(fileName);
        if (parser.HandleNextDocument(second))
            refuse(fileName, second.root.line, second.root.column,
                "a second YAML document begins here; put each into a file of its own.");
    } catch (const YAML::Exception& exception) {
        const bool known = !exception.mark.is_null();
        refuse(fileName, known ? exception.mark.line + 1 : 0, known ? exception.mark.column + 1 : 0,
            fmt::format("YAML syntax error: {}.", exception.msg));
    }
    return std::move(builder.root);
}

std::string readYamlFile(const std::string& path)
{
    std::error_code code;
    if (std::filesystem::is_directory(path, code))
        throw Error(ErrorKind::File, fmt::format("{} is a folder; give the config file in it.", path),
            Location{path, 0, 0, 0, {}});
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        throw Error(ErrorKind::File, fmt::format("Cannot read {}: {}.", path, std::strerror(errno)),
            Location{path, 0, 0, 0, {}});
    std::string text;
    std::string block(1u << 16, '\0');
    // Not the size the file system claims: a pipe or a device has none.
    while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount() > 0) {
        text.append(block, 0, static_cast<std::size_t>(stream.gcount()));
        if (text.size() > maxYamlBytes)
            throw Error(ErrorKind::Format, fmt::format("{} is larger than 16 MiB; no config is that large.", path),
                Location{path, 0, 0, 0, {}});
    }
    if (stream.bad())
        throw Error(ErrorKind::File, fmt::format("Cannot read {}: {}.", path, std::strerror(errno)),
            Location{path, 0, 0, 0, {}});
    return text;
}

std::string placeText(const std::string& fileName, int line, int column)
{
    if (line <= 0)
        return fileName;
    return fmt::format("{}, line {}, column {}", fileName, line, column);
}

} // namespace octet::exchange
