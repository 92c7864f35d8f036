// SPDX-License-Identifier: GPL-3.0-or-later
// A frame around the list, table or log that has the keyboard: these show a current row at best, and an empty one shows
// nothing. Everything else draws its focus itself.
#pragma once

#include <QFocusFrame>
#include <QPointer>

namespace octet::desktop {

class FocusRing : public QObject
{
    Q_OBJECT
public:
    explicit FocusRing(QWidget* window);
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* m_window;
    QPointer<QFocusFrame> m_frame; // goes with what it surrounds
};

} // namespace octet::desktop
