// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare_answers_panel.h"

#include "widgets/compare_delegate.h"
#include "widgets/flat_header.h"
#include "widgets/segmented.h"
#include "widgets/words.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTreeView>

namespace octet::widgets {

namespace {

constexpr int pictureSide = 112;

} // namespace

QLabel* quietNote(const QString& name)
{
    auto* label = new QLabel;
    label->setObjectName(name);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setWordWrap(true);
    label->setContentsMargins(12, 6, 12, 6);
    return label;
}

CompareAnswersPanel::CompareAnswersPanel(QWidget* parent)
    : Panel(tr("Changed answers"), parent)
{
    m_which = new Segmented;
    m_which->setObjectName(QStringLiteral("which"));
    m_which->setAccessibleName(tr("Changed answers shown"));
    header()->addWidget(m_which);
    m_model = new CompareAnswersModel(this);
    m_filter = new CompareFilter(CompareAnswersModel::ChangeRole, this);
    m_filter->setSourceModel(m_model);
    m_filter->setSortRole(CompareAnswersModel::SortRole);
    m_table = compareTable(QStringLiteral("answers"), tr("Changed answers"), m_filter);
    m_table->setTextElideMode(Qt::ElideRight);
    takeRoom(m_table, CompareAnswersModel::Text, 24);
    const int unit = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    m_table->setColumnWidth(CompareAnswersModel::Row, 8 * unit);
    using Column = CompareAnswersModel::Column;
    for (const int column : {Column::Label, Column::Today, Column::A, Column::B})
        m_table->setColumnWidth(column, (column == Column::Label ? 13 : 17) * unit);
    m_table->setColumnWidth(CompareAnswersModel::Change, 10 * unit);
    m_table->sortByColumn(CompareAnswersModel::Row, Qt::AscendingOrder);
    m_table->setColumnHidden(CompareAnswersModel::Change, true);
    m_note = quietNote(QStringLiteral("answersNote"));
    m_picture = new QLabel;
    m_picture->setObjectName(QStringLiteral("answerPicture"));
    m_picture->setContentsMargins(12, 8, 0, 8);
    m_text = new QLabel;
    m_text->setObjectName(QStringLiteral("answerText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setContentsMargins(12, 8, 12, 8);
    auto* whole = new QHBoxLayout;
    whole->addWidget(m_picture);
    whole->addWidget(m_text, 1);
    body()->addWidget(m_note);
    body()->addWidget(m_table, 1);
    body()->addLayout(whole);
    connect(m_which, &Segmented::valueChanged, this, [this](const QString& value) {
        m_filter->setWanted(value == QLatin1String("all") ? QVariant() : QVariant(value));
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &CompareAnswersPanel::showWhole);
    showWhole({});
}

void CompareAnswersPanel::showWhole(const QModelIndex& index)
{
    const QModelIndex sample = index.siblingAtColumn(CompareAnswersModel::Text);
    const auto image = sample.data(Qt::DecorationRole).value<QImage>();
    const QString words = sample.data().toString();
    m_picture->setVisible(!image.isNull());
    m_text->setVisible(index.isValid());
    if (!index.isValid())
        return;
    const auto answer = [&](int column) { return index.siblingAtColumn(column).data(Qt::AccessibleTextRole).toString(); };
    const QString label = answer(CompareAnswersModel::Label);
    const QString today = answer(CompareAnswersModel::Today);
    m_text->setText((image.isNull() ? QStringLiteral("\u201c%1\u201d").arg(words) : words)
        + (label.isEmpty() ? QString() : QLatin1Char('\n') + tr("Label: %1").arg(label))
        + (today.isEmpty() ? QString() : tr("\nToday: %1").arg(today))
        + tr("\nA: %1 \u2192 B: %2").arg(answer(CompareAnswersModel::A), answer(CompareAnswersModel::B)));
    if (image.isNull())
        return;
    const double scale = devicePixelRatioF();
    const int side = int(pictureSide * scale);
    // Few pixels stay what they are: a blur would hide what the model saw.
    QPixmap pixmap = QPixmap::fromImage(image.scaled(side, side, Qt::KeepAspectRatio,
        std::max(image.width(), image.height()) < side ? Qt::FastTransformation : Qt::SmoothTransformation));
    pixmap.setDevicePixelRatio(scale);
    m_picture->setPixmap(pixmap);
    m_picture->setAccessibleName(words);
}

void CompareAnswersPanel::setContent(const CompareContent& content)
{
    const bool knew = m_model->knowsChange();
    m_model->setAnswers(content.answers, content.noun);
    // The largest change first, once there is one to tell; a person's own order stays.
    m_table->setColumnHidden(CompareAnswersModel::Change, !m_model->knowsChange());
    m_table->setColumnHidden(CompareAnswersModel::Today, !m_model->knowsToday());
    if (const bool knows = m_model->knowsChange(); knows != knew)
        m_table->sortByColumn(knows ? CompareAnswersModel::Change : CompareAnswersModel::Row,
            knows ? Qt::DescendingOrder : Qt::AscendingOrder);
    showWhole({});
    const QString value = m_which->value().isEmpty() ? QStringLiteral("all") : m_which->value();
    m_which->setOptions({{tr("All %1").arg(grouped(content.answers.size())), QStringLiteral("all")},
        {tr("Repaired in B, %1").arg(m_model->count(QStringLiteral("repaired"))), QStringLiteral("repaired"),
            tr("Wrong in A, right in B")},
        {tr("Broken in B, %1").arg(m_model->count(QStringLiteral("broken"))), QStringLiteral("broken"),
            tr("Right in A, wrong in B")}});
    m_which->setValue(value);
    m_which->setEnabled(!content.answers.isEmpty());
    setNote(content.samples > 0
            ? tr("%1 of %2 %3").arg(grouped(content.answers.size()), grouped(content.samples), content.noun)
            : QString());
    m_note->setText(content.noAnswers);
    m_note->setVisible(!content.noAnswers.isEmpty());
}

} // namespace octet::widgets
