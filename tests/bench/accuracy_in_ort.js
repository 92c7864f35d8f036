// SPDX-License-Identifier: GPL-3.0-or-later
// node accuracy_in_ort.js MODEL.onnx FOLDER: right answers on FOLDER/test_*.npy in ONNX Runtime. Needs ORT_NODE (see figures.sh).
const ort = require(process.env.ORT_NODE || 'onnxruntime-node');
const fs = require('fs');

function npy(file) {
  const bytes = fs.readFileSync(file);
  const header = bytes.slice(10, 10 + bytes.readUInt16LE(8)).toString();
  const data = bytes.slice(10 + header.length);
  const arrays = { '<i8': BigInt64Array, '<i4': Int32Array, '<f4': Float32Array, '|u1': Uint8Array };
  const type = header.match(/'descr': '([^']+)'/)[1];
  return {
    type,
    shape: header.match(/\(([^)]*)\)/)[1].split(',').filter((x) => x.trim()).map(Number),
    data: new arrays[type](data.buffer.slice(data.byteOffset, data.byteOffset + data.length)),
  };
}

(async () => {
  const [model, folder] = process.argv.slice(2);
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 2 });
  const files = { pixel_values: 'images_u8' };
  const inputs = session.inputNames.map((name) => [name, npy(`${folder}/test_${files[name] || name}.npy`)]);
  const labels = npy(`${folder}/test_labels.npy`).data;
  const batch = 10;
  let right = 0;
  for (let at = 0; at < labels.length; at += batch) {
    const count = Math.min(batch, labels.length - at);
    const feed = {};
    for (const [name, array] of inputs) {
      const row = array.data.length / labels.length;
      const part = array.data.slice(at * row, (at + count) * row);
      const pixels = array.type === '|u1';
      feed[name] = new ort.Tensor(array.type === '<i8' ? 'int64' : 'float32',
        pixels ? Float32Array.from(part, (x) => (x / 255 - 0.2860) / 0.3530) : part, [count, ...array.shape.slice(1)]);
    }
    const out = (await session.run(feed))[session.outputNames[0]];
    const classes = out.dims[1];
    for (let r = 0; r < count; ++r) {
      const scores = Array.from(out.data.slice(r * classes, (r + 1) * classes));
      right += scores.indexOf(Math.max(...scores)) === Number(labels[at + r]);
    }
  }
  console.log(right);
})();
