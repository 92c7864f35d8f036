#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Searches against each other on the outlier forms, over several random splits of the test data:
    tests/bench/search.py MODELS_FOLDER [--cli build/release/bin/octet-cli] [--splits 5]
Columns: work in evaluations (trials, and what sensitivity cost, in passes over the tuning half), in passes (all that the
model ran on: also calibrating, timing, and the verdict on the held-out half) and seconds; products left out of int8; and
in how many splits the config found is within 1 % relative of fp32 on the held-out half, which no search has seen.
"smoothing": Octet may smooth. "kept": the weights stay as they are. "basic": INC's strategy, weights kept, the same
engine. "gelu" is a harder form of the ViT, made by gelu_outliers.py. Where bf16 is fast it may be the best of all: then
0 % is in int8, and --isa vnni, which has none, tells what the search itself found. --each says every split on stderr.
Needs Debian's python3-onnx for the text models' outlier forms and for gelu."""
import argparse, json, os, re, statistics, subprocess, sys, tempfile

parser = argparse.ArgumentParser()
parser.add_argument("models")
parser.add_argument("--cli", default="build/release/bin/octet-cli")
parser.add_argument("--splits", type=int, default=5)
parser.add_argument("--only", default="")
parser.add_argument("--basic-splits", type=int, default=0, help="splits for basic, which is slow (default: as many)")
parser.add_argument("--isa", default="", help="cap of the instructions, as octet-cli tune takes it")
parser.add_argument("--threads", default="2")
parser.add_argument("--each", action="store_true")
args = parser.parse_args()
models = os.path.realpath(args.models)
work = tempfile.TemporaryDirectory()


def text(name):
    folder = os.path.join(work.name, name)
    os.mkdir(folder)
    source = os.path.join(models, name)
    for file in ("tokenizer.json", "config.json"):
        os.symlink(os.path.join(source, file), os.path.join(folder, file))
    subprocess.run([sys.executable, os.path.join(models, "make_outlier.py"), source, os.path.join(folder, "model.onnx")],
                   check=True, stdout=subprocess.DEVNULL)
    return [folder, "--test", source + "/test.tsv", "--calib", source + "/calib.tsv", "--max-length", "64"]


def arrays(name, tensor, extra=(), model="model_outlier.onnx"):
    f = os.path.join(models, name)
    file = {"mfcc": "mfcc", "pixel_values": "images_u8"}[tensor]
    return [os.path.join(f, model), "--input", f"{tensor}={f}/test_{file}.npy", "--labels", f + "/test_labels.npy",
            "--calib-input", f"{tensor}={f}/calib_{file}.npy", *extra]


def vit(model="model_outlier.onnx"):
    return arrays("vit-fashion-mnist", "pixel_values", ["--mean", "0.2860", "--std", "0.3530"], model)


def gelu():
    model = os.path.join(work.name, "gelu.onnx")
    subprocess.run([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "gelu_outliers.py"),
                    os.path.join(models, "vit-fashion-mnist", "model.onnx"), model, "--factor", "256"],
                   check=True, stdout=subprocess.DEVNULL)
    return vit(model)


forms = {"sst2": lambda: text("sst2-bert-l6-h384"), "emotion": lambda: text("emotion-bert-l4-h256"),
         "kwt": lambda: arrays("kwt1-speech-commands", "mfcc"),
         "vit": vit, "gelu": gelu}
searches = {"smoothing": [], "kept": ["--keep-weights", "--search-on"],
            "basic": ["--keep-weights", "--search-on", "--strategy", "basic"]}


def tune(data, split, options):
    run = subprocess.run([args.cli, "tune", *data, "--split-seed", str(split), "--threads", args.threads, "--timeout", "0",
                          "--json", *(["--isa", args.isa] if args.isa else []), *options], capture_output=True, text=True)
    result = json.loads(run.stdout)
    result["passes"] = float(re.search(r"as much as ([\d.]+) passes", run.stderr)[1])
    return result


print(f"{'model':9}{'search':11}{'evaluations':>12}{'passes':>8}{'seconds':>9}{'of products in int8':>21}"
      f"{'holds on held-out':>19}")
for name, make in forms.items():
    if args.only and name not in args.only.split(","):
        continue
    data = make()
    for search, options in searches.items():
        splits = args.basic_splits or args.splits if search == "basic" else args.splits
        evaluations, passes, seconds, int8, held, met = [], [], [], [], 0, 0
        for split in range(1, splits + 1):
            result = tune(data, split, options)
            if args.each:
                print(f"{name} {search} split {split}: {result['evaluations']} evaluations, {result['summary']}",
                      file=sys.stderr, flush=True)
            evaluations.append(result["evaluations"])
            passes.append(result["passes"])
            seconds.append(result["seconds"])
            if not result["met"]:
                continue
            met += 1
            counts = result["best"]["precision_counts"]
            int8.append(counts["int8"] / (counts["int8"] + counts["bf16"] + counts["fp32"]))
            out = result["held_out"]
            right = out["correct"] + out["worse"] - out["better"]  # of fp32
            held += (right - out["correct"]) / right <= 0.01
        share = f"{min(int8):.0%} to {max(int8):.0%}" if int8 else "-"
        print(f"{name:9}{search:11}{statistics.mean(evaluations):12.1f}{statistics.mean(passes):8.1f}"
              f"{statistics.mean(seconds):9.1f}{share:>21}{held:12} of {splits:3}", flush=True)
