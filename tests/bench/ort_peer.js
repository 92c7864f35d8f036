// The other side of against_ort: `node ort_peer.js THREADS BATCH LENGTH A.onnx [B.onnx ...]` prints "ready", then for
// every line "K" on standard input runs model K once and prints its time in ms. Needs ORT_NODE (see against_ort.cpp).
const ort = require(process.env.ORT_NODE || 'onnxruntime-node');
const lines = require('readline').createInterface({ input: process.stdin });

(async () => {
  const [threads, batch, length] = process.argv.slice(2, 5).map(Number);
  const sessions = [];
  for (const file of process.argv.slice(5))
    sessions.push(await ort.InferenceSession.create(file, { intraOpNumThreads: threads, interOpNumThreads: 1 }));
  const ids = (f) => new ort.Tensor('int64', BigInt64Array.from({ length: batch * length }, (_, i) => BigInt(f(i))), [batch, length]);
  const all = { input_ids: ids((i) => 1000 + (i * 7919) % 9000), attention_mask: ids(() => 1), token_type_ids: ids(() => 0) };
  console.log('ready ' + (ort.env?.versions?.node || ort.env?.versions?.common || ''));
  for await (const line of lines) {
    const session = sessions[Number(line)];
    const feed = Object.fromEntries(session.inputNames.map((name) => [name, all[name]]));
    const start = process.hrtime.bigint();
    await session.run(feed);
    console.log(Number(process.hrtime.bigint() - start) / 1e6);
  }
})();
