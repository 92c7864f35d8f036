// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/array_input.h"
#include "core/data/dataset_base.h"
#include "core/data/files.h"
#include "core/data/labels.h"
#include "core/data/nearest.h"
#include "core/data/npy.h"
#include "core/values/error.h"
#include "core/values/hash.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace octet::data {

namespace {

constexpr const char* idsName = "input_ids";
constexpr const char* maskName = "attention_mask";

class ArrayDataset : public DatasetBase
{
public:
    ArrayDataset(const DataSpec& spec, const Signature& signature);
    int length(Split split, std::size_t index) const override
    {
        const std::size_t row = testIndex(split, index);
        return m_width == 0 ? 0 : (split == Split::Calibration ? m_calibLengths : m_testLengths)[row];
    }
    bool isAllPadding(Split split, std::size_t index) const override
    {
        const std::vector<bool>& all = split == Split::Calibration ? m_calibAllPadding : m_testAllPadding;
        return !all.empty() && all[testIndex(split, index)];
    }
    std::map<std::string, Tensor> batch(
        Split split, const std::vector<std::size_t>& indices, int paddedLength) const override;
    std::vector<PreviewRow> preview(Split split, std::size_t count) const override;
    std::optional<Picture> picture(Split split, std::size_t index) const override;

private:
    void load(const Signature& signature);
    std::size_t rows(Tensor ArrayInput::*part, long limit) const;
    std::vector<std::string> sampleHashes(Tensor ArrayInput::*part, std::size_t rows) const;
    void takeLengths(const Signature& signature);
    void takeLabels(const LabelReader& reader, const Signature& signature);
    void takeNumbers(const Tensor& tensor, const Signature& signature);
    void takeTokenLabels(const Tensor& tensor, const LabelReader& reader, const Signature& signature);
    bool cut(const ArrayInput& input) const
    {
        return m_width != 0 && input.freeColumns && input.sample == Shape{m_width};
    }
    std::string makeHash();

