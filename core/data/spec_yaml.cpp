// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/data/files.h"
#include "core/data/nearest.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <filesystem>
#include <functional>
#include <set>

namespace octet::data {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t maxSpecFile = 4u << 20;

class SpecReader
{
public:
    explicit SpecReader(std::string file)
        : m_file(std::move(file))
    {
    }

    DataSpec read(const YAML::Node& root)
    {
        if (!root.IsMap())
            fail(root, "should be a list of \"key: value\" lines");
        std::vector<std::string> known;
        for (const auto& [key, reader] : m_readers)
            known.push_back(key);
        std::set<std::string> seen;
        for (const auto& entry : root) {
            const std::string key = text(entry.first);
            const auto reader = m_readers.find(key);
            if (reader == m_readers.end())
                fail(entry.first, fmt::format("there is no key {}{}", key.substr(0, 60), nearestHint(known, key)));
            if (!seen.insert(key).second)
                fail(entry.first, fmt::format("the key {} is there twice", key));
            if (!entry.second.IsNull())
                reader->second(entry.second);
        }
        return m_spec;
    }

private:
    using Reader = std::function<void(const YAML::Node&)>;

    [[noreturn]] void fail(const YAML::Node& node, const std::string& what) const
    {
        const YAML::Mark mark = node.Mark();
        const int line = mark.line + 1, column = mark.column + 1;
        const std::string end = what.ends_with('?') || what.ends_with('.') ? "" : ".";
        throw Error(ErrorKind::Setting, fmt::format("{}, line {}, column {}: {}{}", m_file, line, column, what, end),
            {.file = m_file, .line = line, .column = column});
    }
    std::string text(const YAML::Node& node) const
    {
        if (!node.IsScalar())
            fail(node, "a text is expected here");
        return node.Scalar();
    }
    template <typename T>
    T number(const YAML::Node& node) const
    {
        const std::string value = text(node);
        T result{};
        const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), result);
        if (code != std::errc() || end != value.data() + value.size())
            fail(node, fmt::format("a number is expected, not \"{}\"", value.substr(0, 60)));
        return result;
    }
    Reader into(std::string& target)
    {
        return [this, &target](const YAML::Node& node) { target = text(node); };
    }
    template <typename T>
    Reader into(T& target)
    {
        return [this, &target](const YAML::Node& node) { target = number<T>(node); };
    }
    template <typename T>
    Reader into(std::vector<T>& target)
    {
        return [this, &target](const YAML::Node& node) {
            if (!node.IsSequence())
                fail(node, "a list is expected here");
            for (const YAML::Node& item : node) {
                target.emplace_back();
                into(target.back())(item);
            }
        };
    }
    Reader into(std::map<std::string, std::string>& target)
    {
        return [this, &target](const YAML::Node& node) {
            if (!node.IsMap())
                fail(node, "\"name: value\" lines are expected here");
            for (const auto& entry : node)
                if (!target.emplace(text(entry.first), text(entry.second)).second)
                    fail(entry.first, fmt::format("{} is there twice", text(entry.first)));
        };
    }
    void readKind(const YAML::Node& node)
    {
        const std::string name = text(node);
        if (name != "text" && name != "arrays" && name != "none")
            fail(node, fmt::format("kind is text, arrays or none, not \"{}\"", name.substr(0, 60)));
        m_spec.kind = name == "text" ? DataKind::Text : name == "arrays" ? DataKind::Arrays : DataKind::None;
    }

    std::string m_file;
    DataSpec m_spec;
    const std::map<std::string, Reader> m_readers = {
        {"kind", [this](const YAML::Node& node) { readKind(node); }},
        {"test", into(m_spec.testFile)},
        {"calib", into(m_spec.calibFile)},
        {"text_column", into(m_spec.textColumn)},
        {"text_pair_column", into(m_spec.textPairColumn)},
        {"label_column", into(m_spec.labelColumn)},
        {"tokenizer", into(m_spec.tokenizerDir)},
        {"max_length", into(m_spec.maxLength)},
        {"inputs", into(m_spec.testInputs)},
        {"calib_inputs", into(m_spec.calibInputs)},
        {"labels", into(m_spec.labelsFile)},
        {"mean", into(m_spec.mean)},
        {"std", into(m_spec.std)},
        {"limit", into(m_spec.limit)},
        {"calib_limit", into(m_spec.calibLimit)},
        {"split_seed", into(m_spec.splitSeed)},
        {"shared_rows", into(m_spec.sharedRows)},
        {"batch_size", into(m_spec.batchSize)},
        {"label_names", into(m_spec.labelNames)},
        {"hashes", into(m_spec.hashes)},
    };
};

