// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/project.h"
#include "core/values/error.h"
#include "core/values/hash.h"

#include "test_main.h"

#include <sqlite3.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <functional>
#include <limits>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace octet;
using octet::project::Project;

namespace {

Trial trial(int id, TrialState state = TrialState::Done)
{
    Trial value;
    value.id = id;
    value.name = "Static, \"quoted\"";
    value.origin = "baseline:static";
    value.state = state;
    value.config = presetConfig("static");
    value.ranges[{"x", RangeMethod::MinMax, 0}] = {-1.0 / 3, 2, RangeMethod::MinMax, 0, 256, 0, {}, 0, {}};
    value.accuracy[Split::Tuning] = {"accuracy", 0.8085, 705, 872, 0.78, 0.83, {0, 1, 1}, 1, 2, 3};
    value.latency.runs = 10;
    value.latency.p50 = 0.1;
    value.groups = {{"n", {"n"}, "product", Precision::Int8, Precision::Int8, "", "brg", 0.25, "vnni", 1e9, 2e6, 3e6}};
    value.manifest.modelHash = "aa";
    return value;
}

struct Caught
{
    ErrorKind kind = ErrorKind::Internal;
    std::string message = "nothing was thrown";
};

Caught caught(const std::function<void()>& action)
{
    try {
        action();
    } catch (const Error& error) {
        return {error.kind(), error.message()};
    }
    return {};
}

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

void sql(const std::string& path, const char* text)
{
    sqlite3* database = nullptr;
    QCOMPARE(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    char* message = nullptr;
    sqlite3_exec(database, text, nullptr, nullptr, &message);
    QVERIFY2(!message, message);
    sqlite3_close(database);
}

QByteArray bytes(const std::string& path)
{
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const std::string& path, const QByteArray& content)
{
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

/// A process that opens `path`, starts trial 1 and stays.
pid_t holder(const std::string& path)
{
    int ready[2];
    if (::pipe(ready) != 0)
        return -1;
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            const auto project = Project::open(path);
            project->putTrial(trial(1, TrialState::Running));
            (void)!::write(ready[1], "x", 1);
            for (;;)
                ::pause();
        } catch (...) {
            ::_exit(1);
        }
    }
    ::close(ready[1]);
    char byte = 0;
    const bool alive = ::read(ready[0], &byte, 1) == 1;
    ::close(ready[0]);
    return alive ? child : -1;
}

} // namespace

class TestProject : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    std::string m_path;

