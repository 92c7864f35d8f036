// SPDX-License-Identifier: GPL-3.0-or-later
// A config file becomes the draft.
#include "app/desktop/document.h"

#include "app/desktop/edit_commands.h"
#include "app/desktop/settings.h"
#include "app/desktop/words.h"
#include "core/exchange/inc_yaml.h"
#include "widgets/background.h"

#include <QFileInfo>

namespace octet::desktop {

using words::q;
using words::s;

void Document::importConfig(const QString& path)
{
    if (!hasModel()) {
        emit notice({Notice::Kind::Error,
            tr("%1 is a config: open its model first, then the config becomes the draft.")
                .arg(QFileInfo(path).fileName()),
            {}});
        return;
    }
    if (!editable()) {
        emit notice({Notice::Kind::Error, m_reviewReason, {}});
        return;
    }
    struct Result
    {
        exchange::ConfigFile file;
        QString error;
    };
    widgets::background::run(
        this,
        [path, model = m_loaded.model] {
            Result result;
            try {
                result.file = exchange::readConfigFile(s(path), model.get());
            } catch (const std::exception& error) {
                result.error = QString::fromUtf8(error.what());
            }
            return result;
        },
        [this, path](const Result& result) {
            if (!result.error.isEmpty()) {
                emit notice({Notice::Kind::Error, result.error, {}});
                return;
            }
            settings::addRecent(path);
            m_undo.push(new SetDraft(this, result.file.config, tr("Import %1").arg(QFileInfo(path).fileName()), false));
            if (!result.file.ranges.empty())
                addRanges(result.file.ranges);
            m_selection.setShowsDraft(true);
            QStringList warnings;
            for (const std::string& warning : result.file.warnings)
                warnings << q(warning);
            for (const quantize::Problem& problem : m_resolution.problems)
                warnings << q(problem.path + ": " + problem.message);
            emit notice({warnings.isEmpty() ? Notice::Kind::Info : Notice::Kind::Warning,
                tr("%1 is the draft now.").arg(QFileInfo(path).fileName()), warnings.join(QLatin1Char(' '))});
        });
}

} // namespace octet::desktop
