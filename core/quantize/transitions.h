// SPDX-License-Identifier: GPL-3.0-or-later
// Where precisions meet: every value that a product reads, from the product that made it. What lies between the two
// (bias, add, norm, GELU) computes in fp32 inside the group of the maker and is no edge of its own.
#pragma once

#include "core/quantize/products.h"
#include "core/values/trial.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace octet::quantize {

struct Transition
{
    std::string value; // ONNX value that the consumer reads
    int producer = -1; // index into the products; -1 = an embedding or an input of the model, in fp32
    int consumer = 0; // index into the products
    /// Elements of the value for each row that the product `perRow` computes; 0 = not known from the graph.
    double perRow = 0;
    int rowsOf = 0; // index into the products
    bool operator==(const Transition&) const = default;
};

/// In the order of the consumers. The maker of a value is the nearest product above it; of two equally near ones
/// (operands of a Concat) each makes an edge.
std::vector<Transition> transitions(const graph::Model& model, const std::vector<Product>& products);

struct TransitionCell
{
    int edges = 0;
    double bytes = 0; // a sample, in the form that the consumer reads: of a Conv its patches
    int unsized = 0; // edges that are not in `bytes`
    /// Quantizing, requantizing and reordering that ran as steps of their own, ms a sample; none without a profile.
    std::optional<double> ms;
    int steps = 0; // of these; the other edges are converted inside a kernel that runs anyway
    std::vector<int> nodes; // ONNX node indices of makers and readers, ascending
};

struct TransitionMatrix
{
    /// [made in][read in], by Precision's number.
    std::array<std::array<TransitionCell, 3>, 3> cells;
    std::optional<double> otherMs; // overhead of the profile that belongs to no edge, ms a sample
    const TransitionCell& at(Precision from, Precision to) const
    {
        return cells[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
    }
};

struct TransitionInput
{
    std::vector<Precision> precisions; // of each product
    std::vector<std::string> names; // of each product's node
    const std::vector<GroupProfile>* sizes = nullptr; // a profile of the whole model in fp32, for bytes; may be null
    int sizesBatch = 1;
    const std::vector<GroupProfile>* profile = nullptr; // of this very config, for ms; may be null
    int profileBatch = 1;
};
TransitionMatrix transitionMatrix(
    const std::vector<Transition>& transitions, const std::vector<Product>& products, const TransitionInput& input);

/// Products of one kind in each precision.
struct KindCounts
{
    std::string kind; // toString(ProductKind)
    std::array<std::vector<int>, 3> nodes; // ONNX node indices, by Precision's number
};
/// Kinds that the model has, weight products first.
std::vector<KindCounts> countsByKind(const std::vector<Product>& products, const std::vector<Precision>& precisions);

} // namespace octet::quantize
