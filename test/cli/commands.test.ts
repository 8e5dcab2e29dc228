import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRight } from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/command/index.ts';
import { run } from '../../src/cli/run.ts';
import { CAPTION_HEIGHT } from '../../src/core/image/caption.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import { loadWeights } from '../../src/io/checkpoint/weights-file.ts';
import { decodeImage } from '../../src/io/image/decode.ts';
import { expectGolden, golden } from '../support/golden.ts';
import { right } from '../support/right.ts';
import { listening } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const data = (name: string): string => fileURLToPath(new URL(`../golden/data/${name}.safetensors`, import.meta.url));
const cat = fileURLToPath(new URL('../../data/chelsea.png', import.meta.url));

const deit = async (...words: readonly string[]) => {
  const terminal = listening();
  return { exit: await run(words, terminal), said: terminal.said.join('\n'), noted: terminal.noted.join('\n') };
};
const tensors = async (path: string): Promise<Readonly<Record<string, Tensor>>> => {
  return right(await loadWeights(path)());
};

const rect = at('rect.json');
writeFileSync(rect, JSON.stringify({ dim: 36, depth: 2, heads: 3, patch: 8, image: [24, 40], classes: 5, distilled: true }));
const square = at('square.json');
writeFileSync(square, JSON.stringify({ dim: 24, depth: 2, heads: 2, patch: 8, image: [32, 32], classes: 7 }));

describe('help', () => {
  it('lists every command', async () => {
    const { exit, said } = await deit('--help');
    expect(exit).toBe(0);
    for (const [name, load] of Object.entries(COMMANDS))
      expect(said).toMatch(new RegExp(`^ *${name} +${(await load()).summary.slice(0, 20)}`, 'm'));
  });

  it.each(Object.entries(COMMANDS))('%s is the name of that command', async (name, load) => expect((await load()).name).toBe(name));

  it.each(Object.entries(COMMANDS))('%s --help shows every option and an example', async (name, load) => {
    const { exit, said } = await deit(name, '--help');
    expect(exit).toBe(0);
    expect(said).toMatch(/Example:\n {2}deit /);
    const options = Object.keys((await load()).options);
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(said).toContain(`--${option}`);
  });

  it('nonsense gets one plain sentence and exit 3', async () => {
    const nonsense = [
      ['predictt'],
      ['help', 'dance'],
      ['info', '--nonsense'],
      ['info', 'resnet50'],
      ['info', 'deit_tiny_patch16_224', '--model', 'deit_base_patch16_224'],
      ['predict'],
      ['predict', cat],
      ['predict', cat, '--block', '3'],
      ['forward'],
      ['forward', '--engine', 'simd,gpu', '--model', 'deit_tiny_patch16_224', '--input', cat, '--out', at('z')],
      ['convert', 'one'],
    ];
    for (const words of nonsense) {
      const { exit, noted } = await deit(...words);
      expect([words, exit]).toEqual([words, 3]);
      expect(noted.split('\n').at(-1)).toMatch(/^deit: .{10,}/);
      expect(noted).not.toMatch(/\n +at /);
    }
  });
});

describe('an option that would do nothing', () => {
  it.each([
    [['check', '--engine', 'simd', '--mode', 'cpu', '--ops', 'gelu'], '--mode is for the gpu engine; simd would not heed it'],
    [['check', '--engine', 'gpu', '--threads', '2', '--ops', 'gelu'], '--threads is for the simd engine; gpu would not heed it'],
    [['convert', cat, at('o'), '--to', 'hf', '--batch', '2'], '--batch is for --to onnx'],
    [['convert', cat, at('o.onnx'), '--to', 'onnx', '--batch', '0x2'], '--batch must be a whole number above 0, got 0x2'],
    [['convert', cat, at('o'), '--to', 'hf', '--resample', 'facebook'], 'without --image nothing is resampled'],
    [['convert', cat, at('o.onnx'), '--to', 'hf'], 'does not go with --to hf'],
    [['convert', cat, at('o.txt'), '--to', 'onnx'], 'does not go with --to onnx'],
    [['convert', cat, at('o.pth'), '--to', 'timm'], 'o.pth would be a safetensors file; name it o.safetensors'],
    [['convert', cat, at('o.BIN'), '--to', 'hf'], 'o.BIN would be a safetensors file; name it o.safetensors'],
    [['forward', '--model', 'deit_tiny_patch16_224', '--input', cat, '--out', at('o.pt')], 'o.pt would be a safetensors file; name it o'],
    [['forward', '--model', 'deit_tiny_patch16_224', '--input', cat, '--out', at('o'), '--taps', 'nope'], 'no activation is named nope'],
    [['forward', '--model', 'deit_tiny_patch16_224', '--input', cat, '--out', at('o'), '--taps', ' ,'], '--taps names no activation'],
  ])('%s is refused', async (words, sentence) => {
    const { exit, noted } = await deit(...words);
    expect(noted).toContain(sentence);
    expect(exit).toBe(3);
  });
});

