import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it, vi } from 'vitest';
import type { Engine, EngineError } from '../../src/core/engine/engine.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { tensorEngine } from '../../src/core/engine/tensor-engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import { drawCase } from '../../src/core/oracle/case/draw-case.ts';
import { generate, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { gpuEngine } from '../../src/gpu/index.ts';
import { fromTensor, toTensor } from '../../src/io/bytes/raw-tensor.ts';
import type { Subject } from '../../src/oracle/protocol/answer.ts';
import { encodeFrame, type Frame, frameReader } from '../../src/oracle/protocol/frame.ts';
import { serve } from '../../src/oracle/protocol/serve.ts';
import { simdEngine } from '../../src/simd/index.ts';
import { measured } from '../io/allocation.ts';
import { below, expectGolden, golden } from '../support/golden.ts';
import { notEmpty } from '../support/not-empty.ts';
import { right } from '../support/right.ts';
import { bytesOf, chunked, u64 } from './stream.ts';

const bf16 = tensorEngine({
  name: 'BF16',
  arithmetic: { u: 2 ** -8, elementary: () => 2, tiny: 2 ** -133 },
  ops: rounded(reference, 'BF16'),
  describe: 'BF16',
});
const subject: Subject = { name: 'test', version: '1', engines: { F64: referenceEngine, BF16: bf16 } };

interface Reply {
  readonly meta: Readonly<Record<string, string>>;
  readonly t: Readonly<Record<string, Tensor>>;
}
const readAll = async (bytes: Uint8Array): Promise<readonly Reply[]> => {
  const reader = frameReader(chunked(bytes, 65536));
  const replies: Reply[] = [];
  for (;;) {
    const frame = right(await reader.next());
    if (frame === undefined) return replies;
    const t = Object.fromEntries(Object.entries(frame.tensors).map(([name, raw]) => [name, right(toTensor(raw))]));
    replies.push({ meta: { ...frame.meta }, t });
  }
};

/** Send messages, or bytes as they are; read every reply. */
const talk = async (...messages: readonly (Frame | Uint8Array)[]): Promise<readonly Reply[]> => {
  const input = Buffer.concat(messages.map((message) => (message instanceof Uint8Array ? message : bytesOf(message))));
  const out: Uint8Array[] = [];
  await serve(subject)(chunked(input, 1000), async (bytes) => {
    out.push(Uint8Array.from(bytes));
  });
  return readAll(Buffer.concat(out));
};

const raws = (tensors: Readonly<Record<string, Tensor>>): Frame['tensors'] =>
  Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, fromTensor(t, 'F64')]));
const runs = (
  op: string,
  tensors: Readonly<Record<string, Tensor>>,
  attrs: object = {},
  meta: Readonly<Record<string, string>> = {},
): Frame => ({
  meta: { cmd: 'run', id: '7', op, attrs: JSON.stringify(attrs), wire: 'F64', storage: 'F64', ...meta },
  tensors: raws(tensors),
});
const x = tensor([2, 3], [1, 2, 3, 4, 5, 6]);
const good = runs('softmax', { x });

