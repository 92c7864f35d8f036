// SPDX-License-Identifier: GPL-3.0-or-later
// --isa limits every kernel of a small transformer, ours and oneDNN's, as the profile and oneDNN itself say. Each cap is
// a process: oneDNN's is final at its first use.
#include "cli_test.h"
#include "core/engine/cpu.h"

#include <QRegularExpression>
#include <QtTest>

using namespace octet;
using namespace octet::test;
using nlohmann::json;

namespace {

std::vector<float> numbers(std::size_t count, unsigned seed)
{
    std::vector<float> list(count);
    for (float& x : list)
        x = float((seed = seed * 1664525u + 1013904223u) >> 8) / float(1 << 24) - 0.5f;
    return list;
}

/// One layer with two heads; the 30 hidden units of its second half are no multiple of four, which our own int8 product
/// asks for, so that oneDNN multiplies them.
onnx::ModelProto encoder()
{
    OnnxBuilder b;
    b.input("x", {-1, 8, 32});
    b.output("y");
    b.ints("heads", {4}, {0, 8, 2, 16});
    b.ints("joined", {3}, {0, 8, 32});
    b.weight("root", {}, {0.25f});
    b.weight("gamma", {32}, numbers(32, 1));
    b.weight("beta", {32}, numbers(32, 2));
    const auto product = [&](const std::string& name, const std::string& in, std::int64_t k, std::int64_t n) {
        b.weight("w_" + name, {k, n}, numbers(std::size_t(k * n), unsigned(k + n)));
        b.weight("b_" + name, {n}, numbers(std::size_t(n), 3));
        b.node("MatMul", name, {in, "w_" + name}, {name + "_p"});
        b.node("Add", name + "_add", {name + "_p", "b_" + name}, {name});
    };
    const auto norm = [&](const std::string& in, const std::string& out) {
        OnnxBuilder::attribute(b.node("LayerNormalization", out + "_norm", {in, "gamma", "beta"}, {out}), "axis", std::int64_t(-1));
    };
    norm("x", "x1");
    for (const std::string name : {"q", "k", "v"}) {
        product(name, "x1", 32, 32);
        b.node("Reshape", name + "_r", {name, "heads"}, {name + "_4"});
        OnnxBuilder::attribute(b.node("Transpose", name + "_t", {name + "_4"}, {name + "_h"}), "perm",
            name == "k" ? std::vector<std::int64_t>{0, 2, 3, 1} : std::vector<std::int64_t>{0, 2, 1, 3});
    }
    b.node("Mul", "scale", {"q_h", "root"}, {"q_s"});
    b.node("MatMul", "scores", {"q_s", "k_h"}, {"s"});
    OnnxBuilder::attribute(b.node("Softmax", "softmax", {"s"}, {"p"}), "axis", std::int64_t(-1));
    b.node("MatMul", "context", {"p", "v_h"}, {"c"});
    OnnxBuilder::attribute(b.node("Transpose", "back", {"c"}, {"c_t"}), "perm", std::vector<std::int64_t>{0, 2, 1, 3});
    b.node("Reshape", "join", {"c_t", "joined"}, {"c_j"});
    product("out", "c_j", 32, 32);
    b.node("Add", "residual", {"out", "x1"}, {"sum"});
    norm("sum", "x2");
    product("up", "x2", 32, 30);
    b.node("Relu", "relu", {"up"}, {"hidden"});
    product("down", "hidden", 30, 32);
    b.node("Add", "residual2", {"down", "x2"}, {"y"});
    return b.proto();
}

bool has(const std::string& text, const char* word)
{
    return text.find(word) != std::string::npos;
}

} // namespace

class TestIsa : public QObject
{
    Q_OBJECT
    TinyProblem m_folder;

    struct Profiles
    {
        std::string isa, oneDnn;
        json entries;
    };

