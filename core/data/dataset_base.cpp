// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_base.h"

#include "core/data/labels.h"
#include "core/values/error.h"
#include "core/values/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>

namespace octet::data {

Halves halve(std::vector<std::string> sampleHashes, long seed)
{
    if (seed != 0)
        for (std::string& hash : sampleHashes)
            hash = sha256(fmt::format("{} {}", seed, hash));
    std::vector<std::size_t> order(sampleHashes.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) -> const std::string& { return sampleHashes[i]; });
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
    Halves halves{{order.begin(), middle}, {middle, order.end()}};
    std::ranges::sort(halves.tuning);
    std::ranges::sort(halves.heldOut);
    return halves;
}

PartsHash& PartsHash::add(const std::string& name, const std::string& value)
{
    m_text += fmt::format("{}={}:{}\n", name, value.size(), value);
    return *this;
}

std::string PartsHash::hex() const
{
    return sha256(m_text);
}

std::size_t DatasetBase::size(Split split) const
{
    switch (split) {
    case Split::Calibration:
        return m_calibration.size();
    case Split::Tuning:
        return m_halves.tuning.size();
    case Split::HeldOut:
        return m_halves.heldOut.size();
    case Split::Test:
        return m_testLabels.size();
    }
    return 0;
}

int DatasetBase::label(Split split, std::size_t index) const
{
    return split == Split::Calibration ? m_calibLabels.at(testIndex(split, index))
                                       : m_testLabels.at(testIndex(split, index));
}

std::vector<int> DatasetBase::tokenLabels(Split split, std::size_t index) const
{
    const std::size_t row = testIndex(split, index) * m_tokenColumns;
    const int tokens = length(split, index); // 0: all of a fixed shape
    const std::size_t count = tokens > 0 ? std::min(m_tokenColumns, static_cast<std::size_t>(tokens)) : m_tokenColumns;
    const auto from = m_tokenLabels.begin() + static_cast<std::ptrdiff_t>(row);
    return {from, from + static_cast<std::ptrdiff_t>(count)};
}

std::size_t DatasetBase::testIndex(Split split, std::size_t index) const
{
    if (index >= size(split))
        throw Error(ErrorKind::Internal,
            fmt::format("Sample {} of {} was asked for, which has {}.", index, toString(split), size(split)));
    switch (split) {
    case Split::Calibration:
        return m_calibration[index];
    case Split::Tuning:
        return m_halves.tuning[index];
    case Split::HeldOut:
        return m_halves.heldOut[index];
    case Split::Test:
        break;
    }
    return index;
}

void DatasetBase::setSampleHashes(std::vector<std::string> test, const std::vector<std::string>& calib)
{
    if (!m_spec.sharedRows.empty() && m_spec.sharedRows != "keep" && m_spec.sharedRows != "leave_out")
        throw Error(ErrorKind::Setting,
            fmt::format("shared_rows is keep or leave_out, not \"{}\".", m_spec.sharedRows.substr(0, 60)));
    std::unordered_map<std::string_view, std::size_t> tested;
    for (std::size_t row = 0; row < test.size(); ++row)
        tested.emplace(test[row], row);
    for (std::size_t row = 0; row < calib.size(); ++row) {
        const auto it = tested.find(calib[row]);
        if (it != tested.end())
            m_shared.emplace_back(row, it->second);
        if (it == tested.end() || m_spec.sharedRows != "leave_out")
            m_calibration.push_back(row);
    }
    m_halves = halve(std::move(test), m_spec.splitSeed);
}

std::vector<SharedRow> DatasetBase::shared() const
{
    std::vector<SharedRow> rows;
    for (const auto& [calib, test] : m_shared)
        rows.push_back({fileRow(true, calib), fileRow(false, test)});
    return rows;
}

void DatasetBase::setLabels(std::vector<int> test, std::vector<int> calib, bool hasLabels)
{
    m_testLabels = std::move(test);
    m_calibLabels = std::move(calib);
    m_hasLabels = hasLabels;
}

void DatasetBase::setClasses(int ofModel, std::vector<std::string> names)
{
    m_classes = ofModel;
    if (m_classes == 0)
        for (const auto* labels : {&m_testLabels, &m_calibLabels})
            for (const int label : *labels)
                m_classes = std::max(m_classes, label + 1);
    m_spec.labelNames = completeNames(std::move(names), m_classes);
}

std::string DatasetBase::noteFile(const std::string& path)
{
    const auto known = m_spec.hashes.find(path);
    return known != m_spec.hashes.end() ? known->second : m_spec.hashes[path] = sha256File(path);
}

PartsHash DatasetBase::commonHash() const
{
    // Names are left out, only what they made of the labels counts; and so are paths, so that data may be moved.
    PartsHash hash;
    hash.add("limit", std::to_string(m_spec.limit)).add("calibLimit", std::to_string(m_spec.calibLimit));
    if (m_spec.splitSeed != 0)
        hash.add("splitSeed", std::to_string(m_spec.splitSeed));
    if (m_spec.sharedRows == "leave_out" && !m_shared.empty())
        hash.add("sharedRows", m_spec.sharedRows);
    std::string labels;
    for (const int label : m_testLabels)
        labels += fmt::format("{},", label);
    for (const float target : m_targets)
        labels += fmt::format("{},", target);
    for (const int label : m_tokenLabels)
        labels += fmt::format("{},", label);
    return hash.add("labels", labels);
}

} // namespace octet::data
