import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { diagnoseImage, IMAGE_MISTAKES } from '../../../src/core/oracle/mistake/structure/images.ts';
import { operationNamed } from '../../../src/core/oracle/request/operation-table.ts';
import { hashTensor } from '../../../src/core/random/hash.ts';
import { generate, type Tensor } from '../../../src/core/tensor/tensor.ts';
import { right } from '../../support/right.ts';

/** A photograph in which neighbouring pixels are alike, and no two channels. */
const photograph = (h: number, w: number): Tensor => {
  const noise = hashTensor('photograph', 3, [h, w, 3], 12).data;
  return generate([h, w, 3], (i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % w, Math.floor(i / (3 * w))];
    return Math.round(Math.min(255, Math.max(0, 110 + 60 * Math.sin(x / 5 + c) + 40 * Math.cos(y / 7 - 2 * c) + noise[i])));
  });
};
const ASKED = {
  resize: { size: [19, 23] },
  preprocess: { resize: 32, crop: 24, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
} as const;
const given = { image: photograph(48, 70) };

describe('mistakes with images', () => {
  it.each(IMAGE_MISTAKES.flatMap((mistake) => mistake.at.map((op) => [mistake.name, op, mistake] as const)))(
    '%s of %s is named, alone, in float64 and rounded to float32',
    (name, op, { result }) => {
      const attrs = right(operationNamed(op)?.completed(ASKED[op]) ?? E.left('no operation')) as Parameters<typeof result>[1];
      const y = result(op, attrs, given)?.y as Tensor;
      expect(diagnoseImage(op, ASKED[op], given, y)).toEqual([name]);
      expect(
        diagnoseImage(
          op,
          ASKED[op],
          given,
          generate(y.shape, (i) => Math.fround(y.data[i])),
        ),
      ).toEqual([name]);
    },
  );
  it.each(['resize', 'preprocess'] as const)('what is right in %s, and what nobody has made before, has no name', (op) => {
    const y = right(operationNamed(op)?.result?.(ASKED[op], given) ?? E.left('no operation')).y;
    expect(diagnoseImage(op, ASKED[op], given, y)).toEqual([]);
    expect(
      diagnoseImage(
        op,
        ASKED[op],
        given,
        generate(y.shape, (i) => y.data[i] + (i === 7 ? 3 : 0)),
      ),
    ).toEqual([]);
  });
  it('BGR written by hand is named', () => {
    const y = right(operationNamed('preprocess')?.result?.(ASKED.preprocess, given) ?? E.left('no operation')).y;
    const { mean, std } = ASKED.preprocess;
    const bgr = generate(y.shape, (i) => {
      const [c, at] = [Math.floor(i / 576), i % 576];
      const byte = Math.round((y.data[(2 - c) * 576 + at] * std[2 - c] + mean[2 - c]) * 255);
      return (byte / 255 - mean[c]) / std[c];
    });
    expect(diagnoseImage('preprocess', ASKED.preprocess, given, bgr)).toEqual(['pixels-reversed']);
  });
});
