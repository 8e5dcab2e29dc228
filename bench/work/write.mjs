import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Everything is rounded to float32 before anyone sees it, so that all compute with the same numbers. */
export const rounded = ({ shape, data }) => ({ shape, data: Float32Array.from(data) });

/**
 * Write a work for the children to read: `spec.json`, `data.bin`, and `model.onnx` where there is one.
 *
 * @param {string} id name of its folder in bench/build/work
 * @param {object} spec what to do
 * @param {Record<string, { shape: readonly number[], data: Float32Array }>} tensors
 * @param {Uint8Array} [onnx]
 * @returns {string} the folder
 */
export const writeWork = (id, spec, tensors, onnx) => {
  const folder = join(import.meta.dirname, '../build/work', id);
  mkdirSync(folder, { recursive: true });
  let offset = 0;
  const places = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    places[name] = { shape, offset };
    offset += data.length;
  }
  const all = new Float32Array(offset);
  for (const [name, { data }] of Object.entries(tensors)) all.set(data, places[name].offset);
  writeFileSync(join(folder, 'spec.json'), JSON.stringify({ ...spec, tensors: places }));
  writeFileSync(join(folder, 'data.bin'), all);
  if (onnx !== undefined) writeFileSync(join(folder, 'model.onnx'), onnx);
  return folder;
};
