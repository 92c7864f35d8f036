// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernels/product_choice.h"

#include "core/engine/kernels/product.h"
#include "core/values/error.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace octet::engine {

[[noreturn]] void forbiddenTileOperation(); // tiles.h, which is compiled per ISA

ProductKernel chooseProduct(Isa cap, Isa cpu)
{
    switch (std::min(cap, cpu)) {
    case Isa::Avx2:
    case Isa::Avx512:
        return ProductKernel::OneDnn;
    case Isa::Vnni:
        return ProductKernel::Vnni;
    case Isa::Amx:
        return ProductKernel::Amx;
    }
    return ProductKernel::OneDnn;
}

bool halvesOnTiles()
{
    return ownProduct() == ProductKernel::Amx && hasAmxBf16();
}

bool prefetchesToL1()
{
    static const bool amd = __builtin_cpu_is("amd");
    return amd;
}

void forbiddenTileOperation()
{
    throw Error(ErrorKind::Internal, "The tile product did what AMX forbids; this is an error in Octet.");
}

bool allowTiles()
{
    constexpr long requestPermission = 0x1023, tileData = 18; // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    static const bool allowed = syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
    return allowed;
}

ProductKernel ownProduct()
{
    static const ProductKernel chosen = [] {
        const ProductKernel kernel = chooseProduct(effectiveIsa(), cpuIsa());
        return kernel == ProductKernel::Amx && !allowTiles() ? ProductKernel::Vnni : kernel;
    }();
    return chosen;
}

} // namespace octet::engine
