// SPDX-License-Identifier: GPL-3.0-or-later
// The project's data: being checked in the background, green or not, accepted or not.
#pragma once

#include "app/desktop/data_check.h"

#include <QObject>

#include <memory>

namespace octet::desktop {

class DataSource : public QObject
{
    Q_OBJECT
public:
    explicit DataSource(QObject* parent = nullptr);

    /// A later call wins over an earlier one that still runs.
    void check(const DataSpec& spec, std::shared_ptr<const graph::Model> model);
    void clear();
    void setAccepted(bool accepted);

    bool checking() const { return m_content.checking; }
    bool usable() const { return m_result && m_result->usable() && !checking(); }
    bool accepted() const { return usable() && m_content.accepted; }
    /// Why nothing can run yet; empty = it can.
    QString whyNot() const;
    const widgets::DataPageContent& content() const { return m_content; }
    const DataSpec& spec() const { return m_content.spec; }
    std::string hash() const { return usable() ? m_result->dataHash : std::string(); }
    LabelKind labels() const { return m_result ? m_result->labels : LabelKind::None; }
    long calibrationSamples() const { return m_result ? m_result->calibration : 0; }
    long tuningSamples() const { return m_result ? m_result->tuning : 0; }
    long testSamples() const { return m_result ? m_result->tuning + m_result->heldOut : 0; }

signals:
    void changed();
    void checked(); // the check that was asked for has ended

private:
    void adopt(std::shared_ptr<DataCheck> result);

    widgets::DataPageContent m_content;
    std::shared_ptr<DataCheck> m_result;
    int m_generation = 0;
};

} // namespace octet::desktop