    Profiles profiles(const QString& cap)
    {
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("ONEDNN_VERBOSE", "1"); // names the ISA that it really uses
        process.setProcessEnvironment(environment);
        process.start(cliPath(), {"benchmark", m_folder.path("encoder.onnx"), "--preset", "fp32", "--preset", "static", "--preset", "dynamic",
                                     "--preset", "bf16", "--isa", cap, "--runs", "2", "--threads", "1", "--ops", "--json"});
        process.waitForFinished(60'000);
        std::string text, oneDnn;
        for (const QByteArray& line : process.readAllStandardOutput().split('\n'))
            if (!line.contains("_verbose,"))
                text += line.toStdString() + '\n';
            else if (line.contains(",info,cpu,isa:"))
                oneDnn = line.mid(line.indexOf(",isa:") + 5).toStdString();
        const json document = json::parse(text, nullptr, false);
        if (!document.is_object() || !document.contains("entries"))
            return {};
        return {document["machine"]["isa"].get<std::string>(), oneDnn, document["entries"]};
    }

private slots:
    void initTestCase() { m_folder.write(encoder(), "encoder.onnx"); }

    void capLimitsEveryKernel_data()
    {
        QTest::addColumn<int>("cap");
        for (const engine::Isa isa : {engine::Isa::Avx2, engine::Isa::Avx512, engine::Isa::Vnni, engine::Isa::Amx})
            QTest::newRow(engine::toString(isa).c_str()) << int(isa);
    }
    void capLimitsEveryKernel()
    {
        using engine::Isa;
        QFETCH(int, cap);
        const Isa isa = std::min(Isa(cap), engine::cpuIsa()); // a cap above the CPU is no wish for more
        const Profiles found = profiles(QString::fromStdString(engine::toString(Isa(cap))));
        QCOMPARE(found.isa, engine::toString(isa));
        QCOMPARE(found.entries.size(), std::size_t(4));
        QVERIFY2(has(found.oneDnn, "AVX2") == (isa == Isa::Avx2), found.oneDnn.c_str());
        QVERIFY2(has(found.oneDnn, "DL Boost") == (isa >= Isa::Vnni), found.oneDnn.c_str());
        QVERIFY2(has(found.oneDnn, "AMX") == (isa == Isa::Amx), found.oneDnn.c_str());
        for (const json& entry : found.entries) {
            const std::string name = entry["name"].get<std::string>();
            int products = 0, others = 0;
            for (const json& op : entry["ops"]) {
                const std::string kernel = op["kernel"].get<std::string>(), kind = op["kind"].get<std::string>();
                const std::string ran = op["isa"].get<std::string>(); // the kernel's own, which may be below the cap
                const bool portable = ran == "x86-64";
                QVERIFY2(portable || engine::isaFromString(ran) <= isa, (ran + ": " + kernel).c_str());
                QVERIFY2(portable || has(kernel, ran.c_str()) || has(kernel, "bf16"), (ran + ": " + kernel).c_str());
                // What goes beyond the cap is never named, ...
                QVERIFY2(isa >= Isa::Avx512 || !has(kernel, "avx512"), kernel.c_str());
                QVERIFY2(isa >= Isa::Vnni || (!has(kernel, "vnni") && !has(kernel, "bf16")), kernel.c_str());
                QVERIFY2(isa >= Isa::Amx || !has(kernel, "amx"), kernel.c_str());
                // ... every vectorised kernel names its ISA, ...
                const bool vectorised = kind == "product" || kind == "attention" || kind == "layernorm" || kind == "quantize";
                QVERIFY2(!vectorised || !portable, kernel.c_str());
                QVERIFY2(!vectorised || has(kernel, isa == Isa::Avx2 ? "avx2" : "avx512") || (isa >= Isa::Vnni && has(kernel, "vnni"))
                        || (isa == Isa::Amx && has(kernel, "amx")),
                    (name + ": " + kernel).c_str());
                others += vectorised && kind != "product";
                if (kind != "product")
                    continue;
                // ... and 8-bit weights become 7 bits wide where the instruction would saturate, and only there.
                ++products;
                const bool integer = op["precision"] == "int8";
                QCOMPARE(integer, name == "static" || name == "dynamic");
                QVERIFY2(has(kernel, "7-bit weights") == (integer && isa < Isa::Vnni), kernel.c_str());
                if (name == "bf16" && isa < Isa::Vnni)
                    QVERIFY(op["precision"] == "fp32" && has(op["reason"].get<std::string>(), "bf16"));
            }
            QCOMPARE(products, 6);
            QVERIFY(others >= 2); // a layer norm and the attention
        }
    }
};

OCTET_TEST(TestIsa)
#include "tst_isa.moc"
