// SPDX-License-Identifier: GPL-3.0-or-later
// The filter line of the trials table: "right>=350 ms<2.5 dynamic". Terms are joined by "and".
#pragma once

#include <QString>
#include <QVector>

namespace octet::widgets {

/// What a term can ask about one row. Numbers that are not known are NaN: no comparison holds for them.
struct TrialFacts
{
    int id = 0;
    double right, ms, speed, int8, difference;
    QString name, state, goal; // state: running, done, ...; goal: meets, too close to call, misses
};

class TrialFilter
{
public:
    /// Grammar: TERM*; TERM = KEY OP VALUE | word | "several words"; KEY = # right ms speed int8 diff name state goal;
    /// OP = < <= > >= = !=. Blanks around OP may be left out. Words are looked for in the name, without case.
    /// On a mistake `error` gets one sentence and the result lets every row through.
    static TrialFilter parse(const QString& text, QString* error);
    bool accepts(const TrialFacts& facts) const;
    bool empty() const { return m_terms.isEmpty(); }

private:
    struct Term
    {
        QString key; // empty: word
        QString op;
        QString text;
        double number = 0;
    };
    QVector<Term> m_terms;
};

} // namespace octet::widgets
