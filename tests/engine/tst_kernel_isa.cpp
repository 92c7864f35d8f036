// SPDX-License-Identifier: GPL-3.0-or-later
// The ISA of a profile's group is that of its kernel, not the cap.
#include "core/engine/kernel_isa.h"
#include "test_main.h"

#include <QtTest>

using namespace octet::engine;

class TestKernelIsa : public QObject
{
    Q_OBJECT

private slots:
    void kernels_data()
    {
        QTest::addColumn<QString>("kernel");
        QTest::addColumn<QString>("isa");
        const auto row = [](const char* kernel, const char* isa) { QTest::newRow(kernel) << kernel << isa; };
        row("octet:vnni + gelu", "vnni");
        row("octet:amx", "amx");
        row("brg:avx512_core_vnni", "vnni");
        row("brg:avx512_core_bf16", "vnni");
        row("brg:avx512_core_amx_int8", "amx");
        row("brg:avx512_core (rows: avx512)", "avx512");
        row("jit:avx2 (rows: avx512)", "avx2");
        row("layernorm (avx2)", "avx2");
        row("int8 scores, softmax, context (vnni)", "vnni");
        row("bf16 scores, softmax, context (avx512_bf16)", "vnni");
        row("bf16 scores, softmax, context (amx)", "amx");
        row("octet:vnni, 7-bit weights because 8 would saturate without VNNI", "vnni");
        row("gemm:jit (rows: avx512)", "amx"); // the cap: it does not say
        row("general Where", "x86-64");
    }
    void kernels()
    {
        QFETCH(const QString, kernel);
        QFETCH(const QString, isa);
        QCOMPARE(QString::fromStdString(isaOfKernel(kernel.toStdString(), Isa::Amx)), isa);
    }
};

OCTET_TEST(TestKernelIsa)
#include "tst_kernel_isa.moc"
