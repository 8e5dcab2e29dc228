import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { cost, priced, totalCost } from '../../core/interpret/cost.ts';
import { type DeitConfig, tokenCount } from '../../core/model/deit/config.ts';
import { deit } from '../../core/model/deit/deit.ts';
import { mapParams, specification } from '../../core/model/deit/params.ts';
import { MODEL_NAMES, ZOO } from '../../core/model/zoo.ts';
import { chosenModel, MODEL_OPTIONS, namedModel } from '../option/model.ts';
import { type Command, EXIT, failure } from '../shell/command.ts';
import { table } from '../shell/terminal.ts';

/** What a model is and costs, for one image. */
const modelFacts = (c: DeitConfig) => {
  const logits = deit(cost, c)(
    mapParams(({ shape }) => priced(shape, true), specification(c)),
    priced([1, c.channels, ...c.image]),
  );
  const { parameters, multiplyAdds, flops } = totalCost(Object.values(logits));
  return { ...c, tokens: tokenCount(c), parameters, multiplyAdds, flops, bytesF32: 4 * parameters, bytesF64: 8 * parameters };
};

const millions = (n: number): string => `${(n / 1e6).toFixed(2)} M`;
const giga = (n: number): string => (n < 1e8 ? `${(n / 1e6).toPrecision(3)} M` : `${(n / 1e9).toFixed(2)} G`);
const mega = (n: number): string => `${n < 1e7 ? (n / 1e6).toPrecision(2) : (n / 1e6).toFixed(0)} MB`;

const describe = (name: string, f: ReturnType<typeof modelFacts>): readonly string[] => [
  name,
  ...table([
    ['  image', `${f.image[0]}×${f.image[1]}, ${f.channels} channels, patch ${f.patch}`],
    ['  tokens', `${f.tokens} of width ${f.dim}: class${f.distilled ? ', distillation' : ''}, ${f.tokens - (f.distilled ? 2 : 1)} patches`],
    ['  blocks', `${f.depth}, ${f.heads} heads of ${f.dim / f.heads}, MLP ${f.hidden}, LayerNorm eps ${f.eps}`],
    ['  classes', `${f.classes}${f.distilled ? ', two heads' : ''}`],
    ['  parameters', `${f.parameters.toLocaleString('en')}: ${mega(f.bytesF32)} in f32, ${mega(f.bytesF64)} in f64`],
    ['  cost', `${giga(f.multiplyAdds)} multiply-adds, ${giga(f.flops)} arithmetic operations an image`],
  ]),
];

const listed = (): readonly string[] =>
  table([
    ['model', 'image', 'tokens', 'width', 'heads', 'parameters', 'multiply-adds'],
    ...MODEL_NAMES.map((name) => {
      const f = modelFacts(ZOO[name]);
      return [name, `${f.image[0]}`, `${f.tokens}`, `${f.dim}`, `${f.heads}`, millions(f.parameters), giga(f.multiplyAdds)];
    }),
  ]);

export const info: Command = {
  name: 'info',
  summary: 'parameters, cost and shapes of a model, before anything runs',
  operands: '[MODEL]',
  options: { ...MODEL_OPTIONS, json: { describe: 'print JSON' } },
  example: 'deit info deit_tiny_distilled_patch16_224 --json',
  run: (args, terminal) => {
    const [name, ...more] = args.rest;
    if (more.length > 0) return TE.left(failure(`one model at a time, got ${args.rest.join(' ')}`));
    if (name !== undefined && (args.options.model ?? args.options.config) !== undefined)
      return TE.left(failure(`name the model once, not as ${name} and with --model or --config too`));
    const json = args.options.json === 'true';
    const show = (facts: object, lines: () => readonly string[]): number => {
      for (const line of json ? [JSON.stringify(facts, null, 2)] : lines()) terminal.out(line);
      return EXIT.pass;
    };
    return pipe(
      name === undefined ? chosenModel(args) : TE.fromEither(namedModel(name)),
      TE.map((chosen) => {
        if (chosen === undefined) return show(Object.fromEntries(MODEL_NAMES.map((each) => [each, modelFacts(ZOO[each])])), listed);
        const facts = modelFacts(chosen);
        return show(facts, () => describe(name ?? args.options.model ?? args.options.config ?? '', facts));
      }),
    );
  },
};
