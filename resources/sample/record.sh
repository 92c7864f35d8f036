#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Records the trials that the sample shows before anything has run: the baselines under the window's usual goal (1 %
# relative, one sample at a time, one thread) and, on the form with outliers, the search of somebody whose weights must
# stay as they are, since otherwise smoothing ends it at once. On a machine that does nothing else:
#   resources/sample/record.sh [OCTET_CLI]
# The files name the CPU that they were made on. It all runs in one place, so that no path of the machine gets into them.
set -euo pipefail
cli=$(realpath "${1:-build/release/bin/octet-cli}")
sample=$(cd "$(dirname "$0")" && pwd)
work=/tmp/octet-sample
rm -rf "$work"
mkdir "$work"
cp "$sample"/*.onnx "$sample"/*.npy "$sample"/labels.txt "$sample"/preprocessor_config.json "$work"
cd "$work"

# tune MODEL OPTION...; 3 says that no config met the goal: a result, not a failure.
tune() {
  local model=$1
  shift
  "$cli" tune "$model.onnx" --input pixel_values=test_pixel_values.npy --labels test_labels.npy \
    --calib-input pixel_values=calib_pixel_values.npy --mean 0.2860 --std 0.3530 --relative 0.01 --threads 1 \
    --project "$model.recorded.octet" "$@" || [ $? = 3 ]
}
tune model
tune model_outlier
tune model_outlier --keep-weights --max-trials 16
cp ./*.recorded.octet "$sample"
rm -rf "$work"