describe('a conversation', () => {
  it('hello says what can be asked', async () => {
    const [{ meta }] = await talk({ meta: { cmd: 'hello', proto: '1', runner: 'test' }, tensors: {} });
    expect(meta).toMatchObject({ cmd: 'hello', proto: '1', name: 'test', dialects: '["deit-fb","deit-hf"]', dtypes: '["F64","BF16"]' });
    expect(JSON.parse(meta.ops)).toEqual(expect.arrayContaining(['linear', 'linear.vjp', 'forward', 'loss_gradient', 'resize']));
    expect(JSON.parse(meta.features)).toEqual(['put', 'taps', 'vjp']);
    expect(JSON.parse(meta.limits)).toEqual({ max_bytes: 2 ** 32, max_rank: 8 });
    expect(JSON.parse(meta.profile)).toEqual({
      storage: 'F64',
      mul: 'F64',
      acc: 'F64',
      elem: 'F64',
      exp_ulp: 2,
      ftz: false,
      u: 2 ** -53,
      tiny: 5e-324,
      deterministic: true,
    });
  });

  it('bye ends it, and so does the end of the stream', async () => {
    expect(await talk({ meta: { cmd: 'bye' }, tensors: {} }, good)).toHaveLength(0);
    expect(await talk(good, good)).toHaveLength(2);
  });

  it('run answers with its id, its time and the outputs', async () => {
    const [{ meta, t }] = await talk(good);
    expect(meta).toMatchObject({ id: '7', status: 'ok' });
    expect(Number(meta.elapsed_us)).toBeGreaterThanOrEqual(0);
    expect(t.y).toEqual(reference.softmax(x));
  });

  it('integers, bytes and small floats come in exact', async () => {
    const tensors = {
      ...raws({ z: x }),
      labels: { dtype: 'I64' as const, shape: [2], bytes: new Uint8Array(BigInt64Array.of(2n, 0n).buffer) },
    };
    const [{ t }] = await talk({ meta: { cmd: 'run', op: 'cross_entropy' }, tensors });
    expect(t.y.data[0]).toBeCloseTo(1.4076, 4);
  });

  it('taps, wanted outputs, another wire', async () => {
    const ones = (n: number, m: number): Tensor => generate([n, m], (i) => (i % 7) / 7);
    const request = { x: ones(2, 4), w1: ones(6, 4), b1: generate([6], () => 0.5), w2: ones(4, 6), b2: generate([4], () => 0.1) };
    const [all, both, one, ...none] = await talk(
      runs('mlp', request, {}, { taps: '["mlp_act"]' }),
      runs('mlp', request, {}, { want: '["y"]', taps: 'all' }),
      runs('mlp', request, {}, { want: '["y"]', wire: 'F32' }),
      runs('mlp', request, {}, { taps: '["nothing"]' }),
      runs('mlp', request, {}, { want: '["nothing"]', taps: '["mlp_act"]' }),
      runs('gelu', { x }, {}, { want: '["nothing"]' }),
      runs('resize', { image: generate([2, 2, 3], () => 7) }, { size: [1, 1] }, { want: '["nothing"]' }),
    );
    expect(Object.keys(all.t).sort()).toEqual(['mlp_act', 'y']);
    expect(all.t.mlp_act.shape).toEqual([2, 6]);
    expect(Object.keys(both.t).sort()).toEqual(['mlp_act', 'mlp_fc1', 'mlp_out', 'y']);
    expect(Array.from(one.t.y.data)).toEqual(Array.from(all.t.y.data, Math.fround));
    for (const { meta } of none) expect(meta.status).toBe('error');
    expect(none.map(({ meta }) => meta.message)).toEqual([
      'nothing is not among the results: the outputs are y, and taps can name mlp_fc1, mlp_act, mlp_out',
      'nothing is not among the results: the outputs are y, and taps can name mlp_fc1, mlp_act, mlp_out',
      'nothing is not among the results: the outputs are y, and it has no taps',
      'nothing is not among the results: the outputs are y, and it has no taps',
    ]);
  });

  it('weights are put once and used by key', async () => {
    const w = tensor([1, 3], [1, 1, 1]);
    const [put, used, dropped, gone] = await talk(
      { meta: { cmd: 'put', key: 'a' }, tensors: raws({ w }) },
      runs('linear', { x }, {}, { weights: 'a' }),
      { meta: { cmd: 'drop', key: 'a' }, tensors: {} },
      runs('linear', { x }, {}, { weights: 'a' }),
    );
    expect([put.meta.status, used.meta.status, dropped.meta.status, gone.meta.status]).toEqual(['ok', 'ok', 'ok', 'error']);
    expect(Array.from(used.t.y.data)).toEqual([6, 15]);
    expect(gone.meta.message).toMatch(/no weights were put under the key a/);
  });

  it('another storage is another engine, or is said', async () => {
    const [half, other] = await talk(runs('gelu', { x }, {}, { storage: 'BF16' }), runs('gelu', { x }, {}, { storage: 'F16' }));
    const bits = new Uint32Array(Float32Array.from(half.t.y.data).buffer);
    expect([...bits].every((b) => (b & 0xffff) === 0)).toBe(true);
    expect(other.meta).toMatchObject({ status: 'ok', notes: '["computed in F64"]' });
  });

  it("a dialect changes LayerNorm's eps, where none is given", async () => {
    const small = { x: tensor([1, 2], [1e-4, -1e-4]), g: tensor([2], [1, 1]), b: tensor([2], [0, 0]) };
    const [fb, hf, given, none] = await talk(
      runs('layernorm', small),
      runs('layernorm', small, {}, { dialect: 'deit-hf' }),
      runs('layernorm', small, { eps: 1e-6 }, { dialect: 'deit-hf' }),
      runs('layernorm', small, { eps: null }, { dialect: 'deit-hf' }),
    );
    expect(fb.t.y.data[0]).toBeCloseTo(0.0995, 3);
    expect(hf.t.y.data[0]).toBeCloseTo(0.99995, 4);
    expect(given.t.y).toEqual(fb.t.y);
    expect(none.t.y).toEqual(hf.t.y);
  });

  it('the bytes of an image come as bytes, unless something else is asked for', async () => {
    const image = { image: { dtype: 'U8' as const, shape: [1, 2, 3], bytes: Uint8Array.of(1, 2, 3, 201, 202, 203) } };
    const meta = { cmd: 'run', op: 'resize', attrs: '{"size":[1,1]}' };
    const out: Uint8Array[] = [];
    const asked = [{}, { wire: 'U8' }, { wire: 'F32' }].map((wire) => bytesOf({ meta: { ...meta, ...wire }, tensors: image }));
    await serve(subject)(chunked(Buffer.concat(asked), 1000), async (bytes) => {
      out.push(Uint8Array.from(bytes));
    });
    const frames = frameReader(chunked(Buffer.concat(out), 1000));
    for (const dtype of ['U8', 'U8', 'F32']) {
      const frame = await frames.next();
      if (E.isLeft(frame) || frame.right === undefined) throw new Error('no frame');
      const { y } = frame.right.tensors;
      expect([y.dtype, y.shape]).toEqual([dtype, [1, 1, 3]]);
      const widened = toTensor(y);
      expect(E.isRight(widened) && Array.from(widened.right.data)).toEqual([101, 102, 103]);
    }
  });
});

