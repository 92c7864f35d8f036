// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/pattern.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"
#include "engine/onnx_builder.h"
#include "test_main.h"

#include <QElapsedTimer>
#include <QtTest>

#include <cmath>

using namespace octet;
using quantize::Level;
using quantize::Resolution;

class TestResolve : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void levels();
    void lastRuleWins();
    void sourceTexts();
    void refusals();
    void modelWideInt8IsQuiet();
    void namesThatMatchNothing();
    void impossibleLeaves();
    void manualRanges();
    void patterns_data();
    void patterns();
    void badPatterns_data();
    void badPatterns();
    void nearest();

private:
    std::unique_ptr<test::OnnxBuilder> m_builder;
    std::shared_ptr<const graph::Model> m_model;
};

void TestResolve::initTestCase()
{
    m_builder = std::make_unique<test::OnnxBuilder>();
    test::OnnxBuilder& b = *m_builder;
    b.input("x", {-1, 4, 4});
    b.weight("w", {4, 4}, std::vector<float>(16, 1));
    b.node("MatMul", "/layer.0/query/MatMul", {"x", "w"}, {"q"});
    b.node("MatMul", "/layer.0/key/MatMul", {"x", "w"}, {"k"});
    b.node("MatMul", "/layer.0/scores", {"q", "k"}, {"s"});
    b.node("Softmax", "/layer.0/softmax", {"s"}, {"p"});
    b.node("MatMul", "/layer.0/context", {"p", "x"}, {"c"});
    b.node("MatMul", "/layer.0/output/MatMul", {"c", "w"}, {"o"});
    b.node("Relu", "/layer.0/relu", {"o"}, {"y"});
    b.output("y");
    m_model = b.load();
}

void TestResolve::levels()
{
    Config config;
    config.model.precision = Precision::Int8;
    config.model.approach = Approach::Dynamic;
    config.opTypes["MatMul"].weightGranularity = Granularity::PerTensor;
    config.opTypes["MatMul"].activationScheme = Scheme::Sym;
    config.rules.push_back({".*/output/MatMul", {}});
    config.rules[0].leaves.activationScheme = Scheme::Asym;
    config.rules[0].leaves.rangeMethod = RangeMethod::Percentile;
    config.ops["/layer.0/output/MatMul"].precision = Precision::Fp32;
    const Resolution r = quantize::resolve(*m_model, config);
    QVERIFY(r.problems.empty());
    QCOMPARE(r.ops.size(), std::size_t(5));

    const auto& query = *r.find("/layer.0/query/MatMul");
    QVERIFY(query.settings.precision == Precision::Int8);
    QVERIFY(query.settings.approach == Approach::Dynamic);
    QVERIFY(query.settings.weightGranularity == Granularity::PerTensor);
    QVERIFY(query.settings.activationScheme == Scheme::Sym);
    QCOMPARE(query.precisionSource.level, Level::Model);
    QCOMPARE(query.rangeSource.level, Level::Default);

    const auto& output = *r.find("/layer.0/output/MatMul");
    QVERIFY(output.settings.precision == Precision::Fp32);
    QVERIFY(output.settings.activationScheme == Scheme::Asym);
    QCOMPARE(output.precisionSource.level, Level::Op);
    QCOMPARE(output.rangeSource.level, Level::Rule);
    QCOMPARE(output.rangeSource.rule, 0);
    QCOMPARE(r.counts(), (PrecisionCounts{2, 0, 1}));
    QCOMPARE(r.settings().size(), std::size_t(5));
    QVERIFY(!r.find("/layer.0/relu"));
}

void TestResolve::lastRuleWins()
{
    Config config;
    config.rules = {{".*query.*", {}}, {"/layer\\.0/.*", {}}};
    config.rules[0].leaves.precision = Precision::Int8;
    config.rules[1].leaves.precision = Precision::Fp32;
    QCOMPARE(quantize::resolve(*m_model, config).counts().int8, 0);
    std::swap(config.rules[0], config.rules[1]);
    QCOMPARE(quantize::resolve(*m_model, config).counts().int8, 1);
}

