// SPDX-License-Identifier: GPL-3.0-or-later
// The job strip of the window: shows what the jobs of the open project do, and asks them to pause and to stop.
#pragma once

#include "widgets/job_strip.h"

namespace octet::desktop {

class Document;
class JobControl;

class JobBar : public widgets::JobStrip
{
    Q_OBJECT
public:
    JobBar(Document* document, JobControl* jobs, QWidget* parent = nullptr);

private:
    void noteBest();

    Document* m_document;
};

} // namespace octet::desktop
