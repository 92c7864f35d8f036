// SPDX-License-Identifier: GPL-3.0-or-later
// run() allocates nothing: every operator new of this process is counted while it runs. Int8 programs only, which run
// on kernels of our own where there is VNNI: oneDNN, which multiplies fp32 and bf16, takes memory in every execute().
#include "core/engine/program.h"
#include "core/measure/measure.h"
#include "core/quantize/resolve.h"
#include "test_main.h"

#include <QtTest>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) noexcept
{
    ++allocations;
    // What aligned_alloc takes: a whole number of alignments, and not none.
    return std::aligned_alloc(alignment, (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment);
}

void* orThrow(void* p)
{
    if (!p)
        throw std::bad_alloc();
    return p;
}

} // namespace

// All forms: one that is left out would come from elsewhere, and be freed here.
void* operator new(std::size_t bytes)
{
    return orThrow(counted(bytes));
}
void* operator new[](std::size_t bytes)
{
    return orThrow(counted(bytes));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept
{
    return counted(bytes);
}
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept
{
    return counted(bytes);
}
void* operator new(std::size_t bytes, std::align_val_t alignment)
{
    return orThrow(counted(bytes, static_cast<std::size_t>(alignment)));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment)
{
    return orThrow(counted(bytes, static_cast<std::size_t>(alignment)));
}
void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept
{
    return counted(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept
{
    return counted(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* p) noexcept
{
    std::free(p);
}
void operator delete[](void* p) noexcept
{
    std::free(p);
}
void operator delete(void* p, std::size_t) noexcept
{
    std::free(p);
}
void operator delete[](void* p, std::size_t) noexcept
{
    std::free(p);
}
void operator delete(void* p, std::align_val_t) noexcept
{
    std::free(p);
}
void operator delete[](void* p, std::align_val_t) noexcept
{
    std::free(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept
{
    std::free(p);
}
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept
{
    std::free(p);
}
void operator delete(void* p, const std::nothrow_t&) noexcept
{
    std::free(p);
}
void operator delete[](void* p, const std::nothrow_t&) noexcept
{
    std::free(p);
}
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept
{
    std::free(p);
}
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept
{
    std::free(p);
}

using namespace octet;

class TestMemory : public QObject
{
    Q_OBJECT

private slots:
    void runAllocatesNothing_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("preset");
        for (const char* model : {"sst2-bert-l6-h384", "kwt1-speech-commands", "vit-fashion-mnist"})
            for (const char* preset : {"static", "dynamic"})
                QTest::addRow("%s %s", model, preset) << model << preset;
    }
    void runAllocatesNothing()
    {
        if (test::modelsFolder().isEmpty())
            QSKIP("the folder of real models is not there");
        if (engine::effectiveIsa() < engine::Isa::Vnni)
            QSKIP("Products run in oneDNN on this CPU.");
        QFETCH(QString, model);
        QFETCH(QString, preset);
        const auto loaded =
            graph::load((test::modelsFolder() + QLatin1Char('/') + model + "/model.onnx").toStdString());
        engine::WeightStore store;
        measure::Context context;
        context.model = loaded;
        context.store = &store;
        Workload workload;
        workload.length = 16;
        const Settings settings = quantize::resolve(*loaded, presetConfig(preset.toStdString())).settings();
        const auto inputs = measure::seededInputs(*loaded, 1, 16, 1);
        engine::CompileOptions options;
        for (const auto& [name, tensor] : inputs)
            options.inputShapes[name] = tensor.shape;
        engine::Session session(
            engine::compile(loaded, settings, measure::seededRanges(context, settings, workload), options, store));
        for (const auto& [name, tensor] : inputs)
            session.setInput(name, tensor);
        session.run(); // the first run may still grow what belongs to a thread
        const long before = allocations;
        for (int i = 0; i < 3; ++i)
            session.run();
        QCOMPARE(allocations - before, 0L);
    }
};

OCTET_TEST(TestMemory)
#include "tst_memory.moc"
