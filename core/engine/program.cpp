// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/program.h"

#include "core/engine/lower.h"
#include "core/engine/pages.h"
#include "core/engine/passes/passes.h"
#include "core/engine/steps/rows.h"
#include "core/values/error.h"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace octet::engine {

Program::Program(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}

Program::~Program() = default;

const std::vector<std::string>& Program::inputNames() const
{
    return m_impl->inputNames;
}

const std::vector<std::string>& Program::outputNames() const
{
    return m_impl->outputNames;
}

DType Program::inputType(const std::string& name) const
{
    for (const auto& input : m_impl->inputs)
        if (input.name == name)
            return input.type;
    throw Error(ErrorKind::Data, fmt::format("The model has no input \"{}\".", name));
}

Shape Program::outputShape(std::size_t index) const
{
    return m_impl->outputs.at(index).shape;
}

DType Program::outputType(std::size_t index) const
{
    return m_impl->outputs.at(index).type;
}

long long Program::arenaBytes() const
{
    return static_cast<long long>(m_impl->arenaBytes);
}

long long Program::weightBytes() const
{
    return m_impl->weightBytes;
}

const std::vector<GroupProfile>& Program::groups() const
{
    return m_impl->groups;
}

namespace {

/// oneDNN plans its products for a team when they are compiled, and computes something else when a smaller one runs them:
/// a limit of the environment (OMP_THREAD_LIMIT) counts from the start, and none may shrink the team later (OMP_DYNAMIC).
void useTeam(int threads)
{
    omp_set_dynamic(0);
    omp_set_num_threads(threads);
}

} // namespace

std::shared_ptr<const Program> compile(std::shared_ptr<const graph::Model> model, const Settings& settings,
                                       const Ranges& ranges, const CompileOptions& options, WeightStore& store)
{
    const Isa isa = effectiveIsa();
    auto impl = std::make_unique<Program::Impl>();
    impl->kernels = &kernels(isa);
    impl->threads = std::clamp(options.threads, 1, omp_get_thread_limit());
    useTeam(impl->threads);
    impl->ir = buildIr(*model, options);
    recogniseNorms(impl->ir);
    recogniseGelu(impl->ir);
    recogniseAttention(impl->ir);
    fuseProducts(impl->ir, quantize::products(*model));
    selectRows(impl->ir);
    recogniseEmbeddings(impl->ir);
    impl->model = std::move(model);
    lower(*impl, settings, ranges, options, store);
    impl->arenaBytes = planMemory(impl->buffers);
    return std::make_shared<const Program>(std::move(impl));
}

struct Session::Impl
{
    std::shared_ptr<const Program> program;
    std::shared_ptr<std::byte> arena;
    std::vector<std::unique_ptr<StepState>> states;
    Frame frame;

    const Program::Impl& plan() const { return program->impl(); }
    std::span<const std::byte> bytes(const Program::Impl::Binding& binding) const
    {
        return {frame.in<std::byte>(binding.place),
                static_cast<std::size_t>(elementCount(binding.shape)) * elementSize(binding.type)};
    }
};

Session::Session(std::shared_ptr<const Program> program)
    : m_impl(std::make_unique<Impl>())
{
    const Program::Impl& plan = program->impl();
    m_impl->arena = takePages(plan.arenaBytes);
    std::byte* memory = m_impl->arena.get();
    if (!memory)
        throw Error(ErrorKind::Resource, fmt::format("Running this model takes {} MB of memory, which is not to be had.",
                                                     plan.arenaBytes >> 20));
    m_impl->program = std::move(program);
    for (const auto& step : plan.steps)
        m_impl->states.push_back(step->makeState());
    m_impl->frame = {memory, plan.buffers.data(), plan.threads, plan.kernels};
}

Session::~Session() = default;

void Session::setInput(const std::string& name, const Tensor& tensor)
{
    for (const auto& input : m_impl->plan().inputs) {
        if (input.name != name)
            continue;
        if (tensor.type != input.type || tensor.shape != input.shape)
            throw Error(ErrorKind::Data,
                        fmt::format("Input \"{}\" takes {} {}, but was given {} {}.", name, toString(input.type),
                                    toString(input.shape), toString(tensor.type), toString(tensor.shape)));
        if (!tensor.bytes.empty())
            std::memcpy(m_impl->frame.out<std::byte>(input.place), tensor.bytes.data(), tensor.bytes.size());
        return;
    }
    throw Error(ErrorKind::Data, fmt::format("The model has no input \"{}\".", name));
}

void Session::run()
{
    const Program::Impl& plan = m_impl->plan();
    useTeam(plan.threads);
    for (std::size_t i = 0; i < plan.steps.size(); ++i)
        plan.steps[i]->run(m_impl->frame, m_impl->states[i].get());
}

void Session::runProfiled(std::vector<double>& ms)
{
    using Clock = std::chrono::steady_clock;
    const Program::Impl& plan = m_impl->plan();
    ms.resize(plan.steps.size(), 0);
    useTeam(plan.threads);
    auto start = Clock::now();
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        plan.steps[i]->run(m_impl->frame, m_impl->states[i].get());
        const auto end = Clock::now();
        ms[i] += std::chrono::duration<double, std::milli>(end - start).count();
        start = end;
    }
}

std::span<const std::byte> Session::output(std::size_t index) const
{
    return m_impl->bytes(m_impl->plan().outputs.at(index));
}

Tensor Session::outputTensor(std::size_t index) const
{
    const auto& binding = m_impl->plan().outputs.at(index);
    Tensor tensor(binding.type, binding.shape);
    const auto data = m_impl->bytes(binding);
    if (!data.empty())
        std::memcpy(tensor.bytes.data(), data.data(), data.size());
    return tensor;
}

namespace {

const Program::Impl::Binding& findTap(const Program::Impl& plan, const std::string& value)
{
    for (const auto& tap : plan.taps)
        if (tap.name == value)
            return tap;
    throw Error(ErrorKind::Internal, fmt::format("Value \"{}\" was not kept.", value));
}

} // namespace

std::span<const float> Session::tap(const std::string& value) const
{
    const auto& binding = findTap(m_impl->plan(), value);
    if (binding.type != DType::F32)
        throw Error(ErrorKind::Internal, fmt::format("Value \"{}\" is not fp32.", value));
    const auto data = m_impl->bytes(binding);
    return {reinterpret_cast<const float*>(data.data()), data.size() / sizeof(float)};
}

Shape Session::tapShape(const std::string& value) const
{
    return findTap(m_impl->plan(), value).shape;
}

} // namespace octet::engine