void TestResolve::sourceTexts()
{
    Config config;
    QCOMPARE(quantize::resolve(*m_model, config).ops[0].sourceText, std::string("not set: fp32"));
    config.model.precision = Precision::Int8;
    QCOMPARE(quantize::resolve(*m_model, config).ops[0].sourceText, std::string("model default"));
    config.opTypes["MatMul"].precision = Precision::Int8;
    QCOMPARE(quantize::resolve(*m_model, config).ops[0].sourceText, std::string("from op type MatMul"));
    config.rules.push_back({".*MatMul", {}});
    config.rules[0].leaves.precision = Precision::Fp32;
    QCOMPARE(quantize::resolve(*m_model, config).ops[0].sourceText, std::string("from rule \".*MatMul\", 3 ops"));
    config.ops["/layer.0/query/MatMul"].precision = Precision::Fp32;
    QCOMPARE(quantize::resolve(*m_model, config).ops[0].sourceText, std::string("set on this op"));
}

void TestResolve::refusals()
{
    Config config;
    config.ops["/layer.0/scores"].precision = Precision::Bf16;
    config.ops["/layer.0/context"].precision = Precision::Bf16;
    const Resolution r = quantize::resolve(*m_model, config);
    const bool refused = !__builtin_cpu_supports("avx512bf16");
    for (const char* name : {"/layer.0/scores", "/layer.0/context"}) {
        QVERIFY(r.find(name)->settings.precision == (refused ? Precision::Fp32 : Precision::Bf16));
        QVERIFY(r.find(name)->asked.precision == Precision::Bf16);
        QCOMPARE(r.find(name)->refusal.empty(), !refused);
    }
    QCOMPARE(r.problems.size(), std::size_t(refused ? 2 : 0));
    for (const auto& problem : r.problems)
        QVERIFY(!problem.error);
}

void TestResolve::modelWideInt8IsQuiet()
{
    Config config;
    config.model.precision = Precision::Int8;
    const Resolution r = quantize::resolve(*m_model, config);
    QVERIFY(r.problems.empty());
    QCOMPARE(r.counts().int8, 3);
    QVERIFY(r.find("/layer.0/context")->settings.precision == Precision::Int8); // not counted, but marked
    config.model.precision = Precision::Bf16;
    const Resolution bf16 = quantize::resolve(*m_model, config);
    if (__builtin_cpu_supports("avx512bf16")) {
        QVERIFY(bf16.problems.empty());
        QCOMPARE(bf16.counts().bf16, 3);
    } else {
        QCOMPARE(bf16.problems.size(), std::size_t(1));
        QCOMPARE(bf16.problems[0].path, std::string("model"));
        QCOMPARE(bf16.counts().fp32, 3);
    }
}

void TestResolve::namesThatMatchNothing()
{
    Config config;
    config.ops["/layer.0/qurey/MatMul"].precision = Precision::Fp32;
    config.rules.push_back({"/layer\\.0/outptu/MatMul", {}});
    config.opTypes["Gemm"].precision = Precision::Fp32;
    config.ops["/layer.0/relu"].precision = Precision::Int8;
    const Resolution r = quantize::resolve(*m_model, config);
    const auto messageOf = [&](const std::string& path) {
        for (const auto& problem : r.problems)
            if (problem.path == path)
                return problem;
        return quantize::Problem{};
    };
    QVERIFY(messageOf("ops./layer.0/qurey/MatMul").error);
    QVERIFY(messageOf("ops./layer.0/qurey/MatMul").message.find("\"/layer.0/query/MatMul\"") != std::string::npos);
    QVERIFY(messageOf("rules[0]").error);
    QVERIFY(messageOf("rules[0]").message.find("\"/layer.0/output/MatMul\"") != std::string::npos);
    QVERIFY(!messageOf("opTypes.Gemm").error);
    QVERIFY(messageOf("opTypes.Gemm").message.find("MatMul") != std::string::npos);
    QVERIFY(messageOf("ops./layer.0/relu").message.find("inside its group") != std::string::npos);
    QCOMPARE(r.problems.size(), std::size_t(4));
}

