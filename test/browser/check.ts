import type { Engine } from '../../src/core/engine/engine.ts';
import { evaluationFor, evaluationTransform } from '../../src/core/image/evaluation-transform.ts';
import { decodeImage } from '../../src/io/browser.ts';
import { CHECKED, type CheckOptions, checkOperation } from '../../src/oracle/check/check.ts';
import { checkForward } from '../../src/oracle/check/check-forward.ts';
import { modelCase } from '../../src/oracle/check/model-case.ts';
import type { Report } from '../../src/oracle/report/records.ts';
import { failureLines } from '../../src/oracle/report/text.ts';
import { right } from '../support/right.ts';
import type { Finding, Trial } from './trial.ts';

const MODEL = 'deit_tiny_distilled_patch16_224';
const PHOTOGRAPH = new URL('../../data/chelsea.png', import.meta.url);

const found = (report: Report): Finding => {
  const ratio = report.worst?.ratio ?? 0;
  return report.verdict === 'pass'
    ? { holds: true, ratio }
    : { holds: false, ratio, failure: failureLines(report).join('\n') || report.verdict };
};

const photograph = async () => {
  const decoded = right(await decodeImage(new Uint8Array(await (await fetch(PHOTOGRAPH)).arrayBuffer()))());
  const { shape, data } = evaluationTransform(decoded, evaluationFor(224));
  return { shape: [1, ...shape], data };
};

/** What `deit check` does with an engine: every operation and gradient, and a published model on a photograph, layer by layer. */
export const checkTrials = (of: Engine): readonly Trial[] => {
  // Every shape is a plan, and a page has little memory that threads can share.
  const options: CheckOptions = { engine: of, cases: 3, seed: 1 };
  return [
    ...CHECKED.map((op) => ({ name: `check: ${op}`, run: async () => found(await checkOperation(options, op)) })),
    {
      name: `check: ${MODEL} on a photograph`,
      run: async () => {
        const model = right(modelCase(MODEL, await photograph(), 'chelsea.png', options.seed));
        return found(await checkForward(options, model));
      },
    },
  ];
};
