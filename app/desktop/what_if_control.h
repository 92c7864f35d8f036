// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the plot's what-if lines up to date with draft, selection and what is known, in another thread.
#pragma once

#include "app/desktop/present_prediction.h"

#include <QObject>
#include <QTimer>

#include <atomic>
#include <memory>

namespace octet::desktop {

class WhatIfControl : public QObject
{
    Q_OBJECT
public:
    explicit WhatIfControl(Document* document, QObject* parent = nullptr);
    ~WhatIfControl() override;
    const WhatIfAnswer& answer() const { return m_answer; }
    void setHovered(const QStringList& nodes); // asked about while nothing is selected
    void apply(int line); // marks its op, undoable

signals:
    void changed();

private:
    void ask();
    void set(WhatIfAnswer answer);

    Document* m_document;
    QStringList m_hovered;
    QTimer m_timer{this}; // several signals of one change make one question
    std::shared_ptr<std::atomic<bool>> m_cancelled; // of the question that is being answered
    WhatIfAnswer m_answer;
};

} // namespace octet::desktop
