// SPDX-License-Identifier: GPL-3.0-or-later
// What would run, for every cap and CPU; and that it is what runs here.
#include "core/engine/capability.h"
#include "core/engine/kernel_isa.h"
#include "core/engine/kernels/kernels.h"
#include "core/engine/program.h"
#include "engine/onnx_builder.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>

using namespace octet;
using namespace octet::engine;

namespace {

const KernelFact& find(const std::vector<KernelFact>& facts, const std::string& work, Precision asked)
{
    const auto it = std::find_if(facts.begin(), facts.end(),
        [&](const KernelFact& fact) { return fact.work == work && fact.asked == asked; });
    if (it == facts.end())
        qFatal("no such fact");
    return *it;
}

constexpr const char* weights = "Product with weights";

} // namespace

class TestCapability : public QObject
{
    Q_OBJECT

private slots:
    void everyCapAndCpu_data()
    {
        QTest::addColumn<int>("cap");
        QTest::addColumn<int>("cpu");
        QTest::addColumn<bool>("bf16");
        QTest::addColumn<QString>("int8");
        QTest::addColumn<bool>("seven");
        QTest::addColumn<QString>("bf16Isa"); // empty = refused
        QTest::addColumn<QString>("reason"); // a part of the refusal
        const auto row = [](const char* name, Isa cap, Isa cpu, bool bf16, const char* int8, bool seven,
                             const char* bf16Isa, const char* reason) {
            QTest::newRow(name) << int(cap) << int(cpu) << bf16 << int8 << seven << bf16Isa << reason;
        };
        row("all of a new Xeon", Isa::Amx, Isa::Amx, true, "amx", false, "amx", "");
        row("new Xeon, capped to vnni", Isa::Vnni, Isa::Amx, true, "vnni", false, "vnni", "");
        row("new Xeon, capped to avx512", Isa::Avx512, Isa::Amx, true, "avx512", true, "", "cap avx512");
        row("new Xeon, capped to avx2", Isa::Avx2, Isa::Amx, true, "avx2", true, "", "cap avx2");
        row("vnni without bf16", Isa::Vnni, Isa::Vnni, false, "vnni", false, "", "this CPU");
        row("a cap above the CPU", Isa::Amx, Isa::Avx512, false, "avx512", true, "", "this CPU");
        row("the least", Isa::Avx2, Isa::Avx2, false, "avx2", true, "", "this CPU");
    }
    void everyCapAndCpu()
    {
        QFETCH(const int, cap);
        QFETCH(const int, cpu);
        QFETCH(const bool, bf16);
        QFETCH(const QString, int8);
        QFETCH(const bool, seven);
        QFETCH(const QString, bf16Isa);
        QFETCH(const QString, reason);
        const auto facts = kernelFacts(Isa(cap), {Isa(cpu), bf16, bf16});
        const KernelFact& integer = find(facts, weights, Precision::Int8);
        QCOMPARE(QString::fromStdString(integer.isa), int8);
        QCOMPARE(integer.sevenBitWeights, seven);
        QVERIFY(integer.executed == Precision::Int8);
        const KernelFact& half = find(facts, weights, Precision::Bf16);
        QVERIFY(half.executed == (bf16Isa.isEmpty() ? Precision::Fp32 : Precision::Bf16));
        if (!bf16Isa.isEmpty())
            QCOMPARE(QString::fromStdString(half.isa), bf16Isa);
        QVERIFY2(QString::fromStdString(half.reason).contains(reason), half.reason.c_str());
        // Nothing is refused without a reason, and attention runs in bf16 where products do.
        for (const KernelFact& fact : facts) {
            QVERIFY(fact.asked == fact.executed || !fact.reason.empty());
            QVERIFY(!fact.kernel.empty() && !fact.isa.empty());
        }
        const KernelFact& attention = find(facts, "Attention", Precision::Bf16);
        QVERIFY(attention.executed == half.executed);
        QCOMPARE(attention.isa, half.isa);
    }

