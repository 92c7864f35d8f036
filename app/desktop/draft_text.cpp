// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/draft_text.h"

#include "app/desktop/words.h"
#include "core/exchange/inc_yaml.h"

#include <QObject>

#include <algorithm>

namespace octet::desktop {

using words::q;
using words::s;

QString configText(const Config& config)
{
    return q(exchange::writeConfigYaml(config));
}

ConfigWritten incText(const graph::Model& model, const Config& config, const Goal& goal, long calibrationSamples)
{
    try {
        const exchange::IncExport written = exchange::writeIncYaml(model, config, goal, calibrationSamples);
        QStringList losses;
        for (const std::string& loss : written.losses)
            losses << q(loss);
        return {q(written.yaml), losses.join(QStringLiteral("; "))};
    } catch (const std::exception& error) {
        return {{}, QString::fromUtf8(error.what())};
    }
}

ConfigRead readConfigText(const QString& text)
{
    ConfigRead read;
    try {
        read.text = exchange::readConfigYaml(s(text), "Draft");
    } catch (const Error& error) {
        read.problems << widgets::TextProblem{error.where().line, error.where().column, q(error.message()), true};
    } catch (const std::exception& error) {
        read.problems << widgets::TextProblem{0, 0, QString::fromUtf8(error.what()), true};
    }
    return read;
}

QVector<widgets::TextProblem> problemsInText(
    const std::vector<quantize::Problem>& problems, const std::map<std::string, Location>& places)
{
    QVector<widgets::TextProblem> result;
    for (const quantize::Problem& problem : problems) {
        const auto place = places.find(problem.path);
        const Location where = place == places.end() ? Location{} : place->second;
        const QString at = where.line == 0
            ? QString()
            : QObject::tr("Line %1, column %2: ").arg(where.line).arg(where.column);
        result << widgets::TextProblem{
            where.line, where.column, at + q(problem.path) + QStringLiteral(": ") + q(problem.message), problem.error};
    }
    std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.error > b.error; });
    return result;
}

} // namespace octet::desktop
