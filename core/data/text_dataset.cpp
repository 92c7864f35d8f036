// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/columns.h"
#include "core/data/dataset_base.h"
#include "core/data/files.h"
#include "core/data/labels.h"
#include "core/data/signature.h"
#include "core/data/table.h"
#include "core/data/tokenizer.h"
#include "core/values/error.h"
#include "core/values/hash.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace octet::data {

namespace {

constexpr const char* idsName = "input_ids";
constexpr const char* maskName = "attention_mask";
constexpr const char* typesName = "token_type_ids";

/// Held for every text of a file: half as wide as what models read, and no longer than it has to be.
using Ids = std::vector<std::int32_t>;

struct TextSample
{
    std::string text, pair;
    long row = 0;
    Ids ids, types;
};

Ids narrowed(const std::vector<std::int64_t>& wide, const std::string& file, long line)
{
    for (const std::int64_t id : wide)
        if (!std::in_range<std::int32_t>(id))
            throw Error(ErrorKind::Format,
                fmt::format("{}, row {}: the tokenizer gives the id {}, which no vocabulary has.", file, line, id),
                {.file = file, .row = line});
    return {wide.begin(), wide.end()};
}

class TextDataset : public DatasetBase
{
public:
    TextDataset(const DataSpec& spec, const Signature& signature);
    int length(Split split, std::size_t index) const override
    {
        return m_fixedLength > 0 ? m_fixedLength : static_cast<int>(sample(split, index).ids.size());
    }
    std::map<std::string, Tensor> batch(
        Split split, const std::vector<std::size_t>& indices, int paddedLength) const override;
    std::vector<PreviewRow> preview(Split split, std::size_t count) const override;

private:
    const TextSample& sample(Split split, std::size_t index) const
    {
        return (split == Split::Calibration ? m_calib : m_test).at(testIndex(split, index));
    }
    long fileRow(bool calibration, std::size_t index) const override
    {
        return (calibration ? m_calib : m_test).at(index).row;
    }
    void takeInputs(const Signature& signature);
    void takeLengthLimits(const Signature& signature);
    void openTokenizer(const Signature& signature);
    std::vector<TextSample> read(
        const std::string& file, bool labelsNeeded, const LabelReader& reader, std::vector<int>& labels);
    std::string makeHash();

