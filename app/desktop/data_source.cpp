// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/data_source.h"

#include "widgets/background.h"

namespace octet::desktop {

DataSource::DataSource(QObject* parent)
    : QObject(parent)
{
}

void DataSource::check(const DataSpec& spec, std::shared_ptr<const graph::Model> model)
{
    const int generation = ++m_generation;
    m_content.spec = spec;
    m_content.checking = true;
    m_content.accepted = false;
    emit changed();
    widgets::background::run(
        this, [spec, model] { return checkData(spec, model); },
        [this, generation](std::shared_ptr<DataCheck> result) {
            if (generation == m_generation)
                adopt(std::move(result));
        });
}

void DataSource::adopt(std::shared_ptr<DataCheck> result)
{
    m_result = std::move(result);
    m_content = std::move(m_result->content);
    m_result->content = {};
    emit changed();
    emit checked();
}

void DataSource::clear()
{
    ++m_generation;
    m_result.reset();
    m_content = {};
    emit changed();
}

void DataSource::setAccepted(bool accepted)
{
    if (m_content.accepted == accepted)
        return;
    m_content.accepted = accepted;
    emit changed();
}

QString DataSource::whyNot() const
{
    if (checking())
        return QStringLiteral("the data is being checked");
    if (!usable())
        return m_content.problem.isEmpty() ? QStringLiteral("choose the data first") : m_content.problem;
    if (!m_content.accepted)
        return QStringLiteral("accept the data on the Data page first");
    return {};
}

} // namespace octet::desktop
