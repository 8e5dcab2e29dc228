import type { Ops, Program } from '../language/ops.ts';
import type { Shaped } from '../tensor/shape.ts';
import { shape, sketch } from './shape.ts';

/** An interpreter that says when a tag passes. */
const onTags = <T extends Shaped>(o: Ops<T>, notice: () => void): Ops<T> => ({
  ...o,
  tag: (name, a) => {
    notice();
    return o.tag(name, a);
  },
  within: (name) => onTags(o.within(name), notice),
});

/**
 * The same program, which says how far it is, from 0 to 1, each time an interpreter reaches a tag: for those that compute as they go. How many tags
 * there are is found by running it once on shapes alone.
 */
export const withProgress = (program: Program, inputs: Readonly<Record<string, Shaped>>, progress: (done: number) => void): Program => {
  let all = 0;
  const sketches = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, sketch(input.shape)]));
  program(
    onTags(shape, () => all++),
    sketches,
  );
  let done = 0;
  return (o, given) => program(onTags(o, () => progress(++done / all)), given); // biome-ignore format: one line
};