    std::vector<graph::ValueInfo> m_inputs;
    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::vector<TextSample> m_test, m_calib;
    bool m_labelsAreNumbers; // of a model with one output
    std::vector<float> m_numbers; // read so far
    int m_fixedLength = 0; // of a model whose sequence dimension is a number
};

TextDataset::TextDataset(const DataSpec& given, const Signature& signature)
    : DatasetBase(given)
    , m_labelsAreNumbers(classesOf(signature) == 1)
{
    if (m_spec.testFile.empty() && m_spec.calibFile.empty())
        throw Error(ErrorKind::Data, "No text file is given; name one with test or calibration texts.");
    takeInputs(signature);
    takeLengthLimits(signature);
    openTokenizer(signature);
    std::vector<std::string> names = findLabelNames(m_spec, signature);
    const LabelReader reader(classesOf(signature), names);
    std::vector<int> testLabels, calibLabels;
    if (!m_spec.testFile.empty())
        m_test = read(m_spec.testFile, true, reader, testLabels);
    setTargets(std::move(m_numbers));
    if (!m_spec.calibFile.empty())
        m_calib = read(m_spec.calibFile, false, reader, calibLabels);
    const bool labelled = !testLabels.empty() && testLabels.front() >= 0; // a column is there for all rows or for none
    setLabels(std::move(testLabels), std::move(calibLabels), labelled);
    setClasses(classesOf(signature), std::move(names));
    const auto hashesOf = [](const std::vector<TextSample>& samples) {
        std::vector<std::string> hashes;
        for (const TextSample& each : samples)
            hashes.push_back(sha256(each.text + '\0' + each.pair));
        return hashes;
    };
    setSampleHashes(hashesOf(m_test), hashesOf(m_calib));
    m_hash = makeHash();
}

void TextDataset::takeInputs(const Signature& signature)
{
    for (const graph::ValueInfo& input : signature.inputs) {
        const bool known = input.name == idsName || input.name == maskName || input.name == typesName;
        if (!known)
            throw Error(ErrorKind::Unsupported,
                fmt::format("The model needs the input {}, which texts do not give; they give {}, {} and {}.",
                    input.name, idsName, maskName, typesName),
                {.node = input.name});
        if ((input.type != DType::I64 && input.type != DType::I32) || (input.hasShape && input.shape.size() != 2))
            throw Error(ErrorKind::Unsupported,
                fmt::format("The model's input {} is {} {}; texts need int64 or int32 [batch, sequence].", input.name,
                    toString(input.type), describeShape(input)),
                {.node = input.name});
        m_inputs.push_back(input);
    }
    if (inputNamed(signature, idsName) == nullptr)
        throw Error(ErrorKind::Unsupported,
            fmt::format("The model has no input {}, so it reads no texts; give its inputs as .npy arrays.", idsName));
}

void TextDataset::takeLengthLimits(const Signature& signature)
{
    const graph::ValueInfo& ids = *inputNamed(signature, idsName);
    if (ids.shape.size() == 2 && ids.shape[1].value > 0) {
        constexpr std::int64_t longest = 1 << 20;
        m_fixedLength = static_cast<int>(std::min(ids.shape[1].value, longest));
        m_spec.maxLength = m_fixedLength;
        return;
    }
    const std::string config = findBeside(signature, "config.json");
    if (config.empty())
        return;
    const auto json = nlohmann::json::parse(readFile(config, 16u << 20), nullptr, false);
    const auto it = json.is_object() ? json.find("max_position_embeddings") : json.end();
    // There is no embedding for a position beyond: the model could not run such a text.
    if (json.is_object() && it != json.end() && it->is_number_integer() && it->get<std::int64_t>() > 0)
        m_spec.maxLength = static_cast<int>(std::min<std::int64_t>(m_spec.maxLength, it->get<std::int64_t>()));
}

void TextDataset::openTokenizer(const Signature& signature)
{
    std::string folder = m_spec.tokenizerDir;
    for (const std::string& candidate : signature.folders)
        if (folder.empty()
            && (isRegularFile(joinPath(candidate, "tokenizer.json"))
                || isRegularFile(joinPath(candidate, "vocab.txt"))))
            folder = candidate;
    if (folder.empty() && !signature.folders.empty())
        folder = signature.folders.front();
    m_tokenizer = loadTokenizer(folder);
}

std::vector<TextSample> TextDataset::read(
    const std::string& file, bool labelsNeeded, const LabelReader& reader, std::vector<int>& labels)
{
    TextColumns columns;
    Table table = readTable(file, [&](const std::vector<std::string>& available) {
        columns = findColumns(available, m_spec, file, labelsNeeded);
        return columns.names();
    });
    // What the test file settled holds for the calibration file too.
    m_spec.textColumn = columns.text;
    m_spec.textPairColumn = columns.pair;
    if (!columns.label.empty() && (labelsNeeded || m_spec.testFile.empty()))
        m_spec.labelColumn = columns.label;
    const long limit = labelsNeeded ? m_spec.limit : m_spec.calibLimit; // only test texts need labels
    const std::size_t count =
        limit > 0 ? std::min(table.rows.size(), static_cast<std::size_t>(limit)) : table.rows.size();
    std::vector<TextSample> samples;
    samples.reserve(count);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        TableRow& row = table.rows[i];
        int label = -1;
        float number = 0;
        if (!columns.label.empty() && m_labelsAreNumbers)
            number = LabelReader::readNumber(row.cells.back(), file, row.line);
        else if (!columns.label.empty())
            label = reader.read(row.cells.back(), file, row.line);
        if (i >= count)
            continue; // checked, but not taken
        if (!columns.label.empty() && m_labelsAreNumbers && labelsNeeded)
            m_numbers.push_back(number);
        TextSample taken{std::move(row.cells[0]), columns.pair.empty() ? "" : std::move(row.cells[1]), row.line, {}, {}};
        const Encoding encoding = m_tokenizer->encode(taken.text, taken.pair, m_spec.maxLength);
        taken.ids = narrowed(encoding.ids, file, row.line);
        taken.types = narrowed(encoding.typeIds, file, row.line);
        row.cells.clear();
        row.cells.shrink_to_fit();
        if (taken.ids.empty())
            throw Error(ErrorKind::Data, fmt::format("{}, row {}: the text has no tokens.", file, row.line),
                {.file = file, .row = row.line});
        samples.push_back(std::move(taken));
        labels.push_back(label);
    }
    return samples;
}

