// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/machine_lock.h"
#include "core/values/error.h"
#include "test_main.h"

#include <QtTest>

#include <atomic>
#include <chrono>
#include <thread>

using namespace octet;
using measure::MachineLock;
using Mode = measure::MachineLock::Mode;

class TestMachineLock : public QObject
{
    Q_OBJECT

private slots:
    void computingIsShared();
    void timingExcludesAll();
    void whoTimesIsNotStarved();
    void letsGoWhileItWaits();
    void letsGoOfItsPlaceInTheQueue();

private:
};

namespace {

bool refused(Mode mode)
{
    try {
        const MachineLock lock(mode, [] { return true; });
    } catch (const Error& error) {
        return error.kind() == ErrorKind::Cancelled;
    }
    return false;
}

} // namespace

void TestMachineLock::computingIsShared()
{
    const MachineLock one(Mode::Computing, {});
    QVERIFY(!refused(Mode::Computing));
    QVERIFY(refused(Mode::Timing));
}

void TestMachineLock::timingExcludesAll()
{
    {
        const MachineLock one(Mode::Timing, {});
        QVERIFY(refused(Mode::Computing));
        QVERIFY(refused(Mode::Timing));
    }
    QVERIFY(!refused(Mode::Timing));
}

void TestMachineLock::whoTimesIsNotStarved()
{
    std::atomic<bool> timed = false, stop = false;
    const auto compute = [&] { // always one of the two computes
        while (!stop) {
            const MachineLock lock(Mode::Computing, {});
            std::this_thread::sleep_for(std::chrono::milliseconds(30));
        }
    };
    std::thread a(compute), b([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(15));
        compute();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    std::thread timer([&] {
        const MachineLock lock(Mode::Timing, [&] { return stop.load(); });
        timed = true;
    });
    const bool done = QTest::qWaitFor([&] { return timed.load(); }, 5000);
    stop = true;
    a.join();
    b.join();
    timer.join();
    QVERIFY(done);
}

void TestMachineLock::letsGoWhileItWaits()
{
    const auto refusedElsewhere = [](Mode mode) {
        bool result = false;
        std::thread([&] { result = refused(mode); }).join();
        return result;
    };
    const long before = MachineLock::timesLetGo();
    const MachineLock timing(Mode::Timing, {});
    bool free = false;
    MachineLock::letGo([&] { free = !refusedElsewhere(Mode::Timing); }, {});
    QVERIFY(free);
    QVERIFY(refusedElsewhere(Mode::Computing)); // taken again, in the same mode
    QCOMPARE(MachineLock::timesLetGo(), before + 1);
}

/// A pause that comes while it waits for its turn holds nobody up.
void TestMachineLock::letsGoOfItsPlaceInTheQueue()
{
    auto other = std::make_unique<MachineLock>(Mode::Timing, [] { return false; });
    std::atomic<bool> paused = true, stands = false, got = false;
    std::thread waiting([&] {
        const MachineLock lock(Mode::Computing, [&] {
            if (paused)
                MachineLock::letGo(
                    [&] {
                        stands = true;
                        while (paused)
                            std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    },
                    {});
            return false;
        });
        got = true;
    });
    const bool stood = QTest::qWaitFor([&] { return stands.load(); }, 5000);
    other.reset();
    const bool free = !refused(Mode::Timing);
    const bool early = got;
    paused = false;
    waiting.join();
    QVERIFY(stood);
    QVERIFY(free);
    QVERIFY(!early);
    QVERIFY(got);
}

OCTET_TEST(TestMachineLock)
#include "tst_machine_lock.moc"
