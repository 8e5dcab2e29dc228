import * as E from 'fp-ts/lib/Either.js';
import type { Engine, EngineError, Tensors } from '../core/engine.ts';
import { type Job, programOf } from '../core/oracle/job.ts';
import { jobOf, OPERATION_NAMES, operationNamed } from '../core/oracle/operations.ts';
import type { FloatDType } from '../io/dtype.ts';
import { FRAME_LIMITS, type Frame } from './frame.ts';
import { keptPlans } from './plans.ts';
import { type RunRequest, runRequest } from './request.ts';
import { isWireType, receive, send, WIRE_TYPES } from './wire.ts';

/** An implementation served to an oracle. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  /** Engines by what they round tensors to; a request for another storage is answered by the first, and says so. */
  readonly engines: Readonly<Partial<Record<FloatDType, Engine>>>;
}

/** Where a dialect differs from the published DeiT. */
const DIALECTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { 'deit-fb': {}, 'deit-hf': { eps: 1e-12 } };
const KEPT_PLANS = 4;
const MAX_RANK = 8;

type Reply = { readonly status: 'ok' | 'skip' | 'error' | 'oom' } & Readonly<Record<string, string>>;
/** What is sent back. */
export interface Answer {
  readonly reply: Reply;
  readonly tensors?: Frame['tensors'];
}
const says = (status: Reply['status'], message: string): Answer => ({ reply: { status, message } });
/** A failure as the protocol names it: lack of memory apart from mistakes. */
const failed = (message: string): Answer =>
  says(/allocation failed|out of memory|invalid (typed )?array( buffer)? length/i.test(message) ? 'oom' : 'error', message);

const withDialect = (attrs: unknown, op: string, dialect: Readonly<Record<string, unknown>>): unknown =>
  typeof attrs === 'object' && attrs !== null && 'eps' in dialect && 'eps' in (operationNamed(op)?.attributes ?? {})
    ? { ...dialect, ...attrs }
    : attrs;

/** An implementation's answers, one request after another. */
export interface Answering {
  readonly answer: (frame: Frame) => Promise<Answer>;
  readonly dispose: () => void;
}

