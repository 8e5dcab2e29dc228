import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { casesOf } from '../../src/core/oracle/case/cases.ts';
import { drawCase } from '../../src/core/oracle/case/draw-case.ts';
import { OPERATION_NAMES, taskOf } from '../../src/core/oracle/request/operation-table.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { judgeProgram } from '../../src/core/oracle/verdict/judge-program.ts';
import { encodeFrame, type Frame, frameReader } from '../../src/oracle/protocol/frame.ts';
import { receive, send } from '../../src/oracle/protocol/wire.ts';
import { notEmpty } from '../support/not-empty.ts';
import { right } from '../support/right.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
const needs = hasNumpy ? '' : ' (skipped: needs python3 with numpy, which is not here)';

/** One request, one reply, of a process. */
const asking = (child: ChildProcessWithoutNullStreams) => {
  const frames = frameReader(child.stdout);
  return async (frame: Frame): Promise<Frame> => {
    const encoded = right(encodeFrame(frame));
    for (const piece of encoded) child.stdin.write(piece);
    const reply = await frames.next();
    if (E.isLeft(reply) || reply.right === undefined) throw new Error(E.isLeft(reply) ? reply.left.message : 'the process ended');
    return reply.right;
  };
};

describe('the Python examples', () => {
  const client = (...command: readonly string[]) =>
    spawnSync('python3', [file('examples/python/client.py'), ...command], { encoding: 'utf8' });
  const served = [process.execPath, file('test/support/deit.mjs'), 'subject', '--engine'];

  it.skipIf(!hasNumpy).each([
    ['reference', 'F64'],
    ['gpu', 'F32'],
  ])(`a numpy client drives deit subject --engine %s in %s${needs}`, (engine, storage) => {
    const { status, stdout, stderr } = client(...served, engine);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`deit-oracle ${engine} .*: \\d+ operations in ${storage}`));
    expect(stdout.match(/agrees/g)).toHaveLength(8);
    const [, others = ''] = /^not asked: (.*)$/m.exec(stdout) ?? [];
    const asked = ['softmax', 'softmax.vjp', 'linear', 'linear.vjp', 'gelu', 'layernorm'];
    expect(others.split(', ')).toEqual(OPERATION_NAMES.filter((op) => !asked.includes(op)).sort());
    expect(stdout).toMatch(/refused as it should be: operation no_such_operation is not implemented/);
  });

  it.skipIf(!hasNumpy)(`the numpy client compares what the numpy subject has, and says what it skips${needs}`, () => {
    const { status, stdout, stderr } = client('python3', file('examples/python/subject.py'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.match(/agrees/g)).toHaveLength(4);
    expect(stdout).not.toMatch(/not asked/);
    expect(stdout).toMatch(/^linear.vjp +skipped: operation linear.vjp is not implemented$/m);
  });

  /** The numpy subject with an operation of its own. */
  const lying = (op: string, y: string) =>
    client(
      'env',
      `PYTHONPATH=${file('examples/python')}`,
      'python3',
      '-c',
      `import numpy, subject; exact = subject.OPERATIONS['${op}']; subject.OPERATIONS['${op}'] = lambda t, a: ${y}; subject.main()`,
    );
  it.skipIf(!hasNumpy).each([
    ['what is computed in less than is said', 'gelu', "{'y': numpy.float32(exact(t, a)['y']).astype(float)}"],
    ['a softmax that is 7 everywhere', 'softmax', "{'y': 0 * t['x'] + 7}"],
    ['fewer numbers than there are', 'softmax', "{'y': exact(t, a)['y'][:1]}"],
    ['an output that is missing', 'softmax', '{}'],
  ])(`the numpy client sees %s${needs}`, (_what, op, y) => {
    const { status, stdout } = lying(op, y);
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${op} y +.* DIFFERS$`, 'm'));
    expect(stdout.match(/agrees/g)).toHaveLength(3);
  });

  it.skipIf(!hasNumpy)(`a numpy subject is within the float64 bound of every case${needs}`, async () => {
    const child = spawn('python3', [file('examples/python/subject.py')]);
    const ended = new Promise((resolve) => child.on('close', resolve));
    const ask = asking(child);
    const hello = await ask({ meta: { cmd: 'hello', proto: '1', runner: 'test' }, tensors: {} });
    expect(JSON.parse(hello.meta.ops)).toEqual(['softmax', 'linear', 'gelu', 'layernorm']);
    for (const op of JSON.parse(hello.meta.ops) as string[])
      for (const recipe of notEmpty(casesOf(op, 8, 1))) {
        const given = drawCase(recipe);
        const job = right(E.chain((tensors: Parameters<typeof taskOf>[2]) => taskOf(op, recipe.attrs, tensors))(given));
        const meta = { cmd: 'run', id: 'a', op, attrs: JSON.stringify(recipe.attrs) };
        const reply = await ask({ meta, tensors: send(job.inputs, 'F64') });
        const got = right(receive(reply.tensors));
        // math.erfc is within a few ulp, not within 1.
        const arithmetic = { ...referenceEngine.arithmetic, elementary: () => 8 };
        const { failed, compared } = judgeProgram(arithmetic, programOf(job), job.inputs, got);
        expect([op, recipe.family, reply.meta.status, failed]).toEqual([op, recipe.family, 'ok', 0]);
        expect(compared).toBeGreaterThan(0);
      }
    const skipped = await ask({ meta: { cmd: 'run', id: 'b', op: 'mhsa' }, tensors: {} });
    const missing = await ask({ meta: { cmd: 'run', id: 'c', op: 'linear' }, tensors: {} });
    const nothing = await ask({ meta: { id: 'd', op: 'gelu' }, tensors: {} });
    expect([skipped, missing, nothing].map(({ meta }) => meta.status)).toEqual(['skip', 'error', 'error']);
    expect(nothing.meta.message).toBe('cmd must be hello, run or bye, got None');
    child.stdin.end();
    expect(await ended).toBe(0);
  });
});
