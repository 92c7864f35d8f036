// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSyntaxHighlighter>

namespace octet::widgets {

struct Theme;

/// Colours of YAML, one line at a time: keys, comments, texts, numbers; precisions in their own colour.
class YamlHighlighter : public QSyntaxHighlighter
{
    Q_OBJECT
public:
    YamlHighlighter(QTextDocument* document, const Theme& theme);
    void setTheme(const Theme& theme);

protected:
    void highlightBlock(const QString& text) override;

private:
    void colourValue(const QString& text, int from, int to);

    const Theme* m_theme;
};

} // namespace octet::widgets