/** What a subject answers: it knows what was put, and keeps the plans of the last few kinds of request. */
export const answering = ({ name, version, engines }: Subject): Answering => {
  const plans = keptPlans(KEPT_PLANS);
  const kept = new Map<string, Tensors>();
  const storages = WIRE_TYPES.filter((type) => engines[type] !== undefined);

  const compute = async (job: Job, request: RunRequest, engine: Engine): Promise<E.Either<string, Tensors>> => {
    const shapes = Object.fromEntries(Object.entries(job.inputs).map(([input, { shape }]) => [input, shape]));
    const key = JSON.stringify([engine.name, request.op, request.attrs, request.taps, shapes]);
    const compile = () => engine.compile(programOf(job, { taps: request.taps }), shapes);
    return E.mapLeft(({ message }: EngineError) => message)(await plans.run(key, compile, job.inputs));
  };

  const answered = (request: RunRequest, outputs: Tensors, notes: readonly string[], started: number): Answer => {
    const asked = [...(request.want ?? []), ...(request.taps === 'all' ? [] : request.taps)];
    const missing = asked.filter((output) => !Object.hasOwn(outputs, output));
    if (missing.length > 0)
      return says('error', `there is no output or tap ${missing.join(', ')}; there are ${Object.keys(outputs).join(', ')}`);
    const wanted = request.want === undefined ? outputs : Object.fromEntries(asked.map((output) => [output, outputs[output]]));
    const elapsed_us = String(Math.round((performance.now() - started) * 1000));
    const reply = { status: 'ok' as const, elapsed_us, ...(notes.length === 0 ? {} : { notes: JSON.stringify(notes) }) };
    return { reply, tensors: send(wanted, request.wire as FloatDType) };
  };

  const run = async (frame: Frame): Promise<Answer> => {
    const read = runRequest(frame);
    if (E.isLeft(read)) return says('error', read.left);
    const request = read.right;
    const operation = operationNamed(request.op);
    if (operation === undefined) return says('skip', `operation ${request.op} is not implemented; there are ${OPERATION_NAMES.join(', ')}`);
    const dialect = Object.hasOwn(DIALECTS, request.dialect) ? DIALECTS[request.dialect] : undefined;
    if (dialect === undefined)
      return says('skip', `dialect ${request.dialect} is not spoken; there are ${Object.keys(DIALECTS).join(', ')}`);
    if (!isWireType(request.wire)) return says('error', `wire ${request.wire} cannot carry results; give one of ${WIRE_TYPES.join(', ')}`);
    const given = receive(frame.tensors);
    if (E.isLeft(given)) return failed(given.left);
    const weights = request.weights === undefined ? {} : kept.get(request.weights);
    if (weights === undefined) return says('error', `no weights were put under the key ${request.weights}`);
    const inputs = { ...weights, ...given.right };
    const attrs = withDialect(request.attrs, request.op, dialect);
    const started = performance.now();
    if (operation.result !== undefined) {
      const result = operation.result(attrs, inputs);
      return E.isLeft(result) ? says('error', result.left) : answered({ ...request, taps: [] }, result.right, [], started);
    }
    const job = jobOf(request.op, attrs, inputs);
    if (E.isLeft(job)) return says('error', job.left);
    const storage = isWireType(request.storage) && engines[request.storage] !== undefined ? request.storage : storages[0];
    const engine = engines[storage];
    if (engine === undefined) return says('error', 'this subject has no engine');
    const outputs = await compute(job.right, { ...request, attrs }, engine);
    if (E.isLeft(outputs)) return failed(outputs.left);
    return answered(request, outputs.right, storage === request.storage ? [] : [`computed in ${storage}`], started);
  };

  const put = (frame: Frame): Answer => {
    const { key } = frame.meta;
    if (key === undefined) return says('error', 'key is missing: the name to put the tensors under');
    const given = receive(frame.tensors);
    if (E.isLeft(given)) return failed(given.left);
    kept.set(key, given.right);
    return { reply: { status: 'ok' } };
  };

  const drop = ({ meta: { key } }: Frame): Answer => {
    if (key === undefined || !kept.delete(key)) return says('error', `nothing was put under the key ${key}`);
    return { reply: { status: 'ok' } };
  };

  const hello = ({ meta }: Frame): Answer => {
    if ((meta.proto ?? '1') !== '1') return says('error', `protocol ${meta.proto} is not spoken here; this is protocol 1`);
    const { u, tiny } = engines[storages[0]]?.arithmetic ?? { u: 0, tiny: 0 };
    return {
      reply: {
        status: 'ok',
        cmd: 'hello',
        proto: '1',
        name,
        version,
        language: 'TypeScript',
        ops: JSON.stringify(OPERATION_NAMES),
        dialects: JSON.stringify(Object.keys(DIALECTS)),
        dtypes: JSON.stringify(storages),
        profile: JSON.stringify({ storage: storages[0], u, tiny, deterministic: true }),
        limits: JSON.stringify({ max_bytes: FRAME_LIMITS.dataBytes, max_rank: MAX_RANK }),
        features: JSON.stringify(['put', 'taps', 'vjp']),
      },
    };
  };

  const commands: Readonly<Record<string, (frame: Frame) => Answer | Promise<Answer>>> = { hello, put, drop, run };
  const answer = async (frame: Frame): Promise<Answer> => {
    const { cmd = 'run' } = frame.meta;
    if (!Object.hasOwn(commands, cmd)) return says('error', `unknown command ${cmd}; known are ${Object.keys(commands).join(', ')}, bye`);
    try {
      return await commands[cmd](frame);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const { reply } = failed(error.message);
      return { reply: { ...reply, traceback: error.stack ?? '' } };
    }
  };
  return { answer, dispose: plans.dispose };
};
