// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/json.h"

#include "test_main.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <limits>

using namespace octet;
using nlohmann::json;

namespace {

OpLeaves leaves()
{
    return {Precision::Int8, Granularity::PerTensor, Scheme::Asym, 7, Approach::Dynamic, Scheme::Sym,
        RangeMethod::Percentile, 99.1, 0.5, true, true};
}

Config config()
{
    Config value;
    value.model = leaves();
    value.opTypes["Conv"].precision = Precision::Bf16;
    value.rules = {{"a.*b", leaves()}, {"c", {}}};
    value.ops["/bert/x/MatMul"] = leaves();
    return value;
}

Ranges ranges()
{
    Ranges value;
    value[{"x", RangeMethod::MinMax, 0}] = {-0.1, 1.0 / 3, RangeMethod::MinMax, 0, 256, 0, {}, 0, {}};
    value[{"x", RangeMethod::Percentile, 99.9}] = {-5e-324, 1.7976931348623157e308, RangeMethod::Percentile, 99.9, 17, 0,
        {}, 0, {0.1f, -2}};
    value[{"y", RangeMethod::Kl, 0}] = {0, 2, RangeMethod::Mse, 1, 2, 0.5,
        {0.25f, 4}, 2, {}}; // filed under a key that is not its own
    return value;
}

DataSpec dataSpec()
{
    DataSpec value;
    value.kind = DataKind::Arrays;
    value.testFile = "t.tsv";
    value.calibFile = "c\xc3\xa4.tsv";
    value.textColumn = "a";
    value.textPairColumn = "b";
    value.labelColumn = "c";
    value.tokenizerDir = "tok";
    value.maxLength = 64;
    value.testInputs = {{"x", "x.npy"}};
    value.calibInputs = {{"x", "y.npy"}};
    value.labelsFile = "l.npy";
    value.mean = {0.286};
    value.std = {0.1, 0.2, 0.353};
    value.limit = 5'000'000'000;
    value.calibLimit = 7;
    value.batchSize = 3;
    value.splitSeed = 7;
    value.sharedRows = "keep";
    value.labelNames = {"no", "\"yes\"\n"};
    value.hashes = {{"t.tsv", "ab"}};
    return value;
}

Goal goal()
{
    return {false, 0.02, 7, 12.5, "f1", Objective::P99, "pareto", true, true, 4'000'000'000u};
}
Workload workload()
{
    return {4, 128, 2, "vnni", 33};
}
Accuracy accuracy()
{
    return {"accuracy", 0.8085, 705, 872, 0.78, 0.83, {0, 1, 1, 0, 11, -1}, 1, 2, 3};
}
Latency latency()
{
    return {100, 0.1, 0.2, 0.3, 0.05, 0.11, 0.09, 0.12, 0.5, 0.4, 0.6};
}
GroupProfile group()
{
    return {"n", {"n", "m"}, "product", Precision::Int8, Precision::Fp32, "no range", "brg", 0.25, "vnni", 1e9, 2e6,
        3e6};
}
Manifest manifest()
{
    return {"m.onnx", "aa", "bb", "cc", {"Xeon", "amx", 8}, 2, 1978, {{"octet", "0.1"}}, "2024-01-01T00:00:00Z", 1.5};
}

Trial trial()
{
    Trial value;
    value.id = 3;
    value.name = "Static";
    value.origin = "baseline:static";
    value.strategyNote = "why";
    value.state = TrialState::Crashed;
    value.error = "It crashed.";
    value.config = config();
    value.ranges = ranges();
    value.workload = workload();
    value.accuracy = {{Split::Tuning, accuracy()}, {Split::HeldOut, {}}};
    value.latency = latency();
    value.groups = {group(), {}};
    value.counts = {32, 1, 5};
    value.outputDigest = "dd";
    value.weightBytes = 5'000'000'000LL;
    value.manifest = manifest();
    value.pinned = true;
    value.chosen = true;
    value.note = "n";
    return value;
}

Sensitivity sensitivity()
{
    OpSensitivity op{"a", 31.5, 40, 33, 12, 0.01, 0.05, 0.25, 0.03, 1.5, 0.5, {3, 7}};
    OpSensitivity filtered = op;
    filtered.kl.reset();
    return {{op, filtered}, {}, 64, {{1.5f, true, false}, {0.1f, false, true}}, 2.5, 3.5};
}

JobRequest request()
{
    return {JobKind::Tune, "m.onnx", "aa", dataSpec(), config(), goal(), workload(), {trial(), {}}, ranges(), "mine",
        2, sensitivity()};
}

template <typename T>
void roundTrip(const T& value)
{
    QVERIFY(!(value == T{})); // a default value would not show a forgotten field
    const std::string text = toJson(value).dump();
    QVERIFY2(fromJson<T>(json::parse(text)) == value, text.c_str());
    const T untouched = fromJson<T>(json::object());
    QVERIFY(untouched == T {});
}

template <typename T>
std::string refusal(const json& in)
{
    try {
        fromJson<T>(in);
    } catch (const Error& error) {
        return error.kind() == ErrorKind::Format ? error.message() : "wrong kind";
    }
    return "accepted";
}

bool has(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

class TestJson : public QObject
{
    Q_OBJECT
private slots:
    void roundTrips()
    {
        roundTrip(leaves());
        roundTrip(config());
        roundTrip(OpSettings{Precision::Int8, Granularity::PerTensor, Scheme::Asym, 7, Approach::Dynamic, Scheme::Sym,
            RangeMethod::Mse, 99.5, 0.5, true, true, {{"x", {-1.0 / 3, 4}}}});
        roundTrip(dataSpec());
        roundTrip(goal());
        roundTrip(workload());
        roundTrip(accuracy());
        roundTrip(latency());
        roundTrip(group());
        roundTrip(manifest());
        roundTrip(manifest().machine);
        roundTrip(trial());
        roundTrip(request());
        roundTrip(JobProgress{"Calibrating", 3, 10, 0.3, 12.5});
        roundTrip(JobResult{"Done.", true, 4, "meets", accuracy(), ranges(), 9, 3.25});
        CalibrationEvidence evidence{64, {}, {}};
        evidence.values.push_back({"x", 90, 10, {{-1, 0.5, 80}, {0.5, 2, 10}}, {{RangeMethod::Kl, 0, -1, 1.5}}});
        evidence.ranges.push_back({{"x", RangeMethod::Percentile, 99.9, 0.5}, {{32, 0, 1}, {64, -1, 2}}, 17, 0.25});
        roundTrip(evidence);
        Config cut;
        cut.manualRanges["x"] = {-1.0 / 3, 4};
        roundTrip(cut);
        QVERIFY(!toJson(config()).contains("manual_ranges")); // hashes of configs without any stay what they were
        const json text = toJson(ranges());
        QVERIFY(fromJson<Ranges>(json::parse(text.dump())) == ranges());
    }

    void binsAreHistograms()
    {
        const auto bins = [](const std::string& list) {
            return refusal<CalibrationEvidence>(json::parse(R"({"values":[{"histogram":)" + list + "}]}"));
        };
        QCOMPARE(bins("[0,1,5,1,2,0]"), std::string("accepted"));
        for (const char* list : {"[0,1]", "[1,0,5]", "[0,1,-5]", "[0,2,5,1,3,5]", "{}", "[0,1,\"x\"]", "[0,1,1.5]"})
            QVERIFY2(bins(list) != "accepted" && bins(list) != "wrong kind", list);
        json many = json::array();
        for (std::size_t i = 0; i <= ValueEvidence::mostBins; ++i)
            many.insert(many.end(), {i, i + 1, 1});
        QVERIFY(bins(many.dump()) != "accepted");
    }

    void enumsAreNames()
    {
        const json text = toJson(trial());
        QCOMPARE(text["state"].get<std::string>(), std::string("crashed"));
        QCOMPARE(text["config"]["model"]["weight_granularity"].get<std::string>(), std::string("per_tensor"));
        QVERIFY(text["accuracy"].contains("held_out"));
        QVERIFY(!toJson(OpLeaves{}).contains("precision"));
        for (const auto kind : {JobKind::Baseline, JobKind::Calibrate, JobKind::Measure, JobKind::Tune, JobKind::Judge})
            QVERIFY(jobKindFromString(toString(kind)) == kind);
        for (int i = 0; i <= int(ErrorKind::Internal); ++i)
            QVERIFY(errorKindFromString(toString(ErrorKind(i))) == ErrorKind(i));
    }

    void notFiniteIsRefused()
    {
        Latency value;
        value.p50 = std::numeric_limits<double>::quiet_NaN();
        QVERIFY_EXCEPTION_THROWN(toJson(value), Error);
        DataSpec spec;
        spec.mean = {std::numeric_limits<double>::infinity()};
        QVERIFY_EXCEPTION_THROWN(toJson(spec), Error);
        QVERIFY(has(refusal<Latency>({{"p50", nullptr}}), "p50"));
    }

    void wrongTypesNameTheKey()
    {
        json text = toJson(trial());
        text["config"]["rules"][1]["leaves"]["weight_bits"] = "8";
        QVERIFY(has(refusal<Trial>(text), "config.rules[1].leaves.weight_bits"));
        text = toJson(trial());
        text["accuracy"]["tuning"]["predictions"][2] = 0.5;
        QVERIFY(has(refusal<Trial>(text), "accuracy.tuning.predictions[2]"));
        text = toJson(trial());
        text["state"] = "asleep";
        QVERIFY(has(refusal<Trial>(text), "\"state\": \"asleep\""));
        text = toJson(trial());
        text["ranges"][0]["max"] = true;
        QVERIFY(has(refusal<Trial>(text), "ranges[0].max"));
        QVERIFY(has(refusal<Trial>(json::array()), "must be an object"));
        QVERIFY(has(refusal<Workload>({{"threads", 5'000'000'000LL}}), "threads"));
        QVERIFY(has(refusal<Goal>({{"seed", -1}}), "seed"));
        QVERIFY(has(refusal<Goal>({{"max_drop", "1"}}), "max_drop"));
    }

    void unknownKeysAreIgnored() { QVERIFY(fromJson<Workload>({{"batch", 2}, {"colour", "red"}}).batch == 2); }

    void errors()
    {
        const Error error(ErrorKind::Data, "Row 3.", {"f.tsv", 1, 2, 3, "n"}, "more");
        const Error back = errorFromJson(json::parse(toJson(error).dump()));
        QVERIFY(back.kind() == error.kind() && back.message() == error.message() && back.where() == error.where());
        QCOMPARE(back.detail(), error.detail());
        QVERIFY(errorFromJson({{"kind", "new one"}}).kind() == ErrorKind::Internal);
    }
};

OCTET_TEST(TestJson)
#include "tst_json.moc"
