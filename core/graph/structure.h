// SPDX-License-Identifier: GPL-3.0-or-later
// The scope tree of a model: what a person sees as boxes. A pure function of node names (or, without useful names, of
// the graph), stable across runs. Plain data: it is also what a project stores for people without the model.
#pragma once

#include "core/graph/model.h"

#include <string>
#include <vector>

namespace octet::graph {

/// A box: a scope with children, or one node (leaf). Index 0 is the root.
struct Box
{
    int parent = -1;
    std::vector<int> children; // in topological order of their first node
    std::string name; // last path component: "layer.3", "query"
    std::string path; // "/bert/encoder/layer.3"; for a leaf the node's name
    std::string title; // for people: "Layer 3", "attention.output.dense"
    int node = -1; // leaf: index into Model::nodes()
    bool plumbing = false; // only Shape, Constant, Gather-of-shape ...: folded away by default
    std::vector<int> nodes; // all node indices below
};

struct Edge
{
    int from = 0, to = 0; // boxes (leaves)
    std::string value;
};

struct Structure
{
    std::vector<Box> boxes;
    std::vector<Edge> edges; // between leaves; constants and weights make none
    std::vector<int> leafOfNode; // node index -> box, -1 for Constant nodes
};

/// Scopes with a single child are merged with it; a chain of wrappers ("bert/encoder") does not hide the layers: the
/// root's view of a 6-layer BERT is about nine boxes (embeddings, layers, pooler, classifier, mask plumbing folded).
Structure structure(const Model& model);

} // namespace octet::graph
