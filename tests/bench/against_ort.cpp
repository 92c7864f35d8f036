// SPDX-License-Identifier: GPL-3.0-or-later
// Octet against ONNX Runtime on the same machine, the contenders taking turns run by run.
//
//   against_ort [--threads N] [--runs N] [--shapes 1x128,8x128,1x384,1x16] NAME FP32.onnx DYNAMIC.onnx [NAME ...]
//
// FP32.onnx is an encoder with input_ids, attention_mask and token_type_ids; DYNAMIC.onnx the same model in ONNX
// Runtime's dynamic int8 form. Needs `npm install onnxruntime-node` in some folder and ORT_NODE=that folder's
// node_modules/onnxruntime-node; without it the benchmark is skipped with a message. Prints a Markdown table.
#include "core/engine/cpu.h"
#include "core/measure/measure.h"
#include "core/quantize/resolve.h"
#include "core/values/error.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QProcess>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

using namespace octet;

namespace {

struct Model
{
    QString name, fp32, dynamic;
};

struct Plan
{
    int threads = 1, runs = 30;
    QStringList shapes {"1x128", "8x128", "1x384", "1x16"};
    std::vector<Model> models;
};

Plan planOf(QStringList arguments)
{
    Plan plan;
    while (arguments.size() >= 2 && arguments[0].startsWith("--")) {
        const QString key = arguments.takeFirst(), value = arguments.takeFirst();
        if (key == "--threads")
            plan.threads = std::max(1, value.toInt());
        else if (key == "--runs")
            plan.runs = std::max(3, value.toInt());
        else if (key == "--shapes")
            plan.shapes = value.split(',');
        else
            throw Error(ErrorKind::Setting, fmt::format("Unknown option {}.", key.toStdString()));
    }
    if (arguments.isEmpty() || arguments.size() % 3 != 0)
        throw Error(ErrorKind::Setting, "Usage: against_ort [--threads N] [--runs N] [--shapes BxL,...] NAME FP32.onnx "
                                        "DYNAMIC.onnx [NAME FP32.onnx DYNAMIC.onnx ...]");
    for (int i = 0; i < arguments.size(); i += 3)
        plan.models.push_back({arguments[i], arguments[i + 1], arguments[i + 2]});
    return plan;
}

/// ONNX Runtime in a process of its own: it brings its own thread pool.
class Peer
{
public:
    Peer(const Plan& plan, const Model& model, const QStringList& shape)
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start("node", QStringList {QString(OCTET_SOURCE_DIR "/tests/bench/ort_peer.js"),
                                             QString::number(plan.threads), shape[0], shape[1], model.fp32, model.dynamic});
        if (!line().startsWith("ready"))
            throw Error(ErrorKind::Resource, "ONNX Runtime did not start.");
    }
    ~Peer()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished();
    }
    double run(int index)
    {
        m_process.write(QByteArray::number(index) + "\n");
        m_process.waitForBytesWritten();
        return line().toDouble();
    }

private:
    QByteArray line()
    {
        while (!m_process.canReadLine())
            if (!m_process.waitForReadyRead(120000))
                throw Error(ErrorKind::Resource, "ONNX Runtime stopped answering.");
        return m_process.readLine().trimmed();
    }
    QProcess m_process;
};

class Ours
{
public:
    Ours(std::shared_ptr<const graph::Model> model, const std::string& preset, int threads, const Workload& workload,
         engine::WeightStore& store)
    {
        const Settings settings = quantize::resolve(*model, presetConfig(preset)).settings();
        measure::Context context;
        context.model = model;
        context.store = &store;
        context.threads = threads;
        const auto inputs = measure::seededInputs(*model, workload.batch, workload.length, 1978);
        engine::CompileOptions options;
        options.threads = threads;
        for (const auto& [name, tensor] : inputs)
            options.inputShapes[name] = tensor.shape;
        m_session = std::make_unique<engine::Session>(
            engine::compile(model, settings, measure::seededRanges(context, settings, workload), options, store));
        for (const auto& [name, tensor] : inputs)
            m_session->setInput(name, tensor);
    }
    double run()
    {
        const auto start = std::chrono::steady_clock::now();
        m_session->run();
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    }

private:
    std::unique_ptr<engine::Session> m_session;
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double ratio(const std::vector<double>& a, const std::vector<double>& b)
{
    std::vector<double> pairs;
    for (std::size_t i = 0; i < a.size(); ++i)
        pairs.push_back(a[i] / b[i]);
    return median(std::move(pairs));
}

void compare(const Plan& plan, const Model& names, const QString& shapeText)
{
    const QStringList shape = shapeText.split('x');
    Workload workload;
    workload.batch = shape[0].toInt();
    workload.length = shape.value(1).toInt();
    const auto model = graph::load(names.fp32.toStdString());
    engine::WeightStore store;
    std::vector<std::unique_ptr<Ours>> ours;
    for (const char* preset : {"fp32", "static", "dynamic"})
        ours.push_back(std::make_unique<Ours>(model, preset, plan.threads, workload, store));
    Peer peer(plan, names, shape);
    enum { OurFp32, OurStatic, OurDynamic, TheirFp32, TheirDynamic, Count };
    std::vector<std::vector<double>> ms(Count);
    // Every int8 run comes after an fp32 run of its own program: static and dynamic share their weights, and the second
    // of them would find the caches warm.
    const int order[] = {OurFp32, OurStatic, TheirFp32, TheirDynamic, OurFp32, OurDynamic};
    for (int run = -3; run < plan.runs; ++run) { // the first warm up
        bool seen[Count] = {};
        for (const int c : order) {
            const double time = c < TheirFp32 ? ours[static_cast<std::size_t>(c)]->run() : peer.run(c - TheirFp32);
            if (run >= 0 && !std::exchange(seen[c], true))
                ms[static_cast<std::size_t>(c)].push_back(time);
        }
    }
    fmt::print("| {} {} | {:.2f} | {:.2f} | **{:.2f}** | {:.2f} | {:.2f} | {:.2f} | **{:.2f}** | {:.2f} |\n",
               names.name.toStdString(), shapeText.toStdString(), median(ms[TheirFp32]), median(ms[OurFp32]),
               ratio(ms[OurFp32], ms[TheirFp32]), median(ms[TheirDynamic]), median(ms[OurStatic]), median(ms[OurDynamic]),
               std::min(ratio(ms[OurStatic], ms[TheirDynamic]), ratio(ms[OurDynamic], ms[TheirDynamic])),
               ratio(ms[OurStatic], ms[OurDynamic]));
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    try {
        const Plan plan = planOf(application.arguments().mid(1));
        const QString peer = qEnvironmentVariable("ORT_NODE");
        if (peer.isEmpty() || !QFileInfo::exists(peer)) {
            fmt::print("Skipped: ONNX Runtime is not here. `npm install onnxruntime-node` in some folder and set "
                       "ORT_NODE to its node_modules/onnxruntime-node.\n");
            return 0;
        }
        const Machine machine = engine::machine(engine::effectiveIsa());
        fmt::print("{}, {}, {} thread{}, {} interleaved runs each, median ms a run; ratios are medians of paired runs\n\n",
                   machine.cpu, engine::toString(engine::effectiveIsa()), plan.threads, plan.threads == 1 ? "" : "s",
                   plan.runs);
        fmt::print("| shape | ORT fp32 | fp32 | ratio | ORT dynamic int8 | static | dynamic | best/ORT | static/dynamic |\n"
                   "|---|---|---|---|---|---|---|---|---|\n");
        for (const Model& model : plan.models)
            for (const QString& shape : plan.shapes)
                compare(plan, model, shape);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
    return 0;
}
