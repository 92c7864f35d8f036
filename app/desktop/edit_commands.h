// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that changes the configuration, undoable, with readable texts.
#pragma once

#include "core/values/config.h"
#include "core/values/goal.h"
#include "core/values/trial.h"

#include <QPointer>
#include <QUndoCommand>

namespace octet::desktop {

class Document;

class SetDraft : public QUndoCommand
{
public:
    /// `ofOps`: a mark on ops, of which a running search learns.
    SetDraft(Document* document, Config draft, const QString& text, bool ofOps);
    void undo() override;
    void redo() override;

private:
    void change(const Config& from, const Config& to);

    QPointer<Document> m_document;
    Config m_before, m_after;
    bool m_ofOps;
};

class SetGoal : public QUndoCommand
{
public:
    SetGoal(Document* document, Goal goal);
    void undo() override;
    void redo() override;
    int id() const override { return 2; }
    bool mergeWith(const QUndoCommand* other) override;

private:
    QPointer<Document> m_document;
    Goal m_before, m_after;
};

class SetWorkload : public QUndoCommand
{
public:
    SetWorkload(Document* document, Workload workload);
    void undo() override;
    void redo() override;

private:
    QPointer<Document> m_document;
    Workload m_before, m_after;
};

/// Name, note or pin of a trial.
class AnnotateTrial : public QUndoCommand
{
public:
    AnnotateTrial(Document* document, const Trial& trial, Annotation annotation, const QString& text);
    void undo() override;
    void redo() override;

private:
    QPointer<Document> m_document;
    int m_trial;
    Annotation m_before, m_after;
};

class ChooseTrial : public QUndoCommand
{
public:
    ChooseTrial(Document* document, int trial, std::string reason, const QString& text); // 0 = none
    void undo() override;
    void redo() override;

private:
    QPointer<Document> m_document;
    int m_before = 0, m_after;
    std::string m_reasonBefore, m_reason;
    Annotation m_annotation; // of the trial before the reason became its note
};

/// "Goal: lose at most 0.5 % relative, 20 min, basic"
QString goalText(const Goal& goal);

} // namespace octet::desktop