std::string TextDataset::makeHash()
{
    PartsHash hash = commonHash();
    hash.add("kind", "text");
    hash.add("test", m_spec.testFile.empty() ? "" : noteFile(m_spec.testFile));
    hash.add("calib", m_spec.calibFile.empty() ? "" : noteFile(m_spec.calibFile));
    for (const std::string& file : m_tokenizer->files())
        hash.add("tokenizer", noteFile(file));
    hash.add("text", m_spec.textColumn).add("pair", m_spec.textPairColumn).add("label", m_spec.labelColumn);
    return hash.add("maxLength", std::to_string(m_spec.maxLength)).hex();
}

template <typename T>
void fillInput(Tensor& tensor, const std::string& name, const std::vector<const TextSample*>& samples,
    std::size_t width, std::int64_t padId)
{
    T* row = tensor.data<T>();
    for (const TextSample* each : samples) {
        for (std::size_t i = 0; i < width; ++i) {
            const bool real = i < each->ids.size();
            const std::int64_t value = name == idsName ? (real ? each->ids[i] : padId)
                : name == maskName                     ? (real ? 1 : 0)
                                                       : (real ? each->types[i] : 0);
            row[i] = static_cast<T>(value);
        }
        row += width;
    }
}

std::map<std::string, Tensor> TextDataset::batch(
    Split split, const std::vector<std::size_t>& indices, int paddedLength) const
{
    std::vector<const TextSample*> samples;
    int longest = 1;
    for (const std::size_t index : indices) {
        samples.push_back(&sample(split, index));
        longest = std::max(longest, static_cast<int>(samples.back()->ids.size()));
    }
    const int width = m_fixedLength > 0 ? m_fixedLength : paddedLength > 0 ? paddedLength : longest;
    if (width < longest)
        throw Error(
            ErrorKind::Internal, fmt::format("A batch of length {} cannot hold a text of {} tokens.", width, longest));
    std::map<std::string, Tensor> inputs;
    for (const graph::ValueInfo& input : m_inputs) {
        Tensor tensor(input.type, {static_cast<std::int64_t>(samples.size()), width});
        if (input.type == DType::I64)
            fillInput<std::int64_t>(tensor, input.name, samples, static_cast<std::size_t>(width), m_tokenizer->padId());
        else
            fillInput<std::int32_t>(tensor, input.name, samples, static_cast<std::size_t>(width), m_tokenizer->padId());
        inputs.emplace(input.name, std::move(tensor));
    }
    return inputs;
}

std::vector<PreviewRow> TextDataset::preview(Split split, std::size_t count) const
{
    std::vector<PreviewRow> rows;
    for (std::size_t i = 0; i < std::min(count, size(split)); ++i) {
        const TextSample& each = sample(split, i);
        Encoding encoding = m_tokenizer->encode(each.text, each.pair, m_spec.maxLength);
        PreviewRow row;
        row.row = each.row;
        row.text = each.pair.empty() ? each.text : each.text + " | " + each.pair;
        row.length = static_cast<int>(encoding.ids.size());
        row.tokens = std::move(encoding.tokens);
        row.ids = std::move(encoding.ids);
        row.label = label(split, i);
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace

std::shared_ptr<const Dataset> openText(const DataSpec& spec, const Signature& signature)
{
    return std::make_shared<TextDataset>(spec, signature);
}

} // namespace octet::data
