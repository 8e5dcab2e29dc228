import { referenceEngine } from '../../dist/src/index.js';
import { loadOurs } from './ours.mjs';

export const load = (job) => loadOurs(referenceEngine, job);