/// Applies `change` to every path of a spec that is not empty.
void changePaths(DataSpec& spec, const std::function<std::string(const std::string&)>& change)
{
    for (std::string* path : {&spec.testFile, &spec.calibFile, &spec.tokenizerDir, &spec.labelsFile})
        if (!path->empty())
            *path = change(*path);
    for (auto* files : {&spec.testInputs, &spec.calibInputs})
        for (auto& [name, path] : *files)
            path = change(path);
    std::map<std::string, std::string> hashes;
    for (const auto& [path, hash] : spec.hashes)
        hashes[change(path)] = hash;
    spec.hashes = std::move(hashes);
}

class SpecWriter
{
public:
    std::string write(const DataSpec& spec)
    {
        m_out << YAML::BeginMap;
        string("kind", spec.kind == DataKind::Text ? "text" : spec.kind == DataKind::Arrays ? "arrays" : "none");
        string("test", spec.testFile);
        string("calib", spec.calibFile);
        string("text_column", spec.textColumn);
        string("text_pair_column", spec.textPairColumn);
        string("label_column", spec.labelColumn);
        string("tokenizer", spec.tokenizerDir);
        plain("max_length", std::to_string(spec.maxLength));
        map("inputs", spec.testInputs);
        map("calib_inputs", spec.calibInputs);
        string("labels", spec.labelsFile);
        list("mean", spec.mean);
        list("std", spec.std);
        plain("limit", std::to_string(spec.limit));
        plain("calib_limit", std::to_string(spec.calibLimit));
        if (spec.splitSeed != 0)
            plain("split_seed", std::to_string(spec.splitSeed));
        if (!spec.sharedRows.empty())
            string("shared_rows", spec.sharedRows);
        plain("batch_size", std::to_string(spec.batchSize));
        if (!spec.labelNames.empty()) {
            m_out << YAML::Key << "label_names" << YAML::Value << YAML::BeginSeq;
            for (const std::string& name : spec.labelNames)
                m_out << YAML::DoubleQuoted << name;
            m_out << YAML::EndSeq;
        }
        map("hashes", spec.hashes);
        m_out << YAML::EndMap;
        return std::string(m_out.c_str(), m_out.size()) + "\n";
    }

private:
    void plain(const char* key, const std::string& value) { m_out << YAML::Key << key << YAML::Value << value; }
    void string(const char* key, const std::string& value)
    {
        if (!value.empty())
            m_out << YAML::Key << key << YAML::Value << YAML::DoubleQuoted << value;
    }
    void map(const char* key, const std::map<std::string, std::string>& values)
    {
        if (values.empty())
            return;
        m_out << YAML::Key << key << YAML::Value << YAML::BeginMap;
        for (const auto& [name, value] : values)
            m_out << YAML::Key << YAML::DoubleQuoted << name << YAML::Value << YAML::DoubleQuoted << value;
        m_out << YAML::EndMap;
    }
    void list(const char* key, const std::vector<double>& values)
    {
        if (values.empty())
            return;
        m_out << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginSeq;
        for (const double value : values) {
            // The shortest text that reads back as the same number, whatever the locale.
            std::array<char, 32> buffer{};
            const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
            m_out << std::string(buffer.data(), end);
        }
        m_out << YAML::EndSeq;
    }

    YAML::Emitter m_out;
};

} // namespace

DataSpec specFromYaml(const std::string& text, const std::string& file)
{
    try {
        return SpecReader(file).read(YAML::Load(text));
    } catch (const YAML::Exception& error) {
        const int line = error.mark.line + 1, column = error.mark.column + 1;
        throw Error(ErrorKind::Format, fmt::format("{}, line {}, column {}: {}.", file, line, column, error.msg),
            {.file = file, .line = line, .column = column});
    }
}

DataSpec loadSpec(const std::string& yamlFile)
{
    DataSpec spec = specFromYaml(readFile(yamlFile, maxSpecFile), yamlFile);
    const fs::path folder = fs::path(yamlFile).parent_path();
    changePaths(spec, [&](const std::string& path) { return (folder / path).lexically_normal().string(); });
    return spec;
}

std::string specToYaml(const DataSpec& spec, const std::string& folder)
{
    DataSpec written = spec;
    if (!folder.empty()) {
        const fs::path base = fs::absolute(folder).lexically_normal();
        changePaths(written, [&](const std::string& path) {
            const fs::path relative = fs::absolute(path).lexically_normal().lexically_relative(base);
            return relative.empty() || *relative.begin() == ".." ? fs::absolute(path).lexically_normal().string()
                                                                 : relative.string();
        });
    }
    return SpecWriter().write(written);
}

} // namespace octet::data
