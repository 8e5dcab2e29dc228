import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Failure, failure } from './command.ts';

/** A path with its links followed, also one to a file that is not there yet. */
const real = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(resolve(path));
    return existsSync(folder) ? join(realpathSync(folder), basename(path)) : resolve(path);
  }
};

/**
 * Refuses files to write that are among those to read, that are one file twice, that are folders or devices, or whose folder is missing: nothing that
 * was given is ever lost, and nobody waits for a result that has no place.
 *
 * @param renamed whether the file is renamed into its place, as results are; a report is written line by line, into a pipe too.
 */
export const writable = (
  option: string,
  outs: readonly (string | undefined)[],
  inputs: readonly (string | undefined)[],
  renamed = true,
): E.Either<Failure, void> => {
  const read = new Set(inputs.flatMap((input) => (input === undefined ? [] : [real(input)])));
  const written = new Set<string>();
  for (const out of outs.filter((each) => each !== undefined)) {
    const file = real(out);
    if (out === '') return E.left(failure(`${option} needs the name of a file`));
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.isDirectory() || (renamed && there !== undefined && !there.isFile()))
      return E.left(
        failure(`${option} ${out} cannot be written: it is ${there.isDirectory() ? 'a folder' : 'no ordinary file'}; name a file`),
      );
    if (read.has(file)) return E.left(failure(`${option} ${out} would overwrite a file that is read; name another`));
    if (written.has(file)) return E.left(failure(`${option} would write ${out} twice; rename one of the files that are read`));
    if (!existsSync(dirname(file)))
      return E.left(failure(`${option} ${out} cannot be written: there is no folder ${dirname(out)}; make it or name another`));
    written.add(file);
  }
  return E.right(undefined);
};

/** Names of other formats that hold tensors, or look as if they did. */
const FOREIGN = /\.(pth?|ckpt|bin|pkl|onnx|np[yz]|h5|json|png|jpe?g)$/i;

/** Refuses a name that says another format than the safetensors that is written. */
export const safetensorsNamed = (option: string, out: string): E.Either<Failure, void> =>
  FOREIGN.test(out)
    ? E.left(failure(`${option} ${out} would be a safetensors file; name it ${basename(out).replace(FOREIGN, '')}.safetensors`))
    : E.right(undefined);
