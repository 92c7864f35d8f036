// SPDX-License-Identifier: GPL-3.0-or-later
// Left column of the Data page: where the data is and how it is read. Internal to DataPage.
#pragma once

#include "widgets/data_page.h"
#include "widgets/panel.h"

#include <functional>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QScrollArea;

namespace octet::widgets {

class DataSource : public Panel
{
    Q_OBJECT
public:
    explicit DataSource(QWidget* parent = nullptr);
    /// Fields are built anew only when their number changes; a field that is being edited keeps its text.
    void setContent(const DataPageContent& content);

signals:
    void specEdited(const octet::DataSpec& spec);
    void modelFileChosen(const QString& file);
    void browseRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    using Reader = std::function<QString(const DataSpec&)>;
    using Writer = std::function<QString(DataSpec&, const QString&)>; // a sentence when the text cannot be

    void rebuild();
    void addHeading(const QString& text);
    QLineEdit* addEdit(
        const QString& name, const QString& caption, const QString& placeholder, Reader read, Writer write);
    void addCombo(const QString& name, const QString& caption, const QString& none, Reader read, Writer write);
    void addModelFiles();
    void addTextFields();
    void addArrayFields();
    void addLabelNames();
    void addRoles();
    void refresh();
    void applyTheme();
    void write(const Writer& writer, const QString& text);
    int labelCount() const;

    DataPageContent m_content;
    QString m_shape; // what the fields were built for
    QLineEdit* m_folder = nullptr;
    QPushButton* m_choose = nullptr;
    QScrollArea* m_scroll = nullptr;
    QWidget* m_form = nullptr;
    QFormLayout* m_layout = nullptr;
    QLabel* m_error = nullptr;
    QLabel* m_longest = nullptr;
    QLabel* m_modelNote = nullptr;
    QWidget* m_roles = nullptr;
    QVector<std::function<void()>> m_refreshers;
};

} // namespace octet::widgets
