import type { Ops, Program } from '../language/ops.ts';
import type { Shaped } from '../tensor/shape.ts';
import { type RecordedProgram, replay } from './record.ts';

/** An interpreter that says when a tag passes: for those that compute as they go. */
export const onTags = <T extends Shaped>(o: Ops<T>, passed: () => void): Ops<T> => ({
  ...o,
  tag: (name, a) => {
    passed();
    return o.tag(name, a);
  },
  within: (name) => onTags(o.within(name), passed),
});

/** What to call at each tag of a program: it says how far one run is, from 0 to 1. */
export const tagCounter = ({ instructions }: RecordedProgram, progress: (done: number) => void): (() => void) => {
  const all = instructions.filter(({ op }) => op === 'tag').length;
  let passed = 0;
  return () => progress(++passed / all);
};

/** A recorded program which says how far it is, from 0 to 1, each time an interpreter reaches a tag. */
export const withProgress = (program: RecordedProgram, progress: (done: number) => void): Program => {
  const again = replay(program);
  return (o, inputs) => again(onTags(o, tagCounter(program, progress)), inputs);
};
