// SPDX-License-Identifier: GPL-3.0-or-later
// Damaged project files: the database's own checks, then those of the values in it.
#include "core/project/project.h"
#include "core/values/error.h"
#include "mutations.h"
#include "test_main.h"

#include <sqlite3.h>

#include <QTemporaryDir>
#include <QtTest>

#include <memory>

using namespace octet;
using namespace octet::test;
using octet::project::Project;

namespace {

Trial trial(int id)
{
    Trial value;
    value.id = id;
    value.name = "Static";
    value.state = TrialState::Done;
    value.config = presetConfig("static");
    value.ranges[{"x", RangeMethod::MinMax, 0}] = {-1.0 / 3, 2, RangeMethod::MinMax, 0, 256, 0, {}, 0, {}};
    value.accuracy[Split::Tuning] = {"accuracy", 0.8085, 705, 872, 0.78, 0.83, {0, 1, 1}, 1, 2, 3};
    value.groups = {{"n", {"n"}, "product", Precision::Int8, Precision::Int8, "", "brg", 0.25, "vnni", 1e9, 2e6, 3e6}};
    return value;
}

void create(const std::string& path)
{
    const auto project = Project::create(path);
    project->setModel("m.onnx", "aa");
    project->setData({});
    project->setGoal({});
    project->setDraft(presetConfig("dynamic"));
    project->addRanges("d1", trial(1).ranges);
    project->putEvidence("d1", {64, {{"x", 9, 0, {{-1, 0, 3}, {0, 2, 6}}, {{RangeMethod::Kl, 0, -1, 1}}}}, {}});
    project->putTrial(trial(1));
    project->putTrial(trial(2));
    project->setMeta("window", "x");
}

/// Reads everything that a project has.
void readAll(const Project& project)
{
    project.modelPath();
    project.data();
    project.goal();
    project.workload();
    project.draft();
    project.ranges("d1");
    project.sensitivity("d1");
    project.evidence("d1");
    project.trials();
    project.nextTrialId();
    project.meta("window");
}

/// Every text and blob of every table, as (table, column, rowid, content).
struct Cell
{
    std::string table, column;
    sqlite3_int64 row = 0;
    QByteArray text;
};
std::vector<Cell> cells(sqlite3* database)
{
    const auto each = [&](const std::string& sql, const std::function<void(sqlite3_stmt*)>& row) {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK)
            while (sqlite3_step(statement) == SQLITE_ROW)
                row(statement);
        sqlite3_finalize(statement);
    };
    const auto text = [](sqlite3_stmt* s, int i) {
        const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(s, i));
        return std::string(data ? data : "");
    };
    std::vector<std::string> tables;
    each("SELECT name FROM sqlite_master WHERE type = 'table'", [&](auto* s) { tables.push_back(text(s, 0)); });
    std::vector<Cell> all;
    for (const std::string& table : tables)
        each("SELECT rowid, * FROM \"" + table + "\"", [&](sqlite3_stmt* s) {
            for (int i = 1; i < sqlite3_column_count(s); ++i)
                if (sqlite3_column_type(s, i) == SQLITE_TEXT)
                    all.push_back({table, sqlite3_column_name(s, i), sqlite3_column_int64(s, 0), QByteArray::fromStdString(text(s, i))});
        });
    return all;
}

} // namespace

class TestHostileProject : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    std::string m_path, m_damaged;
    QByteArray m_bytes;

    void store(const QByteArray& bytes) const
    {
        QFile file(QString::fromStdString(m_damaged));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

private slots:
    void initTestCase()
    {
        m_path = m_folder.filePath(QStringLiteral("whole.octet")).toStdString();
        m_damaged = m_folder.filePath(QStringLiteral("damaged.octet")).toStdString();
        create(m_path);
        QFile file(QString::fromStdString(m_path));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_bytes = file.readAll();
    }

    void files()
    {
        int errors = 0;
        const auto read = [&](const QByteArray& bytes) {
            QFile::remove(QString::fromStdString(m_damaged + "-journal"));
            store(bytes);
            readAll(*Project::review(m_damaged));
            readAll(*Project::open(m_damaged));
            return QString();
        };
        const QString complaint = firstComplaint(m_bytes, 8, mutationCount(60), read, &errors);
        QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
        QVERIFY2(errors > 0, "no mutation was refused");
    }

    void values()
    {
        sqlite3* database = nullptr;
        store(m_bytes);
        QCOMPARE(sqlite3_open(m_damaged.c_str(), &database), SQLITE_OK);
        const std::vector<Cell> all = cells(database);
        sqlite3_close(database);
        QVERIFY(all.size() > 5);
        int errors = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto read = [&](const QByteArray& text) {
                store(m_bytes);
                sqlite3* changed = nullptr;
                sqlite3_open(m_damaged.c_str(), &changed);
                sqlite3_exec(changed, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
                const std::string sql = "UPDATE \"" + all[i].table + "\" SET \"" + all[i].column + "\" = ? WHERE rowid = ?";
                sqlite3_stmt* statement = nullptr;
                sqlite3_prepare_v2(changed, sql.c_str(), -1, &statement, nullptr);
                sqlite3_bind_text(statement, 1, text.constData(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
                sqlite3_bind_int64(statement, 2, all[i].row);
                sqlite3_step(statement);
                sqlite3_finalize(statement);
                sqlite3_close(changed);
                readAll(*Project::review(m_damaged));
                return QString();
            };
            const QString complaint = firstComplaint(all[i].text, 100 + i, mutationCount(8), read, &errors);
            QVERIFY2(complaint.isEmpty(), qPrintable(QString::fromStdString(all[i].table + "." + all[i].column + ": ") + complaint));
        }
        QVERIFY2(errors > 0, "no mutation was refused");
    }
};

OCTET_TEST(TestHostileProject)
#include "tst_hostile_project.moc"