/** A model of one block with sizes of its own: a hidden layer that is not 4 times as wide, another number of channels. */
describe('a model of any sizes', () => {
  const attrs = { dim: 4, depth: 1, heads: 2, hidden: 5, channels: 1, patch: 2, image: [2, 4], classes: 3 };
  const drawn = drawCase({ op: 'forward', dims: { B: 1 }, attrs, family: 'normal', scale: 1, offset: 0, seed: 1 });
  const given = E.getOrElse(() => ({}))(drawn);

  it('runs forward and backward with its hidden layer and its channels', async () => {
    const [pass, back] = await talk(
      runs('forward', given, attrs, { taps: '["blocks.0.mlp_act"]' }),
      runs('loss_gradient', { ...given, labels: tensor([1], [2]) }, { ...attrs, loss: { kind: 'none' } }),
    );
    expect(pass.t['blocks.0.mlp_act'].shape).toEqual([1, 3, 5]);
    expect([back.t.dimage.shape, back.t['d.blocks.0.mlp.fc1.weight'].shape]).toEqual([
      [1, 1, 2, 4],
      [5, 4],
    ]);
  });

  it('has four times its width, and red, green and blue, where nothing else is said', async () => {
    const { hidden: _hidden, channels: _channels, ...usual } = attrs;
    const [wrong] = await talk(runs('forward', given, usual));
    expect(wrong.meta.message).toMatch(
      /^forward: image has shape \(1, 1, 2, 4\) and must be \(B, 3, 2, 4\); .*fc1.weight has shape \(5, 4\) and must be \(16, 4\)/,
    );
  });
});