describe('info', () => {
  it('counts parameters, as JSON too', async () => {
    expect((await deit('info')).said).toContain('86.57 M');
    const { said } = await deit('info', 'deit_tiny_distilled_patch16_224', '--json');
    expect(JSON.parse(said)).toMatchObject({ parameters: 5_910_800, tokens: 198 });
  });

  it('names what is wrong in a configuration', async () => {
    const bad = at('bad.json');
    writeFileSync(bad, '{"dim": 30, "depth": 1, "heads": 4, "image": [20, 16]}');
    const { exit, noted } = await deit('info', '--config', bad);
    expect(exit).toBe(3);
    expect(noted).toContain('dim 30 is not a multiple of heads 4');
    expect(noted).toContain('image side 20 is not a positive multiple of patch 16');
  });

  it.each([
    [{ dim: 24 }, 'depth is missing: a whole number above 0; heads is missing: a whole number above 0'],
    [{ dim: '24', depth: 1, heads: 3 }, 'dim must be a whole number above 0, got "24"'],
    [{ dim: 24, depth: 1, heads: 3, distilled: 'false' }, 'distilled must be true or false, got "false"'],
    [{ dim: 24, depth: 1, heads: 3, image: 32 }, 'image must be [height, width], got 32'],
    [{}, 'dim is missing: a whole number above 0; depth is missing: a whole number above 0; heads is missing: a whole number above 0'],
  ])('%j is refused, and by every command alike', async (config, sentence) => {
    const bad = at('bad.json');
    writeFileSync(bad, JSON.stringify(config));
    for (const words of [['info'], ['predict', cat], ['forward', '--input', cat, '--out', at('o')]])
      expect(await deit(...words, '--config', bad)).toEqual({ exit: 3, said: '', noted: `deit: ${bad}: ${sentence}` });
  });
});

describe('forward', () => {
  it('gives the golden activations, from Hugging Face names', async () => {
    const out = at('forward.safetensors');
    const want = golden('model_rect_distilled.acts');
    const said = await deit(
      'forward',
      '--config',
      rect,
      '--weights',
      data('model_rect_distilled.hf'),
      '--input',
      data('model_rect_distilled.acts'),
      '--taps',
      'all',
      '--out',
      out,
    );
    expect(said).toMatchObject({ exit: 0 });
    const got = await tensors(out);
    const names = Object.keys(want).filter((name) => name.startsWith('act/'));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expectGolden(name, got[name.slice(4)], want[name]);
  });

  it('refuses an activation that does not exist, and writes nothing', async () => {
    const out = at('none.safetensors');
    const { exit, noted } = await deit(
      'forward',
      '--config',
      rect,
      '--weights',
      data('model_rect_distilled'),
      '--input',
      data('model_rect_distilled.acts'),
      '--taps',
      'blocks.9.out',
      '--out',
      out,
    );
    expect([exit, readdirSync(folder).includes('none.safetensors')]).toEqual([3, false]);
    expect(noted).toContain('blocks.9.out');
  });

  it('lists every parameter that does not fit', async () => {
    const { exit, noted } = await deit(
      'forward',
      '--config',
      square,
      '--weights',
      data('model_rect_distilled'),
      '--input',
      data('model_rect_distilled.acts'),
      '--out',
      at('x.safetensors'),
    );
    expect(exit).toBe(3);
    expect(noted).toContain('head_dist.weight');
    expect(noted).toContain('pos_embed');
  });
});

describe('files that are read', () => {
  it('are never written over', async () => {
    const model = data('model_square_plain');
    for (const words of [
      ['convert', model, model, '--to', 'hf', '--config', square],
      ['forward', '--model', 'deit_tiny_patch16_224', '--input', cat, '--out', cat],
    ]) {
      const { exit, noted } = await deit(...words);
      expect([exit, noted]).toEqual([3, expect.stringContaining('would overwrite a file that is read')]);
    }
  });

  it('nothing is written over an input, by whatever name, nor twice, nor where there is no folder', async () => {
    const [photo, link, other] = [at('photo.png'), at('link.png'), at('other/photo.png')];
    mkdirSync(at('other'));
    copyFileSync(cat, photo);
    copyFileSync(cat, other);
    copyFileSync(cat, at('y.photo.png'));
    symlinkSync(photo, link);
    const model = ['--model', 'deit_tiny_patch16_224'];
    for (const [words, why] of [
      [['predict', link, ...model, '--attention', photo], 'would overwrite a file that is read'],
      [['predict', photo, at('y.photo.png'), ...model, '--attention', at('y.png')], 'would overwrite a file that is read'],
      [['predict', photo, other, ...model, '--attention', at('z.png')], 'twice'],
      [['predict', photo, ...model, '--attention', at('nowhere/z.png')], 'there is no folder'],
      [['check', '--ops', 'forward', '--image', photo, '--json', link], 'would overwrite a file that is read'],
      [['check', '--ops', 'gelu', '--image', photo], '--model and --image are for the forward pass'],
    ] as const) {
      const { exit, noted } = await deit(...words);
      expect([exit, noted]).toEqual([3, expect.stringContaining(why)]);
    }
    for (const file of [photo, other, at('y.photo.png')]) expect(readFileSync(file)).toEqual(readFileSync(cat));
  });

  it('sizes that no machine could hold are refused before anything is allocated', async () => {
    const huge = at('huge.json');
    writeFileSync(huge, '{"dim": 1000000000, "depth": 1, "heads": 1}');
    expect((await deit('info', '--config', huge)).noted).toContain('too large: one parameter would hold');
    const { noted } = await deit('convert', data('model_square_plain'), at('y'), '--to', 'timm', '--image', '1000000', '--config', square);
    expect(noted).toContain('too large: attention would hold');
  });
});

