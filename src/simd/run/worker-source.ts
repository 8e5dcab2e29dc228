/**
 * What a worker runs, as JavaScript text: so one package serves Node, browsers and bundlers, and nothing has to find a file. It keeps the kernels on
 * each plan's memory, and works until a run is done; `queue.ts` in the kernels shares the tasks out.
 */
export const WORKER_SOURCE = `'use strict';
const plans = new Map();
let module;
const answer = (send, message) => {
  if (message.kind === 'module') module = message.module;
  else if (message.kind === 'load') plans.set(message.plan, new WebAssembly.Instance(module, { env: { memory: message.memory } }).exports);
  else if (message.kind === 'drop') plans.delete(message.plan);
  else send({ run: message.run, end: plans.get(message.plan).work(...message.work) });
};
if (typeof importScripts === 'function') onmessage = (event) => answer(postMessage, event.data);
else {
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (message) => answer((reply) => parentPort.postMessage(reply), message));
}
`;