    std::vector<ArrayInput> m_inputs;
    std::size_t m_testRows = 0, m_calibRows = 0;
    std::int64_t m_width = 0; // columns of arrays whose rows have lengths of their own; 0 = fixed-shape samples
    std::vector<int> m_testLengths, m_calibLengths;
    std::vector<bool> m_testAllPadding, m_calibAllPadding; // empty without a mask
    std::int64_t m_padId = 0;
};

void checkNames(const std::map<std::string, std::string>& files, const Signature& signature)
{
    std::vector<std::string> names;
    for (const graph::ValueInfo& input : signature.inputs)
        names.push_back(input.name);
    for (const auto& [name, file] : files)
        if (std::ranges::find(names, name) == names.end())
            throw Error(ErrorKind::Data,
                fmt::format("The model has no input {}; its inputs are {}{}", name, listed(names),
                    nearestName(names, name).empty() ? "." : nearestHint(names, name)),
                {.file = file, .node = name});
    for (const std::string& name : names)
        if (!files.empty() && !files.contains(name))
            throw Error(ErrorKind::Data,
                fmt::format("The model's input {} has no array; name one for each of {}.", name, listed(names)),
                {.node = name});
}

ArrayDataset::ArrayDataset(const DataSpec& given, const Signature& signature)
    : DatasetBase(given)
{
    if (m_spec.testInputs.empty() && m_spec.calibInputs.empty())
        throw Error(ErrorKind::Data, "No array is given; name one for each model input.");
    checkNames(m_spec.testInputs, signature);
    checkNames(m_spec.calibInputs, signature);
    load(signature);
    m_testRows = rows(&ArrayInput::test, m_spec.limit);
    m_calibRows = rows(&ArrayInput::calib, m_spec.calibLimit);
    takeLengths(signature);
    std::vector<std::string> names = findLabelNames(m_spec, signature);
    takeLabels(LabelReader(classesOf(signature), names), signature);
    setClasses(classesOf(signature), std::move(names));
    setSampleHashes(sampleHashes(&ArrayInput::test, m_testRows), sampleHashes(&ArrayInput::calib, m_calibRows));
    m_hash = makeHash();
}

void ArrayDataset::load(const Signature& signature)
{
    const auto fileOf = [](const std::map<std::string, std::string>& files, const std::string& name) {
        const auto it = files.find(name);
        return it == files.end() ? std::string() : it->second;
    };
    bool pixels = false;
    std::map<std::string, std::int64_t> sizes; // of the dimensions that the model only names
    for (const graph::ValueInfo& input : signature.inputs) {
        m_inputs.push_back(loadArrayInput(
            input, fileOf(m_spec.testInputs, input.name), fileOf(m_spec.calibInputs, input.name), m_spec));
        const ArrayInput& loaded = m_inputs.back();
        for (std::size_t axis = 1; input.hasShape && axis < input.shape.size() && !loaded.sample.empty(); ++axis) {
            const std::string& name = input.shape[axis].name;
            const std::int64_t size = loaded.sample[axis - 1];
            if (input.shape[axis].value < 0 && !name.empty() && sizes.emplace(name, size).first->second != size)
                throw Error(ErrorKind::Data,
                    fmt::format("The array of {} has {} columns of \"{}\", but another input has {}.", input.name, size,
                        name, sizes.at(name)),
                    {.node = input.name});
        }
        pixels = pixels || !m_inputs.back().conversion.pixels.empty();
    }
    if (!pixels && !(m_spec.mean.empty() && m_spec.std.empty()))
        throw Error(
            ErrorKind::Setting, "mean and std are for uint8 arrays that feed a float input; there is none here.");
}

/// Rows of all inputs, which must agree, cut at the limit.
std::size_t ArrayDataset::rows(Tensor ArrayInput::*part, long limit) const
{
    const ArrayInput& first = m_inputs.front();
    if ((first.*part).shape.empty())
        return 0;
    const std::int64_t count = (first.*part).shape[0];
    for (const ArrayInput& input : m_inputs)
        if ((input.*part).shape[0] != count)
            throw Error(ErrorKind::Data,
                fmt::format("The array of {} has {} rows, but that of {} has {}.", input.name, (input.*part).shape[0],
                    first.name, count));
    return static_cast<std::size_t>(limit > 0 ? std::min<std::int64_t>(count, limit) : count);
}

std::vector<std::string> ArrayDataset::sampleHashes(Tensor ArrayInput::*part, std::size_t rows) const
{
    std::vector<std::string> hashes;
    for (std::size_t row = 0; row < rows; ++row) {
        std::string parts;
        for (const ArrayInput& input : m_inputs) {
            const Tensor& tensor = input.*part;
            const std::size_t size = tensor.bytes.size() / static_cast<std::size_t>(tensor.shape[0]);
            parts += sha256(std::span(tensor.bytes).subspan(row * size, size));
        }
        hashes.push_back(sha256(parts));
    }
    return hashes;
}

/// With a mask [n, columns] a row is as long as its last masked-in column says: its sum, where padding is at the end.
void ArrayDataset::takeLengths(const Signature& signature)
{
    const auto mask = std::ranges::find(m_inputs, maskName, &ArrayInput::name);
    if (mask == m_inputs.end() || mask->sample.size() != 1 || !mask->freeColumns || !isInteger(mask->conversion.from)
        || mask->sample[0] < 1)
        return;
    m_width = mask->sample[0];
    const auto width = static_cast<std::size_t>(m_width);
    const auto lengthsOf = [&](const Tensor& tensor, std::size_t count, std::vector<bool>& allPadding) {
        std::vector<int> lengths(count, 1);
        allPadding.assign(count, true);
        for (std::size_t row = 0; row < count; ++row)
            for (std::size_t column = 0; column < width; ++column)
                if (integerAt(tensor, row * width + column) != 0) {
                    lengths[row] = static_cast<int>(column + 1);
                    allPadding[row] = false;
                }
        return lengths;
    };
    m_testLengths = lengthsOf(mask->test, m_testRows, m_testAllPadding);
    m_calibLengths = lengthsOf(mask->calib, m_calibRows, m_calibAllPadding);
    m_spec.maxLength = static_cast<int>(m_width);
    const std::string config = findBeside(signature, "config.json");
    const auto json =
        config.empty() ? nlohmann::json() : nlohmann::json::parse(readFile(config, 16u << 20), nullptr, false);
    if (json.is_object() && json.contains("pad_token_id") && json["pad_token_id"].is_number_integer())
        m_padId = json["pad_token_id"].get<std::int64_t>();
}

void ArrayDataset::takeLabels(const LabelReader& reader, const Signature& signature)
{
    std::vector<int> labels(m_testRows, -1);
    const std::string& file = m_spec.labelsFile;
    bool classes = false;
    if (!file.empty() && m_testRows > 0) {
        const Tensor tensor = readNpy(file);
        const std::int64_t count = m_inputs.front().test.shape[0];
        const bool oneEach = tensor.shape == Shape{count} || tensor.shape == Shape{count, 1};
        if (oneEach && (tensor.type == DType::F32 || tensor.type == DType::F64 || (isInteger(tensor.type) && classesOf(signature) == 1)))
            takeNumbers(tensor, signature);
        else if (tensor.shape.size() == 2 && tensor.shape[0] == count && isInteger(tensor.type) && !oneEach)
            takeTokenLabels(tensor, reader, signature);
        else if (!isInteger(tensor.type))
            throw Error(ErrorKind::Data,
                fmt::format("{} holds {}; labels are integers, such as int32 or int64.", file, toString(tensor.type)),
                {.file = file});
        else if (!oneEach)
            throw Error(ErrorKind::Data,
                fmt::format("{} has the shape {}, but there are {} samples; give one label each.", file,
                    toString(tensor.shape), count),
                {.file = file});
        else if (outputRank(signature) == 3)
            throw Error(ErrorKind::Data,
                fmt::format("{} has one label a sample, but the model answers for each token; give labels [samples, "
                            "tokens], {} where a token does not count.",
                    file, ignoredLabel),
                {.file = file});
        else
            classes = true;
        for (std::size_t row = 0; classes && row < static_cast<std::size_t>(count); ++row) {
            const int label = reader.check(integerAt(tensor, row), file, static_cast<long>(row) + 1);
            if (row < m_testRows)
                labels[row] = label;
        }
    }
    setLabels(std::move(labels), std::vector<int>(m_calibRows, -1), classes);
}

void ArrayDataset::takeNumbers(const Tensor& tensor, const Signature& signature)
{
    const std::string& file = m_spec.labelsFile;
    if (const int classes = classesOf(signature); classes > 1)
        throw Error(ErrorKind::Data,
            fmt::format("{} holds {}, but the model has {} classes; their labels are integers, such as int32 or int64.",
                file, toString(tensor.type), classes),
            {.file = file});
    std::vector<float> targets;
    for (std::size_t row = 0; row < m_testRows; ++row) {
        const float target = tensor.type == DType::F32 ? tensor.data<float>()[row]
            : tensor.type == DType::F64                ? static_cast<float>(tensor.data<double>()[row])
                                                       : static_cast<float>(integerAt(tensor, row));
        if (!std::isfinite(target))
            throw Error(ErrorKind::Data, fmt::format("{}, row {}: the label is not a finite number.", file, row + 1),
                {.file = file, .row = static_cast<long>(row) + 1});
        targets.push_back(target);
    }
    setTargets(std::move(targets));
}

void ArrayDataset::takeTokenLabels(const Tensor& tensor, const LabelReader& reader, const Signature& signature)
{
    const std::string& file = m_spec.labelsFile;
    if (const int rank = outputRank(signature); rank != 3 && rank != 0)
        throw Error(ErrorKind::Data,
            fmt::format("{} has the shape {}, labels for tokens, but the model gives one answer a sample; give one label "
                        "each.",
                file, toString(tensor.shape)),
            {.file = file});
    const std::int64_t columns = tensor.shape[1];
    if (m_width != 0 && columns != m_width)
        throw Error(ErrorKind::Data,
            fmt::format("{} labels {} tokens a sample, but the inputs have {}; label every column, {} where it does not "
                        "count.",
                file, columns, m_width, ignoredLabel),
            {.file = file});
    std::vector<int> labels;
    const auto size = m_testRows * static_cast<std::size_t>(columns);
    for (std::size_t i = 0; i < size; ++i) {
        const std::int64_t label = integerAt(tensor, i);
        labels.push_back(label == ignoredLabel
                ? ignoredLabel
                : reader.check(label, file, static_cast<long>(i / static_cast<std::size_t>(columns)) + 1));
    }
    setTokenLabels(std::move(labels), static_cast<std::size_t>(columns));
}

std::string ArrayDataset::makeHash()
{
    PartsHash hash = commonHash();
    hash.add("kind", "arrays");
    for (const auto& [name, file] : m_spec.testInputs)
        hash.add("test " + name, noteFile(file));
    for (const auto& [name, file] : m_spec.calibInputs)
        hash.add("calib " + name, noteFile(file));
    if (!m_spec.labelsFile.empty())
        noteFile(m_spec.labelsFile); // what it holds is in the hash as labels
    for (const auto* values : {&m_spec.mean, &m_spec.std})
        for (const double value : *values)
            hash.add(values == &m_spec.mean ? "mean" : "std", fmt::format("{}", value));
    return hash.hex();
}

std::map<std::string, Tensor> ArrayDataset::batch(
    Split split, const std::vector<std::size_t>& indices, int paddedLength) const
{
    std::map<std::string, Tensor> inputs;
    std::int64_t columns = paddedLength > 0 ? paddedLength : m_width;
    for (const std::size_t index : indices)
        if (m_width != 0 && length(split, index) > columns)
            throw Error(ErrorKind::Internal,
                fmt::format("A batch of length {} cannot hold a sample of length {}.", columns, length(split, index)));
    for (const ArrayInput& input : m_inputs) {
        const Tensor& source = split == Split::Calibration ? input.calib : input.test;
        const auto size = static_cast<std::size_t>(elementCount(input.sample));
        const bool variable = cut(input);
        Shape shape = {static_cast<std::int64_t>(indices.size())};
        shape.insert(shape.end(), input.sample.begin(), input.sample.end());
        if (variable)
            shape[1] = columns;
        Tensor tensor(input.conversion.to, std::move(shape));
        const std::size_t step = variable ? static_cast<std::size_t>(columns) : size;
        const std::size_t taken = std::min(step, size), bytes = elementSize(tensor.type);
        for (std::size_t i = 0; i < indices.size(); ++i) {
            std::byte* target = tensor.bytes.data() + i * step * bytes;
            convert(input.conversion, source, testIndex(split, indices[i]) * size, taken, target);
            for (std::size_t column = taken; column < step && input.name == idsName && isInteger(tensor.type); ++column)
                std::memcpy(target + column * bytes, &m_padId, bytes); // little endian
        }
        inputs.emplace(input.name, std::move(tensor));
    }
    return inputs;
}

std::optional<Picture> ArrayDataset::picture(Split split, std::size_t index) const
{
    const auto input = std::ranges::find_if(m_inputs, [](const ArrayInput& i) { return !i.conversion.pixels.empty(); });
    if (input == m_inputs.end() || input->sample.size() != 3 || (input->sample[0] != 1 && input->sample[0] != 3))
        return {};
    Picture picture;
    picture.channels = static_cast<int>(input->sample[0]);
    picture.height = static_cast<int>(input->sample[1]), picture.width = static_cast<int>(input->sample[2]);
    const Tensor& source = split == Split::Calibration ? input->calib : input->test;
    const auto channels = static_cast<std::size_t>(picture.channels);
    const auto size = static_cast<std::size_t>(elementCount(input->sample)), plane = size / channels;
    const std::byte* first = source.bytes.data() + testIndex(split, index) * size;
    for (std::size_t i = 0; i < plane; ++i)
        for (std::size_t channel = 0; channel < channels; ++channel)
            picture.pixels.push_back(static_cast<std::uint8_t>(first[channel * plane + i]));
    return picture;
}

std::vector<PreviewRow> ArrayDataset::preview(Split split, std::size_t count) const
{
    std::vector<PreviewRow> found;
    for (std::size_t i = 0; i < std::min(count, size(split)); ++i) {
        PreviewRow row;
        const std::size_t index = testIndex(split, i);
        row.row = static_cast<long>(index) + 1;
        row.length = length(split, i);
        row.label = label(split, i);
        for (const ArrayInput& input : m_inputs) {
            const Tensor& source = split == Split::Calibration ? input.calib : input.test;
            row.text += fmt::format("{}{}: {}", row.text.empty() ? "" : "; ", input.name, describeRow(source, index));
            if (input.name == idsName && isInteger(source.type) && row.length > 0)
                for (std::size_t column = 0; column < static_cast<std::size_t>(row.length); ++column)
                    row.ids.push_back(integerAt(source, index * static_cast<std::size_t>(m_width) + column));
        }
        found.push_back(std::move(row));
    }
    return found;
}

} // namespace

std::shared_ptr<const Dataset> openArrays(const DataSpec& spec, const Signature& signature)
{
    if (signature.inputs.empty())
        throw Error(ErrorKind::Unsupported, "The model has no inputs, so there is nothing to feed.");
    return std::make_shared<ArrayDataset>(spec, signature);
}

} // namespace octet::data
