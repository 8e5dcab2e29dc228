import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { casesOf } from '../../src/core/oracle/case/cases.ts';
import { isOperationName, OPERATION_NAMES, OPERATIONS, operationNamed } from '../../src/core/oracle/request/operation-table.ts';
import type { BaseName, OperationName, OperationTypes } from '../../src/core/oracle/request/operation-types.ts';
import { CHECKED } from '../../src/oracle/check/check.ts';

/** The names of the inputs that the types say; the compiler asks for each of them here. Of whole models, whose parameters depend on their sizes, none. */
type Names = { readonly [N in BaseName]: { readonly [K in OperationTypes[N]['inputs']]: 'given' } & { readonly [K in OperationTypes[N]['optional']]: 'optional' } }; // biome-ignore format: one type
const ROW = { x: 'given' } as const;
const distilled = {
  z_teacher: 'given',
  z_cls: 'optional',
  z_dist: 'optional',
  z: 'optional',
  labels: 'optional',
  target: 'optional',
} as const;
const NAMES: Names = {
  linear: { x: 'given', w: 'given', b: 'optional' },
  softmax: ROW,
  log_softmax: ROW,
  gelu: ROW,
  layernorm: { x: 'given', g: 'given', b: 'given' },
  mhsa: { x: 'given', qkv_w: 'given', qkv_b: 'given', proj_w: 'given', proj_b: 'given' },
  mlp: { x: 'given', w1: 'given', b1: 'given', w2: 'given', b2: 'given' },
  patch_embed: { img: 'given', w: 'given', b: 'given' },
  block: {
    x: 'given',
    'p.norm1.weight': 'given',
    'p.norm1.bias': 'given',
    'p.attn.qkv.weight': 'given',
    'p.attn.qkv.bias': 'given',
    'p.attn.proj.weight': 'given',
    'p.attn.proj.bias': 'given',
    'p.norm2.weight': 'given',
    'p.norm2.bias': 'given',
    'p.mlp.fc1.weight': 'given',
    'p.mlp.fc1.bias': 'given',
    'p.mlp.fc2.weight': 'given',
    'p.mlp.fc2.bias': 'given',
  },
  pos_interp: { pe: 'given' },
  cross_entropy: { z: 'given', labels: 'optional', target: 'optional' },
  kl: { z_teacher: 'given', z_student: 'given' },
  soft_distill: distilled,
  hard_distill: distilled,
  forward: {},
  loss_gradient: {},
  resize: { image: 'given' },
  preprocess: { image: 'given' },
};
/** Attributes of the images' operations, which have no cases. */
const IMAGES: Readonly<Record<string, object>> = { resize: { size: [2, 3] }, preprocess: {} };

describe('the types of the operations', () => {
  it('name them all', () => {
    expect(OPERATIONS.map(({ name }) => name).sort()).toEqual(Object.keys(NAMES).sort());
  });

  it.each(OPERATIONS.filter(({ name }) => name !== 'forward' && name !== 'loss_gradient'))(
    'name the inputs of $name',
    ({ name, inputs }) => {
      const found = inputs(IMAGES[name] ?? casesOf(name, 1, 1)[0].attrs);
      const named = E.map((all: ReturnType<typeof inputs> extends E.Either<string, infer A> ? A : never) =>
        Object.fromEntries(all.map((input) => [input.name, input.optional === true ? 'optional' : 'given'])),
      )(found);
      expect(named).toEqual(E.right(NAMES[name]));
    },
  );

  it('know which of them have gradients, and which can be checked', () => {
    const gradients: { readonly [N in Extract<OperationName, `${string}.vjp`>]: true } = {
      'linear.vjp': true, 'softmax.vjp': true, 'log_softmax.vjp': true, 'gelu.vjp': true, 'layernorm.vjp': true, 'mhsa.vjp': true, 'mlp.vjp': true,
      'patch_embed.vjp': true, 'block.vjp': true, 'pos_interp.vjp': true, 'cross_entropy.vjp': true, 'kl.vjp': true, 'soft_distill.vjp': true,
      'hard_distill.vjp': true,
    }; // biome-ignore format: a table
    expect(OPERATION_NAMES.filter((name) => name.endsWith('.vjp')).sort()).toEqual(Object.keys(gradients).sort());
    expectTypeOf<Exclude<OperationName, (typeof CHECKED)[number]>>().toEqualTypeOf<'resize' | 'preprocess'>();
    expect(OPERATION_NAMES.filter((name) => !(CHECKED as readonly string[]).includes(name)).sort()).toEqual(['preprocess', 'resize']);
  });

  it('are told from any text', () => {
    expect(OPERATION_NAMES.filter((name) => !isOperationName(name))).toEqual([]);
    expect(['layer_norm', 'forward.vjp', ''].filter(isOperationName)).toEqual([]);
    expect(operationNamed('gelu')?.name).toBe('gelu');
  });
});
