#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peak memory of `octet-cli calibrate` must not grow with the number of texts:
    tests/bench/calibration_memory.py MODEL_FOLDER [--cli build/release/bin/octet-cli] [--texts 100 10000]
The texts are those of calib.tsv and test.tsv, the longest first, since what a run needs grows with its length; a number in
front makes them distinct. Exit 1 when the peaks of the first and
the last differ by more than 20 MB."""
import argparse, json, os, sys, tempfile

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--cli", default="build/release/bin/octet-cli")
parser.add_argument("--texts", type=int, nargs="+", default=[100, 10000])
args = parser.parse_args()

rows = []
for name in ("calib.tsv", "test.tsv"):
    with open(os.path.join(args.folder, name), encoding="utf-8") as file:
        head, *lines = file.read().splitlines()
        rows += lines
rows.sort(key=lambda row: -len(row.split()))


def peak_mb(count, work):
    texts = os.path.join(work, "texts.tsv")
    with open(texts, "w", encoding="utf-8") as file:
        file.write(head + "\n")
        for i in range(count):
            file.write(f"{i // len(rows)} {rows[i % len(rows)]}\n")
    result = os.path.join(work, "result.json")
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        os.execv(args.cli, [args.cli, "calibrate", args.folder, "--calib", texts, "-o", result])
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"calibrate failed with {count} texts")
    with open(result, encoding="utf-8") as file:
        found = json.load(file)
    print(f"{count:>7} texts  {usage.ru_maxrss / 1024:7.1f} MB  {found['seconds']:6.1f} s  {found['sufficiency']['sentence']}",
          flush=True)
    return usage.ru_maxrss / 1024


with tempfile.TemporaryDirectory() as work:
    peaks = [peak_mb(count, work) for count in args.texts]
growth = peaks[-1] - peaks[0]
print(f"growth {growth:.1f} MB (at most 20)")
sys.exit(0 if growth <= 20 else 1)
