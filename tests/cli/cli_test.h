// SPDX-License-Identifier: GPL-3.0-or-later
// The real octet-cli as a child process, and a model so small that every command takes milliseconds.
#pragma once

#include "core/data/npy.h"
#include "engine/onnx_builder.h"
#include "test_main.h"

#include <nlohmann/json.hpp>

#include <QProcess>
#include <QTemporaryDir>

#include <string>

namespace octet::test {

struct Outcome
{
    int status = -1;
    std::string out, err;
    nlohmann::json json; // of stdout; discarded when it is none
};

inline QString cliPath()
{
    return QStringLiteral(OCTET_BIN_DIR "/octet-cli");
}

inline Outcome cli(const QStringList& arguments, const QString& stdoutFile = {})
{
    QProcess process;
    if (!stdoutFile.isEmpty())
        process.setStandardOutputFile(stdoutFile);
    process.start(cliPath(), arguments);
    Outcome outcome;
    if (!process.waitForFinished(60'000)) {
        process.kill();
        process.waitForFinished();
        return outcome;
    }
    outcome.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    outcome.out = process.readAllStandardOutput().toStdString();
    outcome.err = process.readAllStandardError().toStdString();
    outcome.json = nlohmann::json::parse(outcome.out, nullptr, false);
    return outcome;
}

/// A linear classifier of 16 numbers into 4 classes, and 80 samples of which a few are labelled wrongly.
class TinyProblem
{
public:
    TinyProblem()
    {
        OnnxBuilder builder;
        builder.input("x", {-1, 16});
        builder.output("logits", {-1, 4});
        std::vector<float> first(16 * 16), second(16 * 4);
        for (int row = 0; row < 16; ++row) {
            for (int column = 0; column < 16; ++column)
                first[std::size_t(row * 16 + column)] = (row == column ? 1.0f : 0.0f) + noise() * 0.05f;
            for (int column = 0; column < 4; ++column)
                second[std::size_t(row * 4 + column)] = (row % 4 == column ? 1.0f : 0.0f) + noise() * 0.05f;
        }
        builder.weight("w1", {16, 16}, first);
        builder.weight("w2", {16, 4}, second);
        builder.node("MatMul", "/net/first/MatMul", {"x", "w1"}, {"hidden"});
        builder.node("MatMul", "/net/second/MatMul", {"hidden", "w2"}, {"logits"});
        write(builder.proto(), "model.onnx");
        samples("test", 80);
        samples("calib", 32);
    }
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QString model() const { return path("model.onnx"); }
    QStringList data() const
    {
        return {"--input", "x=" + path("test.npy"), "--labels", path("test_labels.npy"), "--calib-input",
            "x=" + path("calib.npy"), "--threads", "1"};
    }
    void write(const onnx::ModelProto& proto, const QString& name) const
    {
        std::ofstream file(path(name).toStdString(), std::ios::binary);
        proto.SerializeToOstream(&file);
    }
    void write(const QString& name, const std::string& text) const
    {
        std::ofstream(path(name).toStdString(), std::ios::binary) << text;
    }

private:
    float noise()
    {
        m_state = m_state * 1664525u + 1013904223u;
        return float(m_state >> 8) / float(1 << 23) - 1;
    }
    void samples(const QString& name, int count)
    {
        Tensor values(DType::F32, {count, 16}), labels(DType::I32, {count});
        for (int i = 0; i < count; ++i) {
            const int label = i % 4;
            for (int j = 0; j < 16; ++j)
                values.data<float>()[i * 16 + j] = noise() + (j % 4 == label ? 1.5f : 0.0f);
            labels.data<std::int32_t>()[i] = i % 20 == 0 ? (label + 1) % 4 : label;
        }
        data::writeNpy(path(name + ".npy").toStdString(), values);
        data::writeNpy(path(name + "_labels.npy").toStdString(), labels);
    }
    QTemporaryDir m_folder;
    unsigned m_state = 7;
};

} // namespace octet::test
