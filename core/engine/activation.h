// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace octet::engine {

/// What a product applies to its sum; GeluErf is x/2 (1 + erf(x / sqrt 2)), GeluTanh its tanh approximation.
enum class Activation { None, GeluErf, GeluTanh, Relu, Tanh };

} // namespace octet::engine