    void ourKernelsMultiplyFromVnniOn()
    {
        for (const Isa isa : {Isa::Avx2, Isa::Avx512, Isa::Vnni, Isa::Amx})
            QCOMPARE(find(kernelFacts(isa, {Isa::Amx, true, true}), weights, Precision::Int8).kernel.starts_with("Octet"),
                isa >= Isa::Vnni);
        const auto refused = kernelFacts(Isa::Amx, {Isa::Amx, true, true, false});
        QCOMPARE(find(refused, weights, Precision::Int8).isa, std::string("vnni"));
        QVERIFY(!find(refused, weights, Precision::Int8).reason.empty());
    }

    /// The table is worth nothing if programs do something else.
    void isWhatRunsHere()
    {
        const Isa isa = effectiveIsa();
        const auto facts = kernelFacts(isa, cpuFacts());
        test::OnnxBuilder b;
        b.input("x", {4, 32});
        b.weight("w", {32, 32}, std::vector<float>(1024, 0.25f));
        for (const char* name : {"int8", "bf16", "fp32"})
            b.node("MatMul", name, {"x", "w"}, {std::string(name) + "y"});
        for (const char* name : {"int8", "bf16", "fp32"})
            b.output(std::string(name) + "y", {4, 32});
        const auto model = b.load();
        Settings settings;
        for (const Precision precision : {Precision::Int8, Precision::Bf16, Precision::Fp32}) {
            OpSettings op;
            op.precision = precision;
            op.approach = Approach::Dynamic;
            settings[toString(precision)] = op;
        }
        WeightStore store;
        CompileOptions options;
        options.inputShapes["x"] = {4, 32};
        const auto program = compile(model, settings, {}, options, store);
        int seen = 0;
        for (const GroupProfile& group : program->groups()) {
            if (group.kind != "product")
                continue;
            ++seen;
            const KernelFact& fact = find(facts, weights, group.asked);
            QVERIFY2(fact.executed == group.executed, group.kernel.c_str());
            QCOMPARE(fact.kernel.starts_with("Octet"), group.kernel.starts_with("octet"));
            QCOMPARE(fact.sevenBitWeights, group.kernel.find("7-bit") != std::string::npos);
            if (group.kernel.starts_with("octet")) // oneDNN picks by shape, and does not say how wide its fp32 is
                QCOMPARE(group.isa, fact.isa);
            if (fact.executed != fact.asked)
                QVERIFY(!group.reason.empty());
        }
        QCOMPARE(seen, 3);
        QCOMPARE(find(facts, "Attention", Precision::Int8).isa, std::string(kernels(isa).bytesName));
        const KernelFact& half = find(facts, "Attention", Precision::Bf16);
        QCOMPARE(half.executed == Precision::Bf16, kernels(isa).attentionHalves != nullptr);
        if (kernels(isa).attentionHalves)
            QCOMPARE(half.isa, isaOfKernel(kernels(isa).halvesName, isa));
        QCOMPARE(find(facts, "Attention", Precision::Fp32).isa, std::string(kernels(isa).name));
    }

    void thisMachine()
    {
        const Capability here = capability();
        QVERIFY(!here.machine.cpu.empty());
        QCOMPARE(here.machine.isa, toString(cpuIsa()));
        QVERIFY(here.logicalCpus >= 1);
        QCOMPARE(here.caps.size(), std::size_t(4));
        QCOMPARE(here.caps.back().isa, toString(cpuIsa()));
        for (const CpuFeature& feature : here.features)
            if (feature.name == "AVX2")
                QVERIFY(feature.has);
            else if (feature.name == "AVX512-BF16")
                QCOMPARE(feature.has, __builtin_cpu_supports("avx512bf16") != 0);
        for (const CpuCache& cache : here.caches)
            QVERIFY(cache.bytes >= 1024 && cache.sharedBy >= 1);
    }
};

OCTET_TEST(TestCapability)
#include "tst_capability.moc"
