// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/file_dialogs.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QInputDialog>
#include <QPushButton>

namespace octet::desktop::dialogs {

namespace {

void run(QFileDialog* dialog, Chosen chosen)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setOption(QFileDialog::DontUseNativeDialog, qEnvironmentVariableIsSet("OCTET_NO_NATIVE_DIALOGS"));
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog, [chosen](const QString& path) {
        if (!path.isEmpty())
            chosen(path);
    });
    dialog->open();
}

} // namespace

void openFile(QWidget* parent, const QString& title, const QString& filter, const QString& start, Chosen chosen)
{
    auto* dialog = new QFileDialog(parent, title, start, filter);
    dialog->setFileMode(QFileDialog::ExistingFile);
    run(dialog, std::move(chosen));
}

void openFolder(QWidget* parent, const QString& title, const QString& start, Chosen chosen)
{
    auto* dialog = new QFileDialog(parent, title, start);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    run(dialog, std::move(chosen));
}

void saveFile(QWidget* parent, const QString& title, const QString& start, Chosen chosen)
{
    auto* dialog = new QFileDialog(parent, title);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(start);
    run(dialog, std::move(chosen));
}

void askText(QWidget* parent, const QString& title, const QString& label, const QString& start, const QString& verb,
    Chosen chosen, Answer answer)
{
    auto* dialog = new QInputDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->setLabelText(label);
    dialog->setTextValue(start);
    dialog->setOkButtonText(verb);
    dialog->resize(520, dialog->sizeHint().height());
    QObject::connect(dialog, &QInputDialog::textValueSelected, dialog, [chosen](const QString& text) { chosen(text); });
    dialog->open();
    auto* buttons = dialog->findChild<QDialogButtonBox*>();
    if (answer == Answer::Required && buttons) {
        const auto allow = [ok = buttons->button(QDialogButtonBox::Ok)](
                               const QString& text) { ok->setEnabled(!text.trimmed().isEmpty()); };
        QObject::connect(dialog, &QInputDialog::textValueChanged, buttons, allow);
        allow(start);
    }
}

} // namespace octet::desktop::dialogs
