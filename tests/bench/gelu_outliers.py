#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a form of a Transformer whose outliers sit between GELU and the second FFN product:
    tests/bench/gelu_outliers.py MODEL.onnx OUTPUT.onnx [--channels 4] [--factor 64] [--seed 1]
GELU is not homogeneous, so nothing can be scaled in front of it: behind it a Mul by a vector is put (the factor in some
channels, 1 in the others), and the rows of the product's weight that read these channels are divided by it. The factor
is a power of two, so the function is the same bit for bit. The outliers are put in by hand: a fixture, no finding.
With --tune CLI (and the data's arguments behind --) it then says what octet-cli tune does on both models:
    tests/bench/gelu_outliers.py M/model.onnx /tmp/f/model.onnx --tune build/dev/bin/octet-cli -- --test M/test.tsv ...
Needs Debian's python3-onnx."""
import argparse, json, os, subprocess, sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

ELEMENTWISE = {"Mul", "Add", "Div", "Sub", "Pow", "Erf", "Tanh", "Gelu", "FastGelu", "Reshape", "Cast", "Identity"}
CURVES = {"Erf", "Tanh", "Gelu", "FastGelu"}
LAST = {"Mul", "Gelu", "FastGelu"}  # of a GELU: a pooler's Tanh ends in none of them


def second_products(graph):
    """MatMul and Gemm nodes with a weight whose activation comes out of a GELU, with that weight's initializer."""
    producers = {name: node for node in graph.node for name in node.output}
    weights = {tensor.name: tensor for tensor in graph.initializer}

    def behind_gelu(name):
        seen, queue = set(), [name]
        while queue:
            node = producers.get(queue.pop())
            if node is None or id(node) in seen or node.op_type not in ELEMENTWISE:
                continue
            if node.op_type in CURVES:
                return True
            seen.add(id(node))
            queue.extend(node.input)
        return False

    for node in graph.node:
        source = producers.get(node.input[0]) if node.op_type in ("MatMul", "Gemm") else None
        if source and source.op_type in LAST and node.input[1] in weights and behind_gelu(node.input[0]):
            yield node, weights[node.input[1]]


def transposed(node):
    return any(a.name == "transB" and a.i for a in node.attribute)


def plant(model, channels, factor, seed):
    graph, random, planted = model.graph, np.random.default_rng(seed), []
    for node, tensor in list(second_products(graph)):
        weight = numpy_helper.to_array(tensor).copy()
        rows = weight.shape[1] if transposed(node) else weight.shape[0]
        scale = np.ones(rows, np.float32)
        scale[np.sort(random.choice(rows, channels, replace=False))] = factor
        weight /= scale[None, :] if transposed(node) else scale[:, None]
        tensor.CopyFrom(numpy_helper.from_array(weight, tensor.name))
        name = (node.name or node.output[0]) + "/outliers"
        graph.initializer.append(numpy_helper.from_array(scale, name + ".scale"))
        mul = helper.make_node("Mul", [node.input[0], name + ".scale"], [name + ".output"], name=name)
        node.input[0] = mul.output[0]
        graph.node.insert(next(i for i, other in enumerate(graph.node) if other is node or other == node), mul)
        planted.append(node.name)
    return planted


def tune(cli, model, data):
    run = subprocess.run([cli, "tune", model, *data, "--json", "--timeout", "0"], capture_output=True, text=True)
    result = json.loads(run.stdout)
    if "error" in result:
        sys.exit(result["error"]["message"])
    print(f"{model}: {result['summary']}")
    for trial in result["trials"]:
        counts = trial["precision_counts"]
        print(f"  {trial['name']:32} {trial['correct'] or 0:6} of {trial['samples'] or 0}, {trial['worse']:4} worse "
              f"{trial['better']:4} better, ratio {trial.get('ratio_to_fp32', 1):.2f}, int8 {counts['int8']}")
    for advice in result["advice"]:
        print("  advice:", advice["sentence"])


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("output")
parser.add_argument("--channels", type=int, default=4)
parser.add_argument("--factor", type=float, default=64)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--tune", default="", metavar="CLI")
parser.add_argument("data", nargs="*")
args = parser.parse_args()
if not (args.factor > 0 and np.log2(args.factor).is_integer()):
    parser.error("--factor must be a power of two, or the function would change")
form = onnx.load(args.model)
names = plant(form, args.channels, args.factor, args.seed)
if not names:
    sys.exit(f"{args.model} has no product that reads a GELU.")
onnx.checker.check_model(form)
os.makedirs(os.path.dirname(os.path.abspath(args.output)), exist_ok=True)
onnx.save(form, args.output)
print(f"{args.output}: outliers in front of {len(names)} products, {', '.join(names[:2])} ...")
if args.tune:
    for path in (args.model, args.output):
        tune(args.tune, path, args.data)