void TestResolve::impossibleLeaves()
{
    Config config;
    config.model.weightBits = 4;
    config.model.percentile = 20;
    config.model.smoothing = 1.5;
    config.model.weightScheme = Scheme::Asym;
    const Resolution r = quantize::resolve(*m_model, config);
    QCOMPARE(r.problems.size(), std::size_t(4));
    QCOMPARE(r.ops[0].settings.weightBits, 8);
    QCOMPARE(r.ops[0].settings.smoothing, 0.0);
    QVERIFY(r.ops[0].settings.weightScheme == Scheme::Sym);
    QVERIFY(r.ops[0].asked.weightScheme == Scheme::Asym);
}

void TestResolve::manualRanges()
{
    Config config = presetConfig("static");
    config.manualRanges = {{"x", {-1, 2}}, {"k", {0, 3}}, {"p", {0, 0.5}}};
    config.ops["/layer.0/context"].smoothing = 0.5;
    const Resolution r = quantize::resolve(*m_model, config);
    // What an op reads, of an attention both operands; probabilities have a range of their own.
    QVERIFY(r.find("/layer.0/query/MatMul")->settings.manualRanges == (std::map<std::string, Interval>{{"x", {-1, 2}}}));
    QVERIFY(r.find("/layer.0/scores")->settings.manualRanges == (std::map<std::string, Interval>{{"k", {0, 3}}}));
    QVERIFY(r.find("/layer.0/output/MatMul")->settings.manualRanges.empty());
    const auto& query = r.find("/layer.0/query/MatMul")->settings;
    QVERIFY(rangeKey("x", query) == (RangeKey{"x", RangeMethod::Manual, 0, 0}));
    QVERIFY(rangeKey("q", query) == (RangeKey{"q", RangeMethod::MinMax, 0, 0}));
    QCOMPARE(r.problems.size(), std::size_t(2));
    QCOMPARE(r.problems[0].path, std::string("manualRanges.p"));
    QVERIFY(r.problems[0].message.find("No product reads a value \"p\"") == 0);
    QCOMPARE(r.problems[1].path, std::string("manualRanges.x"));
    QVERIFY(r.problems[1].message.find("/layer.0/context does not follow it: it is smoothed") == 0);
    QVERIFY(r.find("/layer.0/context")->settings.manualRanges.empty());

    config.model.approach = Approach::Dynamic;
    QVERIFY(quantize::resolve(*m_model, config).find("/layer.0/query/MatMul")->settings.manualRanges.empty());

    for (const Interval& bad : {Interval{1, 2}, Interval{-2, -1}, Interval{0, 0}, Interval{-1, INFINITY}, Interval{NAN, 1}}) {
        Config wrong = presetConfig("static");
        wrong.manualRanges = {{"x", bad}};
        const auto problems = quantize::resolve(*m_model, wrong).problems;
        QVERIFY(problems.size() == 1 && problems[0].error && problems[0].path == "manualRanges.x");
    }
    Config leaf = presetConfig("static");
    leaf.model.rangeMethod = RangeMethod::Manual;
    QVERIFY(quantize::resolve(*m_model, leaf).problems.at(0).error);
}

