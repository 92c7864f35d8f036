// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scrolled.h"

#include <QScrollArea>

namespace octet::widgets {

QScrollArea* scrolled(QWidget* inner)
{
    auto* area = new QScrollArea;
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFocusPolicy(Qt::NoFocus);
    area->setWidget(inner);
    inner->setAutoFillBackground(false);
    area->viewport()->setAutoFillBackground(false);
    return area;
}

} // namespace octet::widgets