describe('a bad request is answered, and the next one too', () => {
  const ones = (...shape: readonly number[]): Tensor => generate(shape, () => 1);
  const attended = { x: ones(1, 2, 12), qkv_w: ones(36, 12), qkv_b: ones(36), proj_w: ones(12, 12), proj_b: ones(12) };
  it.each<readonly [string, Frame, string, RegExp]>([
    ['an unknown operation', runs('dance', { x }), 'skip', /operation dance is not implemented/],
    ['an unknown dialect', runs('gelu', { x }, {}, { dialect: 'deit-xx' }), 'skip', /dialect deit-xx is not spoken/],
    ['an unknown command', { meta: { cmd: 'sing' }, tensors: {} }, 'error', /unknown command sing/],
    ['no operation', { meta: { cmd: 'run' }, tensors: {} }, 'error', /op is missing/],
    ['attributes that are no JSON', runs('gelu', { x }, {}, { attrs: '{eps' }), 'error', /attrs is not JSON/],
    ['attributes that are no record', runs('gelu', { x }, {}, { attrs: '3' }), 'error', /gelu: attributes must be a record/],
    ['an unknown attribute', runs('softmax', { x }, { axis: 1 }), 'error', /softmax: unknown attribute axis; it has none/],
    ['a missing attribute', runs('mhsa', { x }), 'error', /mhsa: attribute heads is missing; it is a whole number above 0/],
    ['a wrong attribute', runs('layernorm', { x }, { eps: -1 }), 'error', /layernorm: attribute eps must be a number above 0, got -1/],
    ['a missing tensor', runs('linear', { x }), 'error', /linear: tensor w \(N, K\) is missing/],
    ['a surplus tensor', runs('gelu', { x, y: x }), 'error', /gelu: tensor y \(2, 3\) is not one of its inputs/],
    ['a wrong shape', runs('linear', { x, w: x, b: x }), 'error', /linear: b has shape \(2, 3\) and must be \(N\) with N = 2/],
    [
      'a wrong rank',
      runs('patch_embed', { img: x, w: x, b: x }),
      'error',
      /patch_embed: img has shape \(2, 3\) and must be \(B, C, H, W\)/,
    ],
    ['a label that is no class', runs('cross_entropy', { z: x, labels: tensor([2], [0, 3]) }), 'error', /label 3 is not a class in 0..2/],
    ['two truths', runs('cross_entropy', { z: x, labels: tensor([2], [0, 1]), target: x }), 'error', /either labels \(B\) or target/],
    ['no upstream gradient', runs('gelu.vjp', { x }), 'error', /gelu.vjp: dy must have the shape of y, \(2, 3\), it is missing/],
    ['a gradient of what has none', runs('resize.vjp', { image: x }), 'skip', /operation resize.vjp is not implemented/],
    [
      'a model that cannot be',
      runs('forward', { image: x }, { dim: 5, depth: 1, heads: 2, image: [16, 16] }),
      'error',
      /not a multiple of heads/,
    ],
    [
      'weights that are missing, all at once',
      runs('forward', { image: generate([1, 3, 16, 16], () => 0) }, { dim: 4, depth: 1, heads: 2, image: [16, 16] }),
      'error',
      /tensor cls_token \(1, 1, 4\) is missing; tensor pos_embed .*and \d+ more/,
    ],
    [
      'a byte that is none',
      runs('resize', { image: generate([2, 2, 3], () => 300) }, { size: [1, 1] }),
      'error',
      /image: a byte is a whole number from 0 to 255, got 300 at 0/,
    ],
    [
      'a wire that carries nothing',
      runs('gelu', { x }, {}, { wire: 'I32' }),
      'error',
      /^wire I32 cannot carry results of gelu; give one of F64, F32, F16, BF16$/,
    ],
    ['bytes for real numbers', runs('gelu', { x }, {}, { wire: 'U8' }), 'error', /wire U8 cannot carry results of gelu/],
    [
      'another version of an operation',
      runs('gelu', { x }, {}, { opv: '99' }),
      'skip',
      /^version 99 of gelu is not spoken here; opv 1 is$/,
    ],
    [
      'a tensor of many axes',
      runs('gelu', { x: generate(Array(9).fill(1), () => 1) }),
      'error',
      /^tensor x has 9 axes, over the limit of 8$/,
    ],
    [
      'a wrong field of a record',
      runs('loss_gradient', { x }, { dim: 4, depth: 1, heads: 2, loss: { kind: 'soft', tau: 0 } }),
      'error',
      /^loss_gradient: attribute loss.tau must be a number above 0, got 0$/,
    ],
    [
      'a kind of loss that is none',
      runs('loss_gradient', { x }, { dim: 4, depth: 1, heads: 2, loss: { kind: 'nope' } }),
      'error',
      /^loss_gradient: attribute loss.kind must be one of none, soft, hard, got "nope"$/,
    ],
    [
      'an unknown field of a record',
      runs('loss_gradient', { x }, { dim: 4, depth: 1, heads: 2, loss: { kind: 'hard', beta: 1 } }),
      'error',
      /^loss_gradient: unknown attribute loss.beta; known are loss.kind, loss.variant, loss.alpha/,
    ],
    [
      'a record that is none',
      runs('loss_gradient', { x }, { dim: 4, depth: 1, heads: 2, loss: 3 }),
      'error',
      /^loss_gradient: attribute loss must be a record of kind, variant, alpha, tau, smoothing, head, got 3$/,
    ],
    [
      'a deviation of 0',
      runs('preprocess', { image: generate([4, 4, 3], () => 7) }, { std: [0, 0, 0] }),
      'error',
      /^preprocess: attribute std must be three numbers above 0, got \[0,0,0\]$/,
    ],
    [
      'a deviation that leaves no number',
      runs('preprocess', { image: generate([4, 4, 3], () => 7) }, { std: [1, 1e-310, 1] }),
      'error',
      /^preprocess: mean .* over std \[1,1e-310,1\] goes beyond float64; give a larger std or a smaller mean$/,
    ],
    [
      'an image that is too large',
      runs('resize', { image: generate([1, 1, 3], () => 7) }, { size: [100000, 1000] }),
      'error',
      /^resize: width 1000 times height 100000 is over the limit of 67108864 pixels$/,
    ],
    ['no command', { ...good, meta: { id: '7', op: 'softmax' } }, 'error', /^cmd is missing; it is one of hello, put, drop, run, bye$/],
    [
      'heads that do not divide a width',
      runs('mhsa', attended, { heads: 5 }),
      'error',
      /^mhsa: x has shape \(1, 2, 12\), and its width 12 is not a multiple of heads 5$/,
    ],
    ['a last axis that holds nothing', runs('softmax', { x: tensor([2, 0], []) }), 'error', /^softmax: needs a last axis/],
    ['the same of another name', runs('log_softmax', { x: tensor([2, 0], []) }), 'error', /^log_softmax: needs a last axis/],
    ['another protocol', { meta: { cmd: 'hello', proto: '9' }, tensors: {} }, 'error', /protocol 9 is not spoken/],
    ['put without a key', { meta: { cmd: 'put' }, tensors: {} }, 'error', /key is missing/],
    ['drop without a key', { meta: { cmd: 'drop' }, tensors: {} }, 'error', /^key is missing: the name that the tensors were put under$/],
    [
      'put of many axes',
      { meta: { cmd: 'put', key: 'a' }, tensors: raws({ w: generate(Array(20).fill(1), () => 1) }) },
      'error',
      /^tensor w has 20 axes/,
    ],
    ['drop of nothing', { meta: { cmd: 'drop', key: 'q' }, tensors: {} }, 'error', /nothing was put under the key q/],
    ['a name from the prototype', runs('constructor', { x }), 'skip', /operation constructor is not implemented/],
    ['taps that are no list', runs('gelu', { x }, {}, { taps: '{"a":1}' }), 'error', /taps must be a JSON list/],
  ])('%s', async (_what, request, status, message) => {
    const [bad, next] = await talk(request, good);
    expect(bad.meta.status).toBe(status);
    expect(bad.meta.message).toMatch(message);
    expect(bad.meta.message).not.toMatch(/\n/);
    expect(bad.meta.id).toBe(request.meta.id);
    expect(next.meta.status).toBe('ok');
  });

  it('a stream that is no frame ends it, with the reason', async () => {
    const [ok, bad, ...more] = await talk(good, Buffer.from('this is no frame at all'), good);
    expect(ok.meta.status).toBe('ok');
    expect(bad.meta).toMatchObject({ status: 'error' });
    expect(bad.meta.message).toMatch(/protocol-error: expected a frame, got "this is no frame/);
    expect(more).toHaveLength(0);
  });

  /** A whole frame of any header, right or wrong. */
  const framed = (header: object, data = ''): Buffer => {
    const json = Buffer.from(JSON.stringify(header));
    return Buffer.concat([u64(BigInt(json.length)), json, Buffer.from(data)]);
  };
  it.each<readonly [string, Buffer, string | undefined, RegExp]>([
    ['an id that is no text', framed({ __metadata__: { cmd: 'run', id: 7 } }), '7', /__metadata__, "id" \(values are texts\)/],
    [
      'an unknown type of numbers',
      framed({ __metadata__: { id: 'a' }, x: { dtype: 'F128', shape: [1], data_offsets: [0, 16] } }, 'sixteen bytes...'),
      'a',
      /tensor "x": dtype "F128" is not one of/,
    ],
    [
      'a hole in the data',
      framed({ x: { dtype: 'U8', shape: [1], data_offsets: [3, 4] } }, 'four'),
      undefined,
      /data bytes 0..3, before tensor "x", belong to no tensor/,
    ],
  ])('a whole frame that is wrong is passed over: %s', async (_what, frame, id, message) => {
    const [bad, next] = await talk(frame, good);
    expect([bad.meta.status, bad.meta.id]).toEqual(['error', id]);
    expect(bad.meta.message).toMatch(message);
    expect(next.meta.status).toBe('ok');
  });

  it.each<readonly [string, Buffer]>([
    ['is beyond the limit', framed({ x: { dtype: 'F128', shape: [1], data_offsets: [0, 2 ** 33] } })],
    ['is not told', framed({ x: { dtype: 'F128', shape: [1] } })],
    ['comes before the end of the stream', framed({ x: { dtype: 'F128', shape: [1], data_offsets: [0, 2 ** 20] } })],
  ])('a wrong frame whose end %s ends it', async (_what, frame) => {
    const replies = await talk(frame, good);
    expect(replies.map(({ meta }) => meta.status)).toEqual(['error']);
  });

  it('a tensor that memory has no room for is passed over', async () => {
    const cramped = new Proxy(Uint8Array, {
      construct: (target, args) => {
        if (args[0] === 24) throw new RangeError('Array buffer allocation failed');
        return Reflect.construct(target, args);
      },
    });
    const request = runs('softmax', { x: tensor([3], [1, 2, 3]) });
    vi.stubGlobal('Uint8Array', cramped);
    const replies = await talk(request, good).finally(() => vi.unstubAllGlobals());
    expect(replies.map(({ meta }) => [meta.status, meta.id])).toEqual([
      ['oom', '7'],
      ['ok', '7'],
    ]);
    expect(replies[0].meta.message).toMatch(/tensor x takes 24 bytes, more than can be allocated here/);
  });

  it('a lack of memory is called so by the engines that know it before they run', async () => {
    // A product of two columns: small tensors whose result takes 6 GiB in float32.
    const column = generate([40_000, 1], (i) => i);
    const engines: readonly TaskEither<EngineError, Engine>[] = [simdEngine({ dtype: 'F32', threads: 1 }), gpuEngine({ mode: 'webasm' })];
    for (const make of engines) {
      const engine = right(await make());
      const out: Uint8Array[] = [];
      await serve({ ...subject, engines: { F32: engine } })(
        chunked(bytesOf(runs('linear', { x: column, w: column })), 65536),
        async (bytes) => {
          out.push(Uint8Array.from(bytes));
        },
      );
      const [{ meta }] = await readAll(Buffer.concat(out));
      expect([meta.status, meta.message]).toEqual(['oom', expect.stringMatching(/over the|more than the limit/)]);
      engine.dispose();
    }
  });

  it('a lack of memory is called so', async () => {
    const starved = tensorEngine({
      name: 'starved',
      arithmetic: referenceEngine.arithmetic,
      ops: {
        ...reference,
        gelu: () => {
          new Float64Array(2 ** 52);
          return x;
        },
      },
      describe: 'asks for more memory than there is',
    });
    const out: Uint8Array[] = [];
    const poor: Subject = { ...subject, engines: { F64: starved } };
    await serve(poor)(chunked(bytesOf(runs('gelu', { x })), 1000), async (bytes) => {
      out.push(Uint8Array.from(bytes));
    });
    expect((await readAll(Buffer.concat(out)))[0].meta.status).toBe('oom');
  });
});

describe('golden data through the protocol', () => {
  it('a block and its gradients', async () => {
    const all = Object.fromEntries(
      Object.entries(below('block/', golden('ops'))).map(([name, t]) => [name.replace(/^(d?)p__/, '$1p.').replaceAll('__', '.'), t]),
    );
    const isInput = (name: string): boolean => name === 'x' || name.startsWith('p.');
    const inputs = Object.fromEntries(Object.entries(all).filter(([name]) => isInput(name)));
    const attrs = { heads: 3, eps: 1e-6 };
    const [there, back] = await talk(runs('block', inputs, attrs), runs('block.vjp', { ...inputs, dy: all.dy }, attrs));
    expectGolden('block/y', there.t.y, all.y);
    for (const name of notEmpty(Object.keys(inputs))) expectGolden(`block/d${name}`, back.t[`d${name}`], all[`d${name}`]);
  });
});

describe('size', () => {
  it('200 MB of tensors take memory once, however many pieces they come in', async () => {
    const big = { dtype: 'F64' as const, shape: [25_000_000], bytes: new Uint8Array(200_000_000) };
    const pieces = right(encodeFrame({ meta: { cmd: 'put', key: 'w' }, tensors: { big } }));
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (const piece of pieces) yield* chunked(piece, 65536);
    }
    const replies: Uint8Array[] = [];
    const { total } = await measured(() =>
      serve(subject)(stream(), async (bytes) => {
        replies.push(Uint8Array.from(bytes));
      }),
    );
    expect((await readAll(Buffer.concat(replies)))[0].meta.status).toBe('ok');
    expect(total).toBeLessThan(1.1 * big.bytes.length);
  });
});
