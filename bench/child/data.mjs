import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The work that a parent has written to a folder: `spec.json`, and `data.bin` with every tensor in little-endian float32, each of which is read
 * when it is first asked for.
 *
 * @param {string} folder
 * @returns {{ spec: any, tensors: Record<string, { shape: number[], data: Float32Array }> }}
 */
export const readWork = (folder) => {
  const spec = JSON.parse(readFileSync(join(folder, 'spec.json'), 'utf8'));
  const read = ({ shape, offset }) => {
    const data = new Float32Array(shape.reduce((n, d) => n * d, 1));
    const file = openSync(join(folder, 'data.bin'));
    readSync(file, data, 0, data.byteLength, offset * 4);
    closeSync(file);
    return { shape, data };
  };
  const tensors = {};
  for (const [name, at] of Object.entries(spec.tensors)) {
    let known;
    Object.defineProperty(tensors, name, {
      enumerable: true,
      get: () => {
        known ??= read(at);
        return known;
      },
    });
  }
  return { spec, tensors };
};

/** The tensors whose names start with a prefix, under the names that follow it. */
export const under = (prefix, tensors) =>
  Object.fromEntries(
    Object.keys(tensors)
      .filter((name) => name.startsWith(prefix))
      .map((name) => [name.slice(prefix.length), tensors[name]]),
  );