void TestResolve::patterns_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("matches");
    QTest::newRow("literal") << "abc"
                             << "abc" << true;
    QTest::newRow("whole name") << "abc"
                                << "abcd" << false;
    QTest::newRow("dot") << "a.c"
                         << "axc" << true;
    QTest::newRow("escaped dot") << "a\\.c"
                                 << "axc" << false;
    QTest::newRow("escaped slash") << "\\/a\\.c"
                                   << "/a.c" << true;
    QTest::newRow("run") << "/layer.*/dense/.*"
                         << "/layer.3/output/dense/MatMul" << true;
    QTest::newRow("run at the end may be empty") << "a.*"
                                                 << "a" << true;
    QTest::newRow("plus needs one") << "a.+"
                                    << "a" << false;
    QTest::newRow("plus") << "a.+c"
                          << "abc" << true;
    QTest::newRow("runs take back") << ".*ab.*b"
                                    << "aabab" << true;
    QTest::newRow("runs fail") << ".*ab.*bb"
                               << "aabab" << false;
    QTest::newRow("anchors") << "^abc$"
                             << "abc" << true;
    QTest::newRow("empty") << ""
                           << "" << true;
    QTest::newRow("class") << "/layer\\.[0-3]/.*"
                           << "/layer.2/x" << true;
    QTest::newRow("class fails") << "/layer\\.[0-3]/.*"
                                 << "/layer.4/x" << false;
    QTest::newRow("digits") << "MatMul_\\d+"
                            << "MatMul_851" << true;
    QTest::newRow("either") << ".*(query|key).*"
                            << "/a/key/MatMul" << true;
    QTest::newRow("optional") << "colou?r"
                              << "color" << true;
    QTest::newRow("starred letter") << "ab*"
                                    << "abbb" << true;
    QTest::newRow("lazy") << "a.*?c"
                          << "abc" << true;
    QTest::newRow("look-ahead") << "(?!.*key).*MatMul"
                                << "/query/MatMul" << true;
    QTest::newRow("look-ahead fails") << "(?!.*key).*MatMul"
                                      << "/key/MatMul" << false;
}

void TestResolve::patterns()
{
    QFETCH(QString, pattern);
    QFETCH(QString, name);
    QTEST(quantize::Pattern(pattern.toStdString()).matches(name.toStdString()), "matches");
}

void TestResolve::badPatterns_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<bool>("refused");
    QTest::newRow("bracket") << "[a" << true;
    QTest::newRow("parenthesis") << "(a" << true;
    QTest::newRow("star") << "*a" << true;
    QTest::newRow("too long") << QString(1001, 'a') << true;
    QTest::newRow("huge repetition") << "(a{1000}){1000}" << true;
    QTest::newRow("overflowing repetition") << "a{99999999999999999999}" << true;
    QTest::newRow("back-reference") << "(a)\\1" << true;
    QTest::newRow("nested look-ahead") << "(?=(?:(?=.).)*).*" << true;
    QTest::newRow("catastrophic") << "(a+)+b" << false;
    QTest::newRow("catastrophic alternation") << "(a|aa|a*)*b" << false;
    QTest::newRow("many runs") << QString(".*a").repeated(300) + "b" << false;
    QTest::newRow("deep") << QString(490, '(') + "a" + QString(490, ')') << false;
    QTest::newRow("many terms") << QString("a?").repeated(500) << false;
}

void TestResolve::badPatterns()
{
    QFETCH(QString, pattern);
    QFETCH(bool, refused);
    bool thrown = false;
    QElapsedTimer timer;
    timer.start();
    try {
        const quantize::Pattern compiled(pattern.toStdString());
        QVERIFY(!compiled.matches(std::string(999, 'a') + "c"));
    } catch (const Error& error) {
        thrown = true;
        QVERIFY(error.kind() == ErrorKind::Setting);
    }
    QCOMPARE(thrown, refused);
    QVERIFY2(timer.elapsed() < 20000, "takes more than polynomial time");
    Config config;
    config.rules.push_back({pattern.toStdString(), {}});
    config.rules[0].leaves.precision = Precision::Int8;
    const Resolution r = quantize::resolve(*m_model, config);
    QCOMPARE(r.problems.size(), std::size_t(1)); // bad, or matches nothing
    QCOMPARE(r.problems[0].path, std::string("rules[0]"));
}

void TestResolve::nearest()
{
    const std::vector<std::string> names{"alpha", "beta", "gamma", "alphas", "alpha"};
    QCOMPARE(quantize::nearestNames(names, "alhpa"), (std::vector<std::string>{"alpha", "alphas", "beta"}));
    QCOMPARE(quantize::nearestNames(names, "x", 1).size(), std::size_t(1));
    QVERIFY(quantize::nearestNames({}, "x").empty());
    QCOMPARE(quantize::matchingNodes(*m_model, ".*/MatMul").size(), std::size_t(3));
}

OCTET_TEST(TestResolve)
#include "tst_resolve.moc"
