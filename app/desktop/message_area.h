// SPDX-License-Identifier: GPL-3.0-or-later
// Inline messages: what, why, what to do, with Copy. Nothing modal.
#pragma once

#include "app/desktop/notice.h"

#include <QVector>
#include <QWidget>

#include <functional>

class QVBoxLayout;

namespace octet::desktop {

struct MessageAction
{
    QString text;
    std::function<void()> run; // the message closes itself before
    bool primary = false;
};

class MessageArea : public QWidget
{
    Q_OBJECT
public:
    explicit MessageArea(QWidget* parent = nullptr);
    void show(const Notice& notice, const QVector<MessageAction>& actions = {});
    void clear();
    /// Texts of the messages on screen, oldest first; for tests.
    QStringList texts() const;

private:
    void makeRoom(const Notice& next);
    QVBoxLayout* m_layout;
};

} // namespace octet::desktop
