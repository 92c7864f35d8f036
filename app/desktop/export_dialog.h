// SPDX-License-Identifier: GPL-3.0-or-later
// What is exported, as what, where to, and what that format cannot say. Not modal to anything but itself.
#pragma once

#include "app/desktop/export_job.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace octet::desktop {

class Document;

class ExportDialog : public QDialog
{
    Q_OBJECT
public:
    ExportDialog(Document* document, ExportFormat format, QWidget* parent);
    void setPath(const QString& path);
    void write();

signals:
    void written(const QString& path, const QStringList& losses);

private:
    void fillSources();
    ExportInput input() const;
    void refreshLosses();
    void browse();

    Document* m_document;
    ExportFormat m_format;
    std::vector<ExportSource> m_sources;
    QComboBox* m_source;
    QLineEdit* m_path;
    QLabel *m_losses, *m_error;
    QPushButton* m_write;
    int m_generation = 0;
};

} // namespace octet::desktop
