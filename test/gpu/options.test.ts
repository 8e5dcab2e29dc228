import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { type GpuMode, gpuEngine } from '../../src/gpu/index.ts';

it.each<[object, string]>([
  [{ mode: 5 }, 'there is no mode 5; use webgpu, webgl2, webasm, cpu'],
  [{ mode: 'cpu', threads: 2 }, 'threads must be true or false, got 2'],
  [{ mode: 'cpu', fallback: 'yes' }, 'fallback must be true or false, got "yes"'],
  [{ mod: 'cpu' }, 'there is no option mod; there are mode, threads, fallback'],
])('options %j are refused', async (options, message) => {
  expect(await gpuEngine(options)()).toEqual(E.left({ _tag: 'EngineError', stage: 'device', message }));
});

it.each([true, false])('a mode that there is not is refused, fallback %s', async (fallback) => {
  expect(await gpuEngine({ mode: 'foo' as GpuMode, fallback })()).toEqual(
    E.left({ _tag: 'EngineError', stage: 'device', message: 'there is no mode foo; use webgpu, webgl2, webasm, cpu' }),
  );
});
