import {
  adjointLaws,
  agreementLaws,
  attentionLaws,
  calibrated,
  elementaryLaws,
  FLOAT32,
  FLOAT64,
  fromEngine,
  fromInterpreter,
  type Implementation,
  independenceLaws,
  interpretationLaws,
  type Law,
  layerNormLaws,
  namedLaws,
  planLaws,
  primitiveLaws,
  proved,
  softmaxLaws,
} from '../../properties/index.ts';
import type { Engine } from '../../src/core/engine/engine.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import type { SimdDType } from '../../src/simd/index.ts';
import { ENGINES, type Row } from '../support/engines.ts';
import { naive } from '../support/naive.ts';

/** Laws of what: of the operations, of their agreement with a definition, of the model, of its losses. */
export type Kind = 'operations' | 'agreement' | 'model' | 'losses';
type Of<A> = Readonly<Record<Kind, A>>;

/** One row of the table: an interpreter, or an engine in one mode, and what is asked of it. */
export interface Subject {
  readonly name: string;
  /** What each kind of law is asked of, or why it cannot run here. */
  readonly on: Of<Implementation> | { readonly missing: string };
  /** The engine itself, where it is one. */
  readonly engine?: Engine;
  /** What every operation of it must agree with. */
  readonly definition: Implementation;
  /** Which laws it is held to. */
  readonly held: (law: Law) => boolean;
  /** How many cases of each. 0: none of that kind. */
  readonly cases: Of<number>;
}

/** DEIT_SUBJECTS: a pattern of names in either case, for some subjects alone. */
const wanted = (name: string): boolean => new RegExp(process.env.DEIT_SUBJECTS ?? '', 'i').test(name);

const bound = proved(FLOAT64);
const definition = fromInterpreter({ name: 'the reference', ops: reference, read: (t) => t, bound, bits: true });
const loops = fromInterpreter({ name: 'the naive definition', ops: naive, read: (t) => t, bound, bits: true });
const emulated = fromInterpreter({
  name: 'float32, emulated',
  ops: rounded(reference, 'F32'),
  read: (t) => t,
  bound: proved(FLOAT32),
  round: Math.fround,
});

/** One implementation for every kind of law, and perhaps another for whole models: in float32 their proved bound says too little. */
const throughout = (on: Implementation, model = on): Of<Implementation> => ({ operations: on, agreement: on, losses: on, model });
const onEngine = (e: Engine, dtype: SimdDType): Of<Implementation> => {
  if (dtype === 'F64') return throughout(fromEngine(e, { bound: proved(e.arithmetic), bits: true }));
  const round = Math.fround;
  return throughout(fromEngine(e, { bound: proved(e.arithmetic), round }), fromEngine(e, { bound: calibrated('F32'), round }));
};

const namesOf = (laws: readonly Law[]): readonly string[] => laws.map(({ name }) => name);
/** The laws that say most: for engines that are dear to run, or that differ from another only in how their work is shared out. */
const TELLING = new Set([
  ...[adjointLaws, primitiveLaws, namedLaws, elementaryLaws, softmaxLaws, layerNormLaws, attentionLaws, independenceLaws].flatMap(namesOf),
  ...namesOf([...agreementLaws(definition), ...planLaws(referenceEngine)]),
  ...['model: patches and positions', 'model: class and distillation token', 'model: derivative', 'model: agreement'],
]);
const telling = ({ name }: Law): boolean => TELLING.has(name);
const every = (): boolean => true;
/** Laws of recording, tracing and shapes, which know nothing of arithmetic: the reference is held to them, and the engines, which record. */
const OF_INTERPRETERS = new Set(namesOf(interpretationLaws()));
const once: Of<number> = { operations: 1, agreement: 1, model: 1, losses: 1 };

const REFERENCE: Subject = {
  name: 'the reference',
  on: throughout(definition),
  engine: referenceEngine,
  definition: loops,
  held: every,
  cases: { operations: 15, agreement: 15, model: 3, losses: 15 },
};
const EMULATED: Subject = {
  name: emulated.name,
  on: throughout(emulated, { ...emulated, bound: calibrated('F32') }),
  definition,
  held: ({ name }) => !OF_INTERPRETERS.has(name),
  cases: { operations: 5, agreement: 3, model: 0, losses: 5 },
};

/** A row of the list of engines; one that is dear is held to the laws that say most. */
const subjectOf = ({ name, dtype, found, dear }: Row): Subject => {
  const row = { name, definition, held: dear ? telling : every, cases: once };
  return 'missing' in found ? { ...row, on: found } : { ...row, on: onEngine(found.engine, dtype), engine: found.engine };
};

const OTHERS = ENGINES.filter(({ name }) => name !== REFERENCE.name).map(subjectOf);
/** Every engine in every mode, and the interpreters that are judged as engines are. */
export const SUBJECTS: readonly Subject[] = [REFERENCE, EMULATED, ...OTHERS].filter(({ name }) => wanted(name));
