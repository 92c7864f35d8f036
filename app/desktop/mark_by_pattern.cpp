// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/mark_by_pattern.h"

#include "app/desktop/document.h"
#include "app/desktop/marking.h"
#include "app/desktop/style.h"
#include "app/desktop/words.h"
#include "core/values/error.h"
#include "widgets/segmented.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace octet::desktop {

MarkByPattern::MarkByPattern(Document* document, QWidget* parent)
    : QWidget(parent)
    , m_document(document)
    , m_line(new QLineEdit)
    , m_count(new QLabel)
    , m_precision(new widgets::Segmented)
    , m_apply(new QPushButton(tr("Mark")))
{
    m_line->setPlaceholderText(tr("Regular expression for the whole name, such as .*/attention/output/.*"));
    m_line->setAccessibleName(tr("Pattern"));
    m_precision->setOptions({{tr("Int8"), QStringLiteral("int8"), {}, {}, true},
        {tr("BF16"), QStringLiteral("bf16"), {}, {}, true}, {tr("FP32"), QStringLiteral("fp32"), {}, {}, true}});
    m_precision->setValue(QStringLiteral("fp32"));
    style::keepFont(m_count, style::smallFont);
    style::setSecondary(m_count);
    m_apply->setDefault(true);
    auto* close = new QPushButton(tr("Close"));
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(10, 6, 10, 6);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(4);
    grid->addWidget(m_line, 0, 0, 1, 4);
    grid->addWidget(m_count, 1, 0);
    grid->addWidget(m_precision, 1, 1);
    grid->addWidget(m_apply, 1, 2);
    grid->addWidget(close, 1, 3);
    grid->setColumnStretch(0, 1);
    connect(m_line, &QLineEdit::textChanged, this, &MarkByPattern::update);
    connect(m_line, &QLineEdit::returnPressed, this, &MarkByPattern::apply);
    connect(m_apply, &QPushButton::clicked, this, &MarkByPattern::apply);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    hide();
}

void MarkByPattern::open()
{
    show();
    m_line->setFocus();
    m_line->selectAll();
    update();
}

void MarkByPattern::update()
{
    const QString pattern = m_line->text();
    QStringList nodes;
    m_apply->setEnabled(false);
    if (pattern.isEmpty() || !m_document->hasModel()) {
        m_count->setText(tr("Matches the ONNX names of ops."));
        emit matchesChanged({});
        return;
    }
    try {
        for (const std::string& name : quantize::matchingNodes(m_document->model(), words::s(pattern)))
            nodes << words::q(name);
        const std::size_t found = marking::products(m_document->resolution(), nodes).size();
        m_count->setText(tr("%1, %2").arg(
            words::count(nodes.size(), QStringLiteral("node")), words::count(long(found), QStringLiteral("product"))));
        m_apply->setEnabled(found > 0);
    } catch (const Error& error) {
        m_count->setText(words::q(error.message()));
    }
    m_count->setToolTip(m_count->text());
    emit matchesChanged(nodes);
}

void MarkByPattern::apply()
{
    if (!m_apply->isEnabled())
        return;
    const Precision precision = precisionFromString(words::s(m_precision->value()));
    marking::apply(m_document, marking::markPattern(*m_document, m_line->text(), precision));
}

void MarkByPattern::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        hide();
    else
        QWidget::keyPressEvent(event);
}

void MarkByPattern::hideEvent(QHideEvent* event)
{
    emit matchesChanged({});
    QWidget::hideEvent(event);
}

} // namespace octet::desktop
