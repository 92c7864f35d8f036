// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what describes a WordPiece tokenizer: tokenizer.json, or vocab.txt with tokenizer_config.json.
#include "core/data/tokenizer.h"

#include "core/data/files.h"
#include "core/data/word_piece.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>

namespace octet::data {

namespace {

using nlohmann::json;

constexpr std::uint64_t maxTokenizerFile = 256u << 20;
constexpr std::int64_t maxWordLengthLimit = 10000; // matching is quadratic in it

[[noreturn]] void damaged(const std::string& path, const std::string& what)
{
    throw Error(ErrorKind::Format, fmt::format("{}: {}.", path, what), {.file = path});
}

[[noreturn]] void unsupported(const std::string& path, const std::string& what)
{
    throw Error(ErrorKind::Unsupported,
        fmt::format("{}: {} is not supported; Octet reads WordPiece tokenizers as BERT has them. Give the data "
                    "as .npy arrays of ids instead.",
            path, what),
        {.file = path});
}

json parseJson(const std::string& path)
{
    const std::string text = readFile(path, maxTokenizerFile);
    try {
        json parsed = json::parse(text);
        if (!parsed.is_object())
            damaged(path, "it is not a JSON object");
        return parsed;
    } catch (const json::exception& error) {
        throw Error(ErrorKind::Format, fmt::format("{} is not valid JSON.", path), {.file = path}, error.what());
    }
}

/// Member of an object, null when it is missing.
const json& member(const json& object, const std::string& key)
{
    static const json null;
    if (!object.is_object())
        return null;
    const auto it = object.find(key);
    return it == object.end() ? null : *it;
}

std::string typeOf(const json& component)
{
    const json& type = member(component, "type");
    return type.is_string() ? type.get<std::string>() : std::string();
}

template <typename T>
T value(const json& object, const std::string& key, const T& fallback, const std::string& path)
{
    const json& found = member(object, key);
    if (found.is_null())
        return fallback;
    try {
        return found.get<T>();
    } catch (const json::exception&) {
        damaged(path, fmt::format("\"{}\" has a value of the wrong type", key));
    }
}

/// {"content": "[CLS]", ...} or "[CLS]".
std::string tokenText(const json& token, const std::string& fallback)
{
    const json& content = token.is_object() ? member(token, "content") : token;
    return content.is_string() ? content.get<std::string>() : fallback;
}

std::string thousands(std::size_t number)
{
    std::string text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

/// Reads tokenizer.json, component after component.
class JsonReader
{
public:
    explicit JsonReader(const std::string& path)
        : m_path(path)
        , m_json(parseJson(path))
    {
    }

    WordPieceParts read()
    {
        readModel();
        readNormalizer();
        readPreTokenizer();
        readAddedTokens();
        readPostProcessor();
        if (member(member(m_json, "truncation"), "direction") == "Left")
            unsupported(m_path, "truncation from the left");
        m_parts.padId = padding();
        m_parts.files = {m_path};
        m_parts.description =
            fmt::format("{}, WordPiece, {} tokens", fileName(m_path), thousands(m_parts.vocabulary.size()));
        return std::move(m_parts);
    }

private:
    void readModel()
    {
        const json& model = member(m_json, "model");
        // Files of older versions have no type; what they hold shows what they are.
        std::string type = typeOf(model);
        if (type.empty())
            type = model.is_object() && model.contains("merges")                  ? "BPE"
                : model.is_object() && model.contains("max_input_chars_per_word") ? "WordPiece"
                                                                                  : "an unknown model";
        if (type != "WordPiece")
            unsupported(m_path, fmt::format("the model {}", type));
        const json& vocabulary = member(model, "vocab");
        if (!vocabulary.is_object() || vocabulary.empty())
            damaged(m_path, "it has no vocabulary");
        m_parts.vocabulary.reserve(vocabulary.size());
        for (const auto& [token, id] : vocabulary.items()) {
            if (!id.is_number_integer() || id.get<std::int64_t>() < 0)
                damaged(m_path, fmt::format("the token \"{}\" has no valid id", token));
            m_parts.vocabulary.emplace(token, id.get<std::int64_t>());
        }
        m_parts.unknown = value<std::string>(model, "unk_token", "[UNK]", m_path);
        if (!m_parts.vocabulary.contains(m_parts.unknown))
            damaged(m_path, fmt::format("the unknown token \"{}\" is not in the vocabulary", m_parts.unknown));
        m_parts.prefix = value<std::string>(model, "continuing_subword_prefix", "##", m_path);
        const auto longest = value<std::int64_t>(model, "max_input_chars_per_word", 100, m_path);
        if (longest < 1 || longest > maxWordLengthLimit)
            damaged(m_path, fmt::format("max_input_chars_per_word is {}", longest));
        m_parts.maxWordLength = static_cast<std::size_t>(longest);
    }

    /// A Sequence of one is that one.
    const json& unwrapped(const json& component, const std::string& list, const std::string& what) const
    {
        if (typeOf(component) != "Sequence")
            return component;
        const json& inner = member(component, list);
        if (!inner.is_array() || inner.size() != 1)
            unsupported(m_path, fmt::format("the {} Sequence", what));
        return inner[0];
    }

    void readNormalizer()
    {
        const json& normalizer = unwrapped(member(m_json, "normalizer"), "normalizers", "normalizer");
        if (normalizer.is_null()) {
            m_parts.normalizer = {.cleanText = false, .chineseChars = false, .stripAccents = false, .lowercase = false};
            return;
        }
        if (typeOf(normalizer) != "BertNormalizer")
            unsupported(m_path, fmt::format("the normalizer {}", typeOf(normalizer)));
        BertNormalizer& bert = m_parts.normalizer;
        bert.cleanText = value(normalizer, "clean_text", true, m_path);
        bert.chineseChars = value(normalizer, "handle_chinese_chars", true, m_path);
        bert.lowercase = value(normalizer, "lowercase", true, m_path);
        bert.stripAccents = value(normalizer, "strip_accents", bert.lowercase, m_path);
    }

    void readPreTokenizer() const
    {
        const json& component = unwrapped(member(m_json, "pre_tokenizer"), "pretokenizers", "pre-tokenizer");
        if (typeOf(component) != "BertPreTokenizer")
            unsupported(m_path,
                component.is_null() ? "a tokenizer without pre-tokenizer"
                                    : fmt::format("the pre-tokenizer {}", typeOf(component)));
    }

    void readAddedTokens()
    {
        const json& tokens = member(m_json, "added_tokens");
        if (!tokens.is_null() && !tokens.is_array())
            damaged(m_path, "added_tokens is not a list");
        for (const json& token : tokens) {
            AddedToken added;
            added.content = tokenText(token, "");
            added.id = value<std::int64_t>(token, "id", -1, m_path);
            if (added.content.empty() || added.id < 0)
                damaged(m_path, "an added token has no content or id");
            added.singleWord = value(token, "single_word", false, m_path);
            added.lstrip = value(token, "lstrip", false, m_path);
            added.rstrip = value(token, "rstrip", false, m_path);
            added.normalized = value(token, "normalized", !value(token, "special", false, m_path), m_path);
            m_parts.added.push_back(std::move(added));
        }
    }

    void readPostProcessor()
    {
        const json& component = unwrapped(member(m_json, "post_processor"), "processors", "post-processor");
        const std::string type = typeOf(component);
        if (component.is_null()) {
            m_parts.single = {{.kind = TemplatePiece::First}};
            m_parts.pair = {{.kind = TemplatePiece::First}, {.kind = TemplatePiece::Second, .typeId = 1}};
        } else if (type == "BertProcessing") {
            readBertProcessing(component);
        } else if (type == "TemplateProcessing") {
            m_parts.single = readTemplate(component, "single");
            m_parts.pair = readTemplate(component, "pair");
        } else {
            unsupported(m_path, fmt::format("the post-processor {}", type));
        }
    }

    void readBertProcessing(const json& component)
    {
        const auto special = [&](const char* key, std::int64_t typeId) {
            const json& pair = member(component, key); // ["[SEP]", 102]
            if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_number_integer())
                damaged(m_path, fmt::format("BertProcessing has no valid \"{}\"", key));
            return TemplatePiece{
                .ids = {pair[1].get<std::int64_t>()}, .tokens = {pair[0].get<std::string>()}, .typeId = typeId};
        };
        m_parts.single = {special("cls", 0), {.kind = TemplatePiece::First}, special("sep", 0)};
        m_parts.pair = m_parts.single;
        m_parts.pair.push_back({.kind = TemplatePiece::Second, .typeId = 1});
        m_parts.pair.push_back(special("sep", 1));
    }

    std::vector<TemplatePiece> readTemplate(const json& component, const std::string& key) const
    {
        const json& list = member(component, key);
        if (!list.is_array())
            damaged(m_path, fmt::format("TemplateProcessing has no list \"{}\"", key));
        std::vector<TemplatePiece> pieces;
        for (const json& item : list) {
            const json& sequence = member(item, "Sequence");
            const json& special = member(item, "SpecialToken");
            TemplatePiece piece;
            if (sequence.is_object()) {
                const json& id = member(sequence, "id");
                piece.kind = id == "B" ? TemplatePiece::Second : TemplatePiece::First;
                piece.typeId = value<std::int64_t>(sequence, "type_id", 0, m_path);
            } else if (special.is_object()) {
                const auto name = value<std::string>(special, "id", "", m_path);
                const json& token = member(member(component, "special_tokens"), name);
                piece.ids = value<std::vector<std::int64_t>>(token, "ids", {}, m_path);
                piece.tokens = value<std::vector<std::string>>(token, "tokens", {}, m_path);
                piece.typeId = value<std::int64_t>(special, "type_id", 0, m_path);
                if (piece.ids.empty() || piece.ids.size() != piece.tokens.size())
                    damaged(m_path, fmt::format("TemplateProcessing does not define its special token \"{}\"", name));
            } else {
                damaged(m_path, "TemplateProcessing has a piece that is neither Sequence nor SpecialToken");
            }
            pieces.push_back(std::move(piece));
        }
        return pieces;
    }

    std::int64_t padding() const
    {
        const json& id = member(member(m_json, "padding"), "pad_id");
        if (id.is_number_integer())
            return id.get<std::int64_t>();
        for (const AddedToken& token : m_parts.added)
            if (token.content == "[PAD]")
                return token.id;
        const auto it = m_parts.vocabulary.find("[PAD]");
        return it == m_parts.vocabulary.end() ? 0 : it->second;
    }

    std::string m_path;
    json m_json;
    WordPieceParts m_parts;
};

Vocabulary readVocabulary(const std::string& path)
{
    const std::string text = readFile(path, maxTokenizerFile);
    Vocabulary vocabulary;
    std::int64_t id = 0;
    for (std::size_t start = 0; start < text.size(); ++id) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        std::string token = text.substr(start, end - start);
        if (token.ends_with('\r'))
            token.pop_back();
        if (invalidUtf8(token) != std::string::npos)
            throw Error(ErrorKind::Format, fmt::format("{}: line {} is not UTF-8.", path, id + 1),
                {.file = path, .line = static_cast<int>(id + 1)});
        vocabulary[token] = id;
        start = end + 1;
    }
    return vocabulary;
}

WordPieceParts readVocabularyFile(const std::string& folder)
{
    const std::string path = joinPath(folder, "vocab.txt"), configPath = joinPath(folder, "tokenizer_config.json");
    WordPieceParts parts;
    parts.files = {path};
    parts.vocabulary = readVocabulary(path);
    json config = json::object();
    if (isRegularFile(configPath)) {
        config = parseJson(configPath);
        parts.files.push_back(configPath);
    }
    const auto tokenizerClass = value<std::string>(config, "tokenizer_class", "", configPath);
    // vocab.txt is also what a few other tokenizers call a file of theirs.
    if (!tokenizerClass.empty() && !tokenizerClass.starts_with("Bert") && !tokenizerClass.starts_with("DistilBert")
        && !tokenizerClass.starts_with("Electra") && !tokenizerClass.starts_with("MobileBert"))
        unsupported(configPath, fmt::format("the tokenizer {}", tokenizerClass));
    BertNormalizer& bert = parts.normalizer;
    bert.lowercase = value(config, "do_lower_case", true, configPath);
    bert.chineseChars = value(config, "tokenize_chinese_chars", true, configPath);
    bert.stripAccents = value(config, "strip_accents", bert.lowercase, configPath);
    const auto special = [&](const char* key, const char* name) {
        const std::string content = tokenText(member(config, key), name);
        const auto it = parts.vocabulary.find(content);
        if (it == parts.vocabulary.end())
            damaged(path, fmt::format("the token {} is not in it", content));
        parts.added.push_back({.content = content, .id = it->second});
        return TemplatePiece{.ids = {it->second}, .tokens = {content}};
    };
    parts.unknown = special("unk_token", "[UNK]").tokens[0];
    parts.padId = special("pad_token", "[PAD]").ids[0];
    const TemplatePiece cls = special("cls_token", "[CLS]"), sep = special("sep_token", "[SEP]");
    if (parts.vocabulary.contains(tokenText(member(config, "mask_token"), "[MASK]")))
        special("mask_token", "[MASK]");
    parts.single = {cls, {.kind = TemplatePiece::First}, sep};
    parts.pair = parts.single;
    parts.pair.push_back({.kind = TemplatePiece::Second, .typeId = 1});
    parts.pair.push_back(sep);
    parts.pair.back().typeId = 1;
    parts.description = fmt::format("vocab.txt, WordPiece, {} tokens", thousands(parts.vocabulary.size()));
    return parts;
}

} // namespace

std::shared_ptr<const Tokenizer> loadTokenizer(const std::string& folder)
{
    const std::string jsonPath = joinPath(folder, "tokenizer.json");
    if (isRegularFile(jsonPath))
        return std::make_shared<WordPieceTokenizer>(JsonReader(jsonPath).read());
    if (isRegularFile(joinPath(folder, "vocab.txt")))
        return std::make_shared<WordPieceTokenizer>(readVocabularyFile(folder));
    throw Error(ErrorKind::File,
        fmt::format("There is no tokenizer.json and no vocab.txt in {}; name the tokenizer's folder.", folder),
        {.file = folder});
}

} // namespace octet::data
