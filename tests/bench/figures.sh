#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The figures of the main job on the four real models and their outlier forms (planted by hand), as a table:
#   tests/bench/figures.sh MODELS_FOLDER [octet-cli]
# Right answers by preset, then int8 against fp32, one thread, batch 1, interleaved. Needs Debian's python3-onnx for the
# text models' outlier forms. With ORT_NODE=FOLDER/node_modules/onnxruntime-node the QDQ exports also run in ONNX Runtime.
set -euo pipefail
models=$(realpath "$1")
cli=${2:-build/release/bin/octet-cli}
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

field() { /usr/bin/python3 -c "import json,sys; d=json.load(sys.stdin); print($1)"; }
text() { echo --test "$models/$1/test.tsv" --calib "$models/$1/calib.tsv" --max-length 64; }
kwt="--input mfcc=$models/kwt1-speech-commands/test_mfcc.npy --labels $models/kwt1-speech-commands/test_labels.npy
  --calib-input mfcc=$models/kwt1-speech-commands/calib_mfcc.npy"
vit="--input pixel_values=$models/vit-fashion-mnist/test_images_u8.npy --labels $models/vit-fashion-mnist/test_labels.npy
  --calib-input pixel_values=$models/vit-fashion-mnist/calib_images_u8.npy --mean 0.2860 --std 0.3530"
for name in sst2-bert-l6-h384 emotion-bert-l4-h256; do
  mkdir "$work/$name"
  cp "$models/$name"/{tokenizer.json,config.json} "$work/$name/"
  /usr/bin/python3 "$models/make_outlier.py" "$models/$name" "$work/$name/model.onnx"
done

# NAME MODEL KIND DATA...
row() {
  local name=$1 model=$2 kind=$3 preset right project=$work/$1.octet
  shift 3
  printf '%-16s' "$name"
  for preset in fp32 static dynamic; do
    right=$("$cli" evaluate "$model" "$@" --preset "$preset" --json 2>/dev/null | field "d['correct']")
    printf '%9s %5s' "$preset" "$right"
  done
  if [ -n "${ORT_NODE:-}" ]; then
    "$cli" tune "$model" "$@" --max-trials 1 --project "$project" >/dev/null 2>&1 || true
    "$cli" export "$project" --trial 2 --format qdq -o "$work/qdq.onnx" >/dev/null 2>&1
    printf '   QDQ in ONNX Runtime %5s' "$(node "$here/accuracy_in_ort.js" "$work/qdq.onnx" "$kind")"
  fi
  echo
}

row sst2 "$models/sst2-bert-l6-h384" "$models/sst2-bert-l6-h384" $(text sst2-bert-l6-h384)
row sst2-outlier "$work/sst2-bert-l6-h384" "$models/sst2-bert-l6-h384" $(text sst2-bert-l6-h384)
row emotion "$models/emotion-bert-l4-h256" "$models/emotion-bert-l4-h256" $(text emotion-bert-l4-h256)
row emotion-outlier "$work/emotion-bert-l4-h256" "$models/emotion-bert-l4-h256" $(text emotion-bert-l4-h256)
row kwt "$models/kwt1-speech-commands/model.onnx" "$models/kwt1-speech-commands" $kwt
row kwt-outlier "$models/kwt1-speech-commands/model_outlier.onnx" "$models/kwt1-speech-commands" $kwt
row vit "$models/vit-fashion-mnist/model.onnx" "$models/vit-fashion-mnist" $vit
row vit-outlier "$models/vit-fashion-mnist/model_outlier.onnx" "$models/vit-fashion-mnist" $vit

for name in sst2-bert-l6-h384 emotion-bert-l4-h256; do
  for length in 32 128; do
    "$cli" benchmark "$models/$name" --preset fp32 --preset static --preset dynamic --batch 1 --length $length --runs 100 \
      --threads 1 --json 2>/dev/null | field "'$name 1x$length', d['machine']['cpu'], d['machine']['isa'],
      ', '.join('%s %.3f ms' % (e['name'], e['p50_ms']) for e in d['entries']),
      ', '.join('%s/%s %.3f' % (r['a'], r['b'], r['ratio']) for r in d['ratios'])"
  done
done
