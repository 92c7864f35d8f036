// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/onednn.h"

#include "core/values/error.h"

#include <dnnl.hpp>
#include <fmt/format.h>

#include <array>

namespace octet::engine {

namespace {

const dnnl::engine& cpuEngine()
{
    static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

dnnl::memory::desc matrix(std::int64_t rows, std::int64_t columns, dnnl::memory::data_type type)
{
    return {{rows, columns}, type, dnnl::memory::dims {columns, 1}};
}

std::size_t sizeOf(const dnnl::memory::desc& desc)
{
    return desc.get_size();
}

/// oneDNN's exceptions never leave this file.
template <typename F>
auto guarded(const char* what, F&& f)
{
    try {
        return f();
    } catch (const dnnl::error& error) {
        throw Error(error.status == dnnl_out_of_memory ? ErrorKind::Resource : ErrorKind::Internal,
                    fmt::format("oneDNN {} could not {} ({}).", oneDnnVersion(), what, error.what()));
    }
}

} // namespace

void capOneDnn(Isa isa)
{
    dnnl::cpu_isa cap = dnnl::cpu_isa::avx2;
    switch (isa) {
    case Isa::Avx2: break;
    case Isa::Avx512: cap = dnnl::cpu_isa::avx512_core; break;
    // Where there is bf16 it belongs to this cap; without it oneDNN would emulate.
    case Isa::Vnni:
        cap = __builtin_cpu_supports("avx512bf16") ? dnnl::cpu_isa::avx512_core_bf16 : dnnl::cpu_isa::avx512_core_vnni;
        break;
    case Isa::Amx: return;
    }
    const dnnl::status status = dnnl::set_max_cpu_isa(cap);
    if (status != dnnl::status::success)
        throw Error(ErrorKind::Internal,
                    fmt::format("oneDNN refused the ISA cap {}; was it used before?", toString(isa)));
}

std::string oneDnnVersion()
{
    const dnnl_version_t* version = dnnl_version();
    return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

struct DnnProduct::Packed
{
    dnnl::memory memory;
};

struct DnnProduct::Call
{
    std::shared_ptr<const Packed> packed;
    dnnl::stream stream;
    dnnl::memory a, c, scratch;
    std::array<dnnl_exec_arg_t, 4> arguments;
};

struct DnnProduct::Impl
{
    std::int64_t k, n;
    dnnl::matmul::primitive_desc description;
    dnnl::matmul primitive;
};

DnnProduct::DnnProduct(std::int64_t m, std::int64_t k, std::int64_t n)
    : m_impl(std::make_unique<Impl>())
{
    using Type = dnnl::memory::data_type;
    guarded("make a product", [&] {
        const auto a = matrix(m, k, Type::u8), c = matrix(m, n, Type::s32);
        const dnnl::memory::desc w({k, n}, Type::s8, dnnl::memory::format_tag::any);
        dnnl::primitive_attr attributes;
        attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
#if DNNL_VERSION_MAJOR >= 3
        m_impl->description = dnnl::matmul::primitive_desc(cpuEngine(), a, w, c, attributes);
#else
        m_impl->description = dnnl::matmul::primitive_desc(dnnl::matmul::desc(a, w, c), attributes, cpuEngine());
#endif
        m_impl->primitive = dnnl::matmul(m_impl->description);
    });
    m_impl->k = k;
    m_impl->n = n;
}

DnnProduct::~DnnProduct() = default;

std::string DnnProduct::kernelName() const
{
    return m_impl->description.impl_info_str();
}

std::size_t DnnProduct::scratchBytes() const
{
    return sizeOf(m_impl->description.scratchpad_desc());
}

std::shared_ptr<const DnnProduct::Packed> DnnProduct::pack(const std::int8_t* weights) const
{
    return guarded("pack weights", [&] {
        const auto plain = matrix(m_impl->k, m_impl->n, dnnl::memory::data_type::s8);
        dnnl::memory from(plain, cpuEngine(), const_cast<std::int8_t*>(weights));
        auto packed = std::make_shared<Packed>();
        packed->memory = dnnl::memory(m_impl->description.weights_desc(), cpuEngine());
        dnnl::stream stream(cpuEngine());
        dnnl::reorder(from, packed->memory).execute(stream, from, packed->memory);
        stream.wait();
        return std::shared_ptr<const Packed>(packed);
    });
}

bool DnnProduct::fits(const Packed& packed) const
{
    return packed.memory.get_desc() == m_impl->description.weights_desc();
}

std::size_t DnnProduct::bytes(const Packed& packed)
{
    return sizeOf(packed.memory.get_desc());
}

std::unique_ptr<DnnProduct::Call, void (*)(DnnProduct::Call*)>
DnnProduct::makeCall(std::shared_ptr<const Packed> packed) const
{
    return guarded("prepare a product", [&] {
        std::unique_ptr<Call, void (*)(Call*)> call(new Call, [](Call* c) { delete c; });
        call->packed = std::move(packed);
        call->stream = dnnl::stream(cpuEngine());
        call->a = dnnl::memory(m_impl->description.src_desc(), cpuEngine(), nullptr);
        call->c = dnnl::memory(m_impl->description.dst_desc(), cpuEngine(), nullptr);
        call->scratch = dnnl::memory(m_impl->description.scratchpad_desc(), cpuEngine(), nullptr);
        call->arguments = {dnnl_exec_arg_t {DNNL_ARG_SRC, call->a.get()},
                           {DNNL_ARG_WEIGHTS, call->packed->memory.get()},
                           {DNNL_ARG_DST, call->c.get()},
                           {DNNL_ARG_SCRATCHPAD, call->scratch.get()}};
        return call;
    });
}

void DnnProduct::run(Call& call, const std::uint8_t* a, std::int32_t* c, void* scratch) const
{
    guarded("run a product", [&] {
        call.a.set_data_handle(const_cast<std::uint8_t*>(a));
        call.c.set_data_handle(c);
        call.scratch.set_data_handle(scratch);
        // The C++ form copies its arguments to a new list every time.
        dnnl::error::wrap_c_api(dnnl_primitive_execute(m_impl->primitive.get(), call.stream.get(),
                                                       static_cast<int>(call.arguments.size()), call.arguments.data()),
                                "could not execute a primitive");
        call.stream.wait();
    });
}

} // namespace octet::engine