describe('convert', () => {
  it('timm to Hugging Face and back is the identity', async () => {
    for (const model of ['model_rect_distilled', 'model_square_plain']) {
      const config = model === 'model_rect_distilled' ? rect : square;
      const [hf, timm] = [at('hf.safetensors'), at('timm.safetensors')];
      expect((await deit('convert', data(model), hf, '--to', 'hf', '--dtype', 'F64', '--config', config)).exit).toBe(0);
      expect(await tensors(hf)).toEqual(await tensors(data(`${model}.hf`)));
      expect((await deit('convert', hf, timm, '--to', 'timm', '--dtype', 'F64', '--config', config)).exit).toBe(0);
      expect(await tensors(timm)).toEqual(await tensors(data(model)));
    }
  });

  it('resamples the position embedding for another image size', async () => {
    const out = at('larger.safetensors');
    const { exit } = await deit(
      'convert',
      data('model_square_plain'),
      out,
      '--to',
      'timm',
      '--image',
      '48',
      '--resample',
      'timm-antialias',
      '--config',
      square,
    );
    expect(exit).toBe(0);
    expect((await tensors(out)).pos_embed.shape).toEqual([1, 37, 24]);
  });

  it('refuses an unknown target and a size that is no multiple of the patch', async () => {
    expect((await deit('convert', data('model_square_plain'), at('y'), '--to', 'keras', '--config', square)).noted).toContain(
      '--to must be one of timm, hf, onnx',
    );
    expect(
      (await deit('convert', data('model_square_plain'), at('y'), '--to', 'timm', '--image', '50', '--config', square)).noted,
    ).toContain('not a positive multiple');
  });

  it('writes an ONNX file', async () => {
    const out = at('model.onnx');
    expect((await deit('convert', data('model_square_plain'), out, '--to', 'onnx', '--config', square)).exit).toBe(0);
    expect(readFileSync(out).includes('logits_eval')).toBe(true);
    expect(statSync(out).size).toBeGreaterThan(4 * 19_000);
  });
});

describe('predict', () => {
  const config = at('small.json');
  writeFileSync(config, JSON.stringify({ dim: 24, depth: 2, heads: 2, patch: 16, image: [64, 64], classes: 4, distilled: true }));

  it('shows the classifiers side by side and draws both tokens, saying that the weights are seeded', async () => {
    const picture = at('attention.png');
    const { exit, said, noted } = await deit('predict', cat, '--config', config, '--attention', picture, '--top', '3');
    expect(exit).toBe(0);
    expect(said).toMatch(/class +distillation +joint \(logit mean\) +joint \(softmax sum\)/);
    expect(noted).toContain('made from a seed');
    const image = await decodeImage(readFileSync(picture))();
    expect(isRight(image) && [image.right.width, image.right.height]).toEqual([3 * 64 + 2 * 8, 64 + CAPTION_HEIGHT]);
  });

  it('of more classes than there are shows all, and says so where it was asked', async () => {
    const config = at('four.json');
    writeFileSync(config, JSON.stringify({ dim: 24, depth: 1, heads: 2, patch: 16, image: [64, 64], classes: 4 }));
    const asked = await deit('predict', cat, '--config', config, '--top', '99999');
    expect([asked.exit, asked.said.split('\n').length]).toEqual([0, 6]);
    expect(asked.noted).toContain('--top 99999: the model has 4 classes, and all are shown');
    expect((await deit('predict', cat, '--config', config)).noted).not.toContain('--top');
  });

  it('as JSON, with probabilities that fall and sum to at most 1', async () => {
    const { said } = await deit('predict', cat, '--config', config, '--json', '--top', '4');
    const [{ classifiers }] = JSON.parse(said);
    expect(classifiers.map((c: { classifier: string }) => c.classifier)).toEqual([
      'class',
      'distillation',
      'joint (logit mean)',
      'joint (softmax sum)',
    ]);
    for (const { top } of classifiers) {
      const probabilities = top.map((entry: { probability: number }) => entry.probability);
      expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
      expect(probabilities.reduce((a: number, b: number) => a + b, 0)).toBeCloseTo(1, 12);
    }
  });
});
