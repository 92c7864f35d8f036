// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/columns.h"
#include "core/data/dataset_base.h"
#include "core/data/files.h"
#include "core/data/labels.h"
#include "core/data/signature.h"
#include "core/data/table.h"
#include "core/data/text_samples.h"
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
    TextSamples::Sample sample(Split split, std::size_t index) const
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
    TextSamples read(
        const std::string& file, bool labelsNeeded, const LabelReader& reader, std::vector<int>& labels);
    std::string makeHash();

    std::vector<graph::ValueInfo> m_inputs;
    std::shared_ptr<const Tokenizer> m_tokenizer;
    TextSamples m_test, m_calib;
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
    const auto hashesOf = [](const TextSamples& samples) {
        std::vector<std::string> hashes;
        for (std::size_t i = 0; i < samples.size(); ++i)
            hashes.push_back(sha256(fmt::format("{}{}{}", samples.at(i).text, '\0', samples.at(i).pair)));
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

TextSamples TextDataset::read(
    const std::string& file, bool labelsNeeded, const LabelReader& reader, std::vector<int>& labels)
{
    TextColumns columns;
    const long limit = labelsNeeded ? m_spec.limit : m_spec.calibLimit; // only test texts need labels
    TextSamples samples;
    const auto choose = [&](const std::vector<std::string>& available) {
        columns = findColumns(available, m_spec, file, labelsNeeded);
        return columns.names();
    };
    const auto take = [&](const TableRow& row) {
        int label = -1;
        float number = 0;
        if (!columns.label.empty() && m_labelsAreNumbers)
            number = LabelReader::readNumber(row.cells.back(), file, row.line);
        else if (!columns.label.empty())
            label = reader.read(row.cells.back(), file, row.line);
        if (limit > 0 && samples.size() >= static_cast<std::size_t>(limit))
            return; // checked, but not taken
        if (!columns.label.empty() && m_labelsAreNumbers && labelsNeeded)
            m_numbers.push_back(number);
        const std::string &text = row.cells[0], pair = columns.pair.empty() ? "" : row.cells[1];
        const Encoding encoding = m_tokenizer->encode(text, pair, m_spec.maxLength);
        if (encoding.ids.empty())
            throw Error(ErrorKind::Data, fmt::format("{}, row {}: the text has no tokens.", file, row.line),
                {.file = file, .row = row.line});
        samples.add(text, pair, encoding, file, row.line);
        labels.push_back(label);
    };
    readTable(file, choose, take);
    samples.shrinkToFit();
    // What the test file settled holds for the calibration file too.
    m_spec.textColumn = columns.text;
    m_spec.textPairColumn = columns.pair;
    if (!columns.label.empty() && (labelsNeeded || m_spec.testFile.empty()))
        m_spec.labelColumn = columns.label;
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
void fillInput(Tensor& tensor, const std::string& name, const std::vector<TextSamples::Sample>& samples,
    std::size_t width, std::int64_t padId)
{
    T* row = tensor.data<T>();
    for (const TextSamples::Sample& each : samples) {
        for (std::size_t i = 0; i < width; ++i) {
            const bool real = i < each.ids.size();
            const std::int64_t value = name == idsName ? (real ? each.ids[i] : padId)
                : name == maskName                     ? (real ? 1 : 0)
                                                       : (real ? each.types[i] : 0);
            row[i] = static_cast<T>(value);
        }
        row += width;
    }
}

std::map<std::string, Tensor> TextDataset::batch(
    Split split, const std::vector<std::size_t>& indices, int paddedLength) const
{
    std::vector<TextSamples::Sample> samples;
    int longest = 1;
    for (const std::size_t index : indices) {
        samples.push_back(sample(split, index));
        longest = std::max(longest, static_cast<int>(samples.back().ids.size()));
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
        const TextSamples::Sample each = sample(split, i);
        const std::string text(each.text), pair(each.pair);
        Encoding encoding = m_tokenizer->encode(text, pair, m_spec.maxLength);
        PreviewRow row;
        row.row = each.row;
        row.text = pair.empty() ? text : text + " | " + pair;
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
