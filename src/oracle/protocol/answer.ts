import * as E from 'fp-ts/lib/Either.js';
import type { Engine, EngineError, Tensors } from '../../core/engine/engine.ts';
import { planCache } from '../../core/engine/plan-cache.ts';
import type { Operation } from '../../core/oracle/request/operation.ts';
import { OPERATION_NAMES, operationNamed, taskOf } from '../../core/oracle/request/operation-table.ts';
import { programOf, type Task, tapNames } from '../../core/oracle/request/task.ts';
import type { FloatDType } from '../../io/bytes/dtype.ts';
import { DIALECTS, withDialect } from './dialect.ts';
import type { Frame } from './frame.ts';
import { introduction } from './hello.ts';
import { type Answer, gaveUp, says, taken, threw } from './reply.ts';
import { type RunRequest, runRequest } from './request.ts';
import { isWireType, STORAGE_TYPES, send, WIRE_TYPES, type WireType } from './wire.ts';

/** An implementation served to an oracle. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  /** Engines by what they round tensors to; a request for another storage is answered by the first, and says so. */
  readonly engines: Readonly<Partial<Record<FloatDType, Engine>>>;
}

const KEPT_PLANS = 4;
/** The version of every operation that is spoken here. */
const VERSION = '1';

/** An implementation's answers, one request after another. */
export interface Answering {
  readonly answer: (frame: Frame) => Promise<Answer>;
  readonly dispose: () => void;
}

/** What carries the results: what was asked for, or what holds them exactly. */
const carrier = ({ name, bytes }: Operation, wire: string = bytes ? 'U8' : 'F64'): E.Either<Answer, WireType> => {
  const types = WIRE_TYPES.filter((type) => type !== 'U8' || bytes);
  return isWireType(wire) && types.includes(wire)
    ? E.right(wire)
    : E.left(says('error', `wire ${wire} cannot carry results of ${name}; give one of ${types.join(', ')}`));
};

/** The wanted results as an answer. `taps` are the names that could be asked for beside the outputs. */
const answered = (request: RunRequest, wire: WireType, outputs: Tensors, taps: () => readonly string[], more: Answer['reply']): Answer => {
  const tapped = request.taps !== 'all' ? request.taps : request.want === undefined ? [] : taps();
  const asked = [...(request.want ?? []), ...tapped];
  const missing = asked.filter((output) => !Object.hasOwn(outputs, output));
  if (missing.length > 0) {
    const own = Object.keys(outputs).filter((output) => !tapped.includes(output));
    const names = taps();
    const others = names.length === 0 ? 'it has no taps' : `taps can name ${names.join(', ')}`;
    return says('error', `${missing.join(', ')} is not among the results: the outputs are ${own.join(', ')}, and ${others}`);
  }
  const wanted = request.want === undefined ? outputs : Object.fromEntries(asked.map((output) => [output, outputs[output]]));
  return { reply: more, tensors: send(wanted, wire) };
};

/** What a subject answers: it knows what was put, and keeps the plans of the last few kinds of request. */
export const answering = ({ name, version, engines }: Subject): Answering => {
  const plans = planCache(KEPT_PLANS);
  const kept = new Map<string, Tensors>();
  const served = STORAGE_TYPES.flatMap((storage): [FloatDType, Engine][] => {
    const engine = engines[storage];
    return engine === undefined ? [] : [[storage, engine]];
  });

  const compute = (task: Task, request: RunRequest, engine: Engine): Promise<E.Either<EngineError, Tensors>> => {
    const shapes = Object.fromEntries(Object.entries(task.inputs).map(([input, { shape }]) => [input, shape]));
    const key = JSON.stringify([engine.name, request.op, request.attrs, request.taps, shapes]);
    return plans.run(key, () => engine.compile(programOf(task, { taps: request.taps }), shapes), task.inputs);
  };

  const run = async (frame: Frame): Promise<Answer> => {
    const read = runRequest(frame);
    if (E.isLeft(read)) return says('error', read.left);
    const { op, dialect, storage } = read.right;
    const operation = operationNamed(op);
    if (operation === undefined) return says('skip', `operation ${op} is not implemented; there are ${OPERATION_NAMES.join(', ')}`);
    if (read.right.version !== VERSION) return says('skip', `version ${read.right.version} of ${op} is not spoken here; opv ${VERSION} is`);
    if (!Object.hasOwn(DIALECTS, dialect))
      return says('skip', `dialect ${dialect} is not spoken; there are ${Object.keys(DIALECTS).join(', ')}`);
    const wire = carrier(operation, read.right.wire);
    if (E.isLeft(wire)) return wire.left;
    const given = taken(frame);
    if (E.isLeft(given)) return given.left;
    const { weights: key } = read.right;
    const weights = key === undefined ? {} : kept.get(key);
    if (weights === undefined) return says('error', `no weights were put under the key ${key}`);
    const inputs = { ...weights, ...given.right };
    const request = { ...read.right, attrs: withDialect(read.right.attrs, op, DIALECTS[dialect]) };
    const started = performance.now();
    const ok = (notes: readonly string[] = []): Answer['reply'] => ({
      status: 'ok',
      elapsed_us: String(Math.round((performance.now() - started) * 1000)),
      ...(notes.length === 0 ? {} : { notes: JSON.stringify(notes) }),
    });
    if (operation.result !== undefined) {
      const result = operation.result(request.attrs, inputs);
      return E.isLeft(result) ? says('error', result.left) : answered(request, wire.right, result.right, () => [], ok());
    }
    const task = taskOf(op, request.attrs, inputs);
    if (E.isLeft(task)) return says('error', task.left);
    const [stored, engine] = served.find(([type]) => type === storage) ?? served[0] ?? [];
    if (engine === undefined) return says('error', 'this subject has no engine');
    const outputs = await compute(task.right, request, engine);
    if (E.isLeft(outputs)) return gaveUp(outputs.left);
    return answered(
      request,
      wire.right,
      outputs.right,
      () => tapNames(task.right),
      ok(stored === storage ? [] : [`computed in ${stored}`]),
    );
  };

  const put = (frame: Frame): Answer => {
    const { key } = frame.meta;
    if (key === undefined) return says('error', 'key is missing: the name to put the tensors under');
    const given = taken(frame);
    if (E.isLeft(given)) return given.left;
    kept.set(key, given.right);
    return { reply: { status: 'ok' } };
  };

  const drop = ({ meta: { key } }: Frame): Answer => {
    if (key === undefined) return says('error', 'key is missing: the name that the tensors were put under');
    return kept.delete(key) ? { reply: { status: 'ok' } } : says('error', `nothing was put under the key ${key}`);
  };

  const hello = ({ meta: { proto = '1' } }: Frame): Answer =>
    proto === '1'
      ? { reply: { status: 'ok', ...introduction(name, version, served) } }
      : says('error', `protocol ${proto} is not spoken here; this is protocol 1`);

  const commands: Readonly<Record<string, (frame: Frame) => Answer | Promise<Answer>>> = { hello, put, drop, run };
  const answer = async (frame: Frame): Promise<Answer> => {
    const { cmd } = frame.meta;
    if (cmd === undefined) return says('error', `cmd is missing; it is one of ${Object.keys(commands).join(', ')}, bye`);
    if (!Object.hasOwn(commands, cmd)) return says('error', `unknown command ${cmd}; known are ${Object.keys(commands).join(', ')}, bye`);
    try {
      return await commands[cmd](frame);
    } catch (thrown) {
      return threw(thrown);
    }
  };
  return { answer, dispose: plans.dispose };
};
