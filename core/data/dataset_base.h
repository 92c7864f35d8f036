// SPDX-License-Identifier: GPL-3.0-or-later
// What text and array data sets have in common: splits, labels, hash.
#pragma once

#include "core/data/dataset.h"

namespace octet::data {

/// Test indices of the two halves, each in ascending order.
struct Halves
{
    std::vector<std::size_t> tuning, heldOut;
};
/// The half (rounded down) with the lower hashes is Tuning; equal samples are told apart by their index.
/// By the order of the samples' hashes, or of hashes of seed and hash when `seed` is not 0.
Halves halve(std::vector<std::string> sampleHashes, long seed = 0);

/// A hash over parts, none of which can run into the next.
class PartsHash
{
public:
    PartsHash& add(const std::string& name, const std::string& value);
    std::string hex() const;

private:
    std::string m_text;
};

class DatasetBase : public Dataset
{
public:
    const DataSpec& spec() const override { return m_spec; }
    std::size_t size(Split split) const override;
    int label(Split split, std::size_t index) const override;
    bool hasLabels() const override { return m_hasLabels; }
    int classes() const override { return m_classes; }
    LabelKind labelKind() const override
    {
        return m_hasLabels ? LabelKind::Classes
            : !m_targets.empty() ? LabelKind::Numbers
            : m_tokenColumns > 0 ? LabelKind::Tokens
                                 : LabelKind::None;
    }
    float target(Split split, std::size_t index) const override { return m_targets.at(testIndex(split, index)); }
    std::vector<int> tokenLabels(Split split, std::size_t index) const override;
    std::string hash() const override { return m_hash; }
    std::size_t testIndex(Split split, std::size_t index) const override;
    std::vector<SharedRow> shared() const override;

protected:
    explicit DatasetBase(DataSpec spec)
        : m_spec(std::move(spec))
    {
    }
    void setLabels(std::vector<int> test, std::vector<int> calib, bool hasLabels);
    void setTargets(std::vector<float> targets) { m_targets = std::move(targets); }
    /// `labels` are rows of `columns`.
    void setTokenLabels(std::vector<int> labels, std::size_t columns)
    {
        m_tokenLabels = std::move(labels);
        m_tokenColumns = columns;
    }
    /// Halves the test samples, and finds the calibration samples that are among them, by hashes of all samples.
    void setSampleHashes(std::vector<std::string> test, const std::vector<std::string>& calib);
    /// Row in its file of the sample at `index` of all calibration (or test) rows.
    virtual long fileRow(bool /*calibration*/, std::size_t index) const { return static_cast<long>(index) + 1; }
    /// Sets classes from the model's output (0 = unknown: the highest label), and the names of all of them.
    void setClasses(int ofModel, std::vector<std::string> names);
    /// Notes a file in the spec and returns its sha256.
    std::string noteFile(const std::string& path);
    /// Starts the hash with what both kinds have in it.
    PartsHash commonHash() const;

    DataSpec m_spec;
    Halves m_halves;
    std::vector<std::pair<std::size_t, std::size_t>> m_shared; // calibration and test row
    std::vector<std::size_t> m_calibration; // rows that are taken
    std::vector<int> m_testLabels, m_calibLabels; // as many as samples; -1 = none
    bool m_hasLabels = false;
    std::vector<float> m_targets; // of test samples that are labelled with numbers
    std::vector<int> m_tokenLabels;
    std::size_t m_tokenColumns = 0;
    int m_classes = 0;
    std::string m_hash;
};

} // namespace octet::data