private slots:
    void init()
    {
        m_path = m_folder.filePath(QString::fromLatin1(QTest::currentTestFunction()) + " ü%.octet").toStdString();
    }

    void keepsEverything()
    {
        DataSpec data;
        data.testFile = "t.tsv";
        const Goal goal{false, 0.02, 7, 12.5, "accuracy", Objective::P50, "basic", true, true, 5};
        const Workload workload{4, 128, 2, "vnni", 33};
        {
            const auto project = Project::create(m_path);
            QCOMPARE(project->nextTrialId(), 1);
            QVERIFY(project->trials().empty() && project->draft() == Config{} && project->goal() == Goal{});
            project->setModel("m.onnx", "aa");
            project->setData(data);
            project->setGoal(goal);
            project->setWorkload(workload);
            project->setDraft(presetConfig("dynamic"));
            project->addRanges("d1", trial(1).ranges);
            project->putTrial(trial(2));
            project->putTrial(trial(7));
            project->setMeta("window", "x\"y");
        }
        QVERIFY(!QFile::exists(QString::fromStdString(m_path + "-journal")));
        const auto project = Project::open(m_path);
        QCOMPARE(project->modelPath(), std::string("m.onnx"));
        QVERIFY(project->data() == data && project->goal() == goal && project->workload() == workload);
        QVERIFY(project->draft() == presetConfig("dynamic"));
        QVERIFY(project->ranges("d1") == trial(1).ranges);
        QVERIFY(project->ranges("d2").empty());
        QVERIFY((project->trials() == std::vector<Trial>{trial(2), trial(7)}));
        QCOMPARE(project->nextTrialId(), 8);
        QCOMPARE(project->meta("window"), std::string("x\"y"));
        project->setModel("other.onnx", "bb");
        QVERIFY(project->ranges("d1").empty()); // ranges belong to a model
    }

    void keepsWhatCalibrationSaw()
    {
        CalibrationEvidence evidence{64, {}, {}};
        evidence.values.push_back({"x", 90, 10, {{-1.0 / 3, 0.5, 80}, {0.5, 2, 10}}, {{RangeMethod::Kl, 0, -1, 1.5}}});
        evidence.ranges.push_back({{"x", RangeMethod::Percentile, 99.9, 0.5}, {{32, 0, 1}, {64, -1, 2}}, 17, 0.25});
        {
            const auto project = Project::create(m_path);
            project->setModel("m.onnx", "aa");
            QVERIFY(project->evidence("d1") == CalibrationEvidence{});
            project->putEvidence("d1", {});
            project->putEvidence("d1", evidence);
        }
        const auto project = Project::open(m_path);
        QVERIFY(project->evidence("d1") == evidence);
        QVERIFY(project->evidence("d2").values.empty());
        evidence.values.assign(Project::mostEvidence + 5, evidence.values.front());
        project->putEvidence("d1", evidence);
        QCOMPARE(project->evidence("d1").values.size(), Project::mostEvidence);
        project->setModel("other.onnx", "bb");
        QVERIFY(project->evidence("d1").values.empty());
    }

    void keepsWhatWaits()
    {
        const std::string path = m_path;
        WaitingJob measure{JobKind::Measure, presetConfig("static"), "Static, 2 in fp32", 0};
        const WaitingJob judge{JobKind::Judge, {}, {}, 7};
        {
            const auto project = Project::create(path);
            QVERIFY(project->waitingJobs().empty());
            project->setWaitingJobs({measure, judge});
        }
        {
            const auto project = Project::open(path);
            QVERIFY((project->waitingJobs() == std::vector<WaitingJob>{measure, judge}));
            project->setWaitingJobs({});
        }
        QVERIFY(Project::open(path)->waitingJobs().empty());
        sql(path,
            "UPDATE document SET value = '[{\"kind\": \"fly\"}]' WHERE key = 'waiting_jobs'");
        const auto project = Project::open(path);
        QVERIFY(has(caught([&] { project->waitingJobs(); }).message, "A job that waits"));
    }

    void keepsHowSureEachAnswerWas()
    {
        const std::string path = m_path;
        Trial sure = trial(1), older = trial(2);
        sure.accuracy[Split::Tuning].confidences = {930, 580, 1000};
        {
            const auto project = Project::create(path);
            project->putTrial(sure);
            project->putTrial(older);
        }
        const auto trials = Project::open(path)->trials();
        QVERIFY(trials.at(0) == sure && trials.at(1) == older);
        QVERIFY(trials.at(1).tuning()->confidences.empty()); // of a file that was written before
    }

    void olderFormatGainsEvidence()
    {
        {
            const auto project = Project::create(m_path);
            project->setModel("m.onnx", "aa");
            project->addRanges("d1", trial(1).ranges);
        }
        sql(m_path, "DROP TABLE evidence; PRAGMA user_version=2");
        const QByteArray old = bytes(m_path);
        QVERIFY(Project::review(m_path)->evidence("d1").values.empty());
        QCOMPARE(bytes(m_path), old);
        const auto project = Project::open(m_path);
        QVERIFY(project->ranges("d1") == trial(1).ranges);
        project->putEvidence("d1", {64, {{"x", 1, 0, {}, {}}}, {}});
        QCOMPARE(project->evidence("d1").samples, 64L);
    }

    void rangesByHandBelongToTheDraft()
    {
        const auto project = Project::create(m_path);
        Config draft = presetConfig("static");
        draft.manualRanges["x"] = {-2, 3};
        project->setDraft(draft);
        project->addRanges("d1", {{{"x", RangeMethod::Manual, 0, 0}, {-2, 3, RangeMethod::Manual, 0, 0, 0, {}, 0, {}}}});
        QVERIFY(project->draft() == draft);
        QVERIFY(project->ranges("d1").empty());
    }

    void pinsNotesAndChoice()
    {
        const auto project = Project::create(m_path);
        project->putTrial(trial(1));
        project->putTrial(trial(2));
        project->annotate(1, {"the night's best", "keep", true});
        QCOMPARE(project->trials()[0].name, std::string("the night's best"));
        QCOMPARE(project->trials()[0].note, std::string("keep"));
        QVERIFY(caught([&] { project->annotate(1, {"", "keep", true}); }).kind == ErrorKind::Setting);
        project->putTrial(trial(1)); // the result arrives after the pin
        project->choose(1, "fast");
        project->choose(2, "faster");
        const auto trials = project->trials();
        QVERIFY(trials[0].pinned && !trials[0].chosen && trials[1].chosen);
        QCOMPARE(trials[0].note, std::string("fast"));
        QCOMPARE(trials[1].note, std::string("faster"));
        project->choose(0, "");
        QVERIFY(!project->trials()[1].chosen);
        QVERIFY(has(caught([&] { project->choose(9, ""); }).message, "no trial 9"));
        Trial none = trial(0);
        QVERIFY(caught([&] { project->putTrial(none); }).kind == ErrorKind::Setting);
    }

    void secondOpenerIsToldWho()
    {
        Project::create(m_path).reset();
        const pid_t child = holder(m_path);
        QVERIFY(child > 0);
        for (const bool review : {false, true}) {
            const Caught error = caught([&] { review ? Project::review(m_path) : Project::open(m_path); });
            QVERIFY(error.kind == ErrorKind::Busy);
            QVERIFY2(has(error.message, "is open in test_project (process " + std::to_string(child) + ")"),
                error.message.c_str());
        }
        // Killed in the middle of trial 1: the file opens, and the trial says what happened.
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        QVERIFY(Project::review(m_path)->trials()[0].state == TrialState::Crashed);
        const auto project = Project::open(m_path);
        QCOMPARE(project->trials().size(), std::size_t(1));
        QVERIFY(project->trials()[0].state == TrialState::Crashed);
        QVERIFY(!project->trials()[0].error.empty());
    }

    void openTwiceInOneProcess()
    {
        const auto project = Project::create(m_path);
        for (int i = 0; i < 2; ++i) { // the first refusal must not have dropped the lock
            QVERIFY(caught([&] { Project::open(m_path); }).kind == ErrorKind::Busy);
            QVERIFY(caught([&] { Project::review(m_path); }).kind == ErrorKind::Busy);
        }
        QCOMPARE(holder(m_path), pid_t(-1));
    }

    void refusals()
    {
        const std::string folder = m_folder.path().toStdString();
        QVERIFY(has(caught([&] { Project::open(m_path); }).message, "There is no project"));
        QVERIFY(has(caught([&] { Project::open(folder); }).message, "is a folder"));
        write(m_path, "");
        QVERIFY(has(caught([&] { Project::open(m_path); }).message, "is empty"));
        QByteArray noise(100'000, '\0');
        unsigned state = 1;
        for (char& byte : noise)
            byte = char((state = state * 1664525u + 1013904223u) >> 24);
        write(m_path, noise);
        for (const bool review : {false, true}) {
            const Caught error = caught([&] { review ? Project::review(m_path) : Project::open(m_path); });
            QVERIFY(error.kind == ErrorKind::Format);
            QVERIFY2(has(error.message, "is no Octet project"), error.message.c_str());
        }
        QCOMPARE(bytes(m_path), noise);
        QVERIFY(has(caught([&] { Project::create(m_path); }).message, "exists already"));
        QFile::remove(QString::fromStdString(m_path));
        sql(m_path, "CREATE TABLE notes(x)"); // somebody else's database stays as it is
        const QByteArray foreign = bytes(m_path);
        QVERIFY(has(caught([&] { Project::open(m_path); }).message, "is no Octet project"));
        QCOMPARE(bytes(m_path), foreign);
        QVERIFY(caught([&] { Project::create(folder + "/no/such/p.octet"); }).kind == ErrorKind::File);
    }

    void truncatedAtEveryPage()
    {
        {
            const auto project = Project::create(m_path);
            for (int id = 1; id <= 30; ++id)
                project->putTrial(trial(id));
        }
        const QByteArray whole = bytes(m_path);
        for (qsizetype size : {qsizetype(50), qsizetype(1000), qsizetype(4096), whole.size() / 2, whole.size() - 1}) {
            write(m_path, whole.left(size));
            for (const bool review : {false, true}) {
                const Caught error = caught([&] { review ? Project::review(m_path) : Project::open(m_path); });
                QVERIFY2(error.kind == ErrorKind::Format,
                    qPrintable(QString("%1: %2").arg(size).arg(error.message.c_str())));
            }
        }
        // Flipped bytes anywhere: an error of ours or a whole project, never a crash.
        for (qsizetype at = 100; at < whole.size(); at += 977) {
            QByteArray damaged = whole;
            damaged[at] = char(damaged[at] ^ 0x5a);
            write(m_path, damaged);
            caught([&] { Project::review(m_path)->trials(); });
        }
    }

    void newerVersionAndHostileContent()
    {
        Project::create(m_path)->putTrial(trial(1));
        const QByteArray whole = bytes(m_path);
        sql(m_path, "PRAGMA user_version=99");
        QVERIFY(has(caught([&] { Project::open(m_path); }).message, "newer Octet"));
        write(m_path, whole);
        sql(m_path, "UPDATE trials SET json = '{\"id\": \"x\"}'");
        const Caught error = caught([&] { Project::open(m_path)->trials(); });
        QVERIFY2(error.kind == ErrorKind::Format && has(error.message, "Trial 1") && has(error.message, "\"id\""),
            error.message.c_str());
        sql(m_path, "UPDATE trials SET json = '[[[['");
        QVERIFY(has(caught([&] { Project::review(m_path)->trials(); }).message, "Trial 1"));
        sql(m_path, "DROP TABLE trials");
        QVERIFY(caught([&] { Project::review(m_path)->trials(); }).kind == ErrorKind::Format);
    }

    void reviewLeavesNoTrace()
    {
        Project::create(m_path)->putTrial(trial(1));
        const QString folder = m_folder.filePath("alone");
        QVERIFY(QDir().mkdir(folder));
        const std::string copy = (folder + "/p.octet").toStdString();
        QVERIFY(QFile::copy(QString::fromStdString(m_path), QString::fromStdString(copy)));
        QFile::setPermissions(QString::fromStdString(copy), QFile::ReadOwner);
        const std::string before = sha256File(copy);
        {
            const auto project = Project::review(copy);
            QVERIFY(project->readOnly());
            QVERIFY(project->trials()[0] == trial(1));
            QVERIFY(has(caught([&] { project->putTrial(trial(2)); }).message, "open for review"));
            QVERIFY(has(caught([&] { project->setMeta("a", "b"); }).message, "open for review"));
            project->saveAs(m_path + "2");
            QCOMPARE(QDir(folder).entryList(QDir::Files | QDir::Hidden).size(), 1);
        }
        QCOMPARE(sha256File(copy), before);
        QCOMPARE(QDir(folder).entryList(QDir::Files | QDir::Hidden).size(), 1);
        QVERIFY(Project::open(m_path + "2")->trials()[0] == trial(1));
    }

    void readOnlyFolder()
    {
        if (::geteuid() == 0)
            QSKIP("root may write everywhere");
        const QString folder = m_folder.filePath("locked");
        QVERIFY(QDir().mkdir(folder));
        const std::string path = (folder + "/p.octet").toStdString();
        Project::create(path).reset();
        QFile::setPermissions(folder, QFile::ReadOwner | QFile::ExeOwner);
        QVERIFY(has(caught([&] { Project::open(path); }).message, "folder"));
        QVERIFY(caught([&] { Project::create(path + "2"); }).kind == ErrorKind::File);
        Project::review(path);
        QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }

    void fullDisk()
    {
        const auto project = Project::create(m_path);
        project->putTrial(trial(1));
        // A limit on the size of files is what an unprivileged test can do to a disk.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        rlimit small = before;
        small.rlim_cur = 256 << 10;
        ::setrlimit(RLIMIT_FSIZE, &small);
        Trial large = trial(2);
        large.note.assign(1 << 20, 'x');
        const Caught error = caught([&] { project->putTrial(large); });
        const Caught copy = caught([&] { Project::create(m_path + "2")->putTrial(large); });
        ::setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY2(error.kind == ErrorKind::Resource, error.message.c_str());
        QVERIFY2(copy.kind == ErrorKind::Resource, copy.message.c_str());
        QVERIFY(project->trials() == std::vector<Trial>{trial(1)});
        project->putTrial(large); // room again
        QVERIFY((project->trials() == std::vector<Trial>{trial(1), large}));
    }

    void copies()
    {
        const auto project = Project::create(m_path);
        project->putTrial(trial(1));
        QVERIFY(caught([&] { project->saveAs(m_path); }).kind == ErrorKind::Setting);
        QVERIFY(caught([&] { project->saveAs(m_folder.path().toStdString()); }).kind == ErrorKind::File);
        QVERIFY(
            caught([&] { project->saveAs(m_folder.path().toStdString() + "/no/such.octet"); }).kind == ErrorKind::File);
        write(m_path + "2", "old");
        project->saveAs(m_path + "2");
        const auto copy = Project::open(m_path + "2");
        QVERIFY(copy->trials() == project->trials());
        QVERIFY(caught([&] { project->saveAs(m_path + "2"); }).kind == ErrorKind::Busy);
        QVERIFY(QDir(m_folder.path()).entryList({"*.tmp"}).isEmpty());
    }
};

OCTET_TEST(TestProject)
#include "tst_project.moc"
