// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/project_store.h"

#include "app/desktop/words.h"
#include "core/values/error.h"

namespace octet::desktop {

using words::q;

ProjectStore::ProjectStore(QObject* parent)
    : QObject(parent)
{
}

void ProjectStore::set(std::unique_ptr<project::Project> project)
{
    m_line.wait();
    m_project = std::move(project);
}

QString ProjectStore::path() const
{
    return m_project ? q(m_project->path()) : QString();
}

bool ProjectStore::write(Work work)
{
    if (!m_project || m_project->readOnly())
        return false;
    run(std::move(work), {});
    return true;
}

void ProjectStore::run(Work work, std::function<void()> done)
{
    if (!m_project)
        return;
    m_line.start([this, project = m_project.get(), work = std::move(work), done = std::move(done)]() mutable {
        Notice notice {Notice::Kind::Error, {}, {}};
        try {
            work(*project);
            if (done)
                widgets::background::later(this, std::move(done));
            return;
        } catch (const Error& error) {
            notice.text = q(error.message());
            notice.detail = q(error.detail());
        } catch (const std::exception& error) {
            notice.text = tr("The project could not be written: %1").arg(QString::fromUtf8(error.what()));
        }
        widgets::background::later(this, [this, notice] { emit failed(notice); });
    });
}

const project::Project& ProjectStore::read() const
{
    m_line.wait();
    return *m_project;
}

} // namespace octet::desktop
