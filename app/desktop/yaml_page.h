// SPDX-License-Identifier: GPL-3.0-or-later
// The YAML page: the draft as text, both ways, beside another configuration.
#pragma once

#include "core/values/config.h"
#include "core/values/error.h"

#include <QTimer>
#include <QWidget>

#include <map>
#include <optional>

namespace octet::widgets {
class YamlView;
}

namespace octet::desktop {

class Document;

class YamlPage : public QWidget
{
    Q_OBJECT
public:
    explicit YamlPage(Document* document, QWidget* parent = nullptr);
    widgets::YamlView* view() { return m_view; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void opened();
    void refresh();
    void showDraft();
    void showOther();
    void read(const QString& text);
    void chooseFormat(const QString& format);
    QString textOf(const Config& config, QString* note = nullptr) const;

    Document* m_document;
    widgets::YamlView* m_view;
    QTimer m_timer{this}; // several signals of one change make one refresh, and none while the page is hidden
    Config m_atOpening;
    std::optional<Config> m_said; // by the text that is shown
    std::map<std::string, Location> m_places; // in that text
    std::optional<int> m_otherChosen; // by hand; else it follows the selected trial
    bool m_inc = false;
    int m_reading = 0; // an older text that is still being read is of no interest
};

} // namespace octet::desktop
