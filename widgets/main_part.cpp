// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/main_part.h"

#include <QVariant>
#include <QWidget>

namespace octet::widgets {

namespace {

constexpr const char* property = "octetMainPart";

} // namespace

void setMainPart(QWidget* compound, QWidget* part)
{
    compound->setProperty(property, QVariant::fromValue(part));
}

QWidget* mainPart(const QWidget* compound)
{
    auto* part = compound->property(property).value<QWidget*>();
    QWidget* deeper = part ? mainPart(part) : nullptr;
    return deeper ? deeper : part;
}

} // namespace octet::widgets
