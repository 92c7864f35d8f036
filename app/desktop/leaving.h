// SPDX-License-Identifier: GPL-3.0-or-later
// Closing the window while a job runs: stop it and go, or let it go on without a window and end when it does.
#pragma once

#include "app/desktop/single_window.h"

#include <QObject>

namespace octet::desktop {

class MainWindow;

class Leaving : public QObject
{
    Q_OBJECT
public:
    explicit Leaving(MainWindow* window); // once its parts exist
    /// False: a person was asked, or a job is being stopped; the window closes itself when that is done.
    bool mayClose();
    bool unseen() const { return m_unseen; }

private:
    void stopAndClose();
    void goOnUnseen();
    void showAgain();
    void jobEnded(const QString& summary);

    MainWindow* m_window;
    SingleWindow m_single;
    bool m_stopping = false, m_unseen = false;
};

} // namespace octet::desktop
