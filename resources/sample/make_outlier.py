#!/usr/bin/python3
"""Makes model_outlier.onnx from model.onnx by the list in outlier_patch.json (Debian: python3-onnx).

Some channels of every LayerNorm are multiplied by a power of two and the next product's rows divided by it: the fp32
function stays the same bit for bit, but naive int8 now fails. The outliers are planted by hand; they are a fixture.
"""
import json
import pathlib

import numpy
import onnx
from onnx import numpy_helper

here = pathlib.Path(__file__).parent
model = onnx.load(here / "model.onnx")
by_name = {weight.name: weight for weight in model.graph.initializer}
for change in json.loads((here / "outlier_patch.json").read_text())["patch"]:
    weight = by_name[change["initializer"]]
    values = numpy_helper.to_array(weight).copy()
    numpy.moveaxis(values, change["axis"], 0)[change["channels"]] *= numpy.float32(change["factor"])
    weight.CopyFrom(numpy_helper.from_array(values, weight.name))
onnx.save(model, here / "model_outlier.onnx")
