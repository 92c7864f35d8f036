// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/yaml_highlighter.h"

#include "widgets/theme.h"

#include <QRegularExpression>

namespace octet::widgets {

namespace {

/// Where a comment begins, or where the line ends: "#" at its start or after white space, outside quotes.
int endOfCode(const QString& text)
{
    QChar quote;
    for (int i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (!quote.isNull())
            quote = c == quote ? QChar() : quote;
        else if (c == QLatin1Char('"') || c == QLatin1Char('\''))
            quote = c;
        else if (c == QLatin1Char('#') && (i == 0 || text[i - 1].isSpace()))
            return i;
    }
    return int(text.size());
}

} // namespace

YamlHighlighter::YamlHighlighter(QTextDocument* document, const Theme& theme)
    : QSyntaxHighlighter(document)
    , m_theme(&theme)
{
}

void YamlHighlighter::setTheme(const Theme& theme)
{
    m_theme = &theme;
    rehighlight();
}

void YamlHighlighter::highlightBlock(const QString& text)
{
    static const QRegularExpression keys(
        QStringLiteral(R"re((?:^\s*(?:-\s+)*|[{,]\s*)("[^"]*"|'[^']*'|[^\s\[\]{},#"'-][^\[\]{},#]*?)\s*:(?=\s|$))re"));
    const int end = endOfCode(text);
    setFormat(end, int(text.size()) - end, m_theme->secondary);
    int from = 0;
    auto matches = keys.globalMatch(text.left(end));
    while (matches.hasNext()) {
        const QRegularExpressionMatch key = matches.next();
        colourValue(text, from, int(key.capturedStart(1)));
        setFormat(int(key.capturedStart(1)), int(key.capturedLength(1)), m_theme->accent);
        from = int(key.capturedEnd(1));
    }
    colourValue(text, from, end);
}

void YamlHighlighter::colourValue(const QString& text, int from, int to)
{
    static const QRegularExpression word(QStringLiteral(R"re("[^"]*"|'[^']*'|[^\s\[\]{},:]+|[\[\]{},:])re"));
    static const QRegularExpression number(
        QStringLiteral(R"re(^([-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|true|false|null|~)$)re"));
    auto matches = word.globalMatch(text.left(to), from);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        const QString token = match.captured();
        const QColor colour = token == QLatin1String("int8") ? m_theme->int8
            : token == QLatin1String("bf16")                 ? m_theme->bf16
            : token == QLatin1String("fp32")                 ? m_theme->fp32
            : number.match(token).hasMatch()                 ? m_theme->sensitivityRamp[4]
            : token.size() == 1 && !token[0].isLetterOrNumber() ? m_theme->secondary
                                                                : m_theme->text;
        QTextCharFormat format;
        format.setForeground(colour);
        if (colour == m_theme->int8 || colour == m_theme->bf16 || colour == m_theme->fp32)
            format.setFontWeight(QFont::DemiBold);
        setFormat(int(match.capturedStart()), int(match.capturedLength()), format);
    }
}

} // namespace octet::widgets
