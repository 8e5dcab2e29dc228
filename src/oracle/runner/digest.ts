import type { Tensors } from '../../core/engine/engine.ts';

/** The names, shapes and bits of outputs in a few letters: two that differ by one bit have, all but certainly, other letters. */
export const digest = (outputs: Tensors): string => {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  const take = (word: number): void => {
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul(b ^ (word >>> 15) ^ (word << 7), 0x85ebca6b) ^ (b >>> 13);
  };
  const names = Object.keys(outputs).sort();
  for (const name of names) {
    const { data } = outputs[name];
    const words = new Uint32Array(Float64Array.from(data).buffer);
    for (let i = 0; i < words.length; i++) take(words[i]);
  }
  return `${names.map((name) => `${name}(${outputs[name].shape})`).join()} ${(a >>> 0).toString(16)} ${(b >>> 0).toString(16)}`;
};
