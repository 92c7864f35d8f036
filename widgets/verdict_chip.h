// SPDX-License-Identifier: GPL-3.0-or-later
// "Meets", "Too close", "Misses": icon, word and tint, the same wherever a verdict stands.
#pragma once

#include <QString>
#include <QWidget>

class QPainter;

namespace octet::widgets {

struct Theme;

/// "Too close" of "too close to call"; "" of none.
QString verdictWord(const QString& verdict);
/// At the left of `cell`, as wide as its words need. `verdict` as trials have it: "meets", "not allowed: ...".
void paintVerdictChip(QPainter& painter, const QRectF& cell, const QString& words, const QString& verdict, const QFont& font,
    const Theme& theme);

class VerdictChip : public QWidget
{
    Q_OBJECT
public:
    explicit VerdictChip(QWidget* parent = nullptr);
    /// Hidden without a verdict. `words` instead of verdictWord(), when not empty.
    void setVerdict(const QString& verdict, const QString& words = {});
    QString text() const { return m_words; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QString m_verdict, m_words;
};

} // namespace octet::widgets
