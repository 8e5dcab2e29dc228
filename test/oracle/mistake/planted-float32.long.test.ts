import { describe } from 'vitest';
import { FLOAT32 } from '../../../src/core/engine/arithmetic.ts';
import { reference } from '../../../src/core/interpret/reference.ts';
import { rounded } from '../../../src/core/interpret/rounded.ts';
import { plantEverything } from './plant-everything.ts';

describe('every known mistake is found and named in float32', () => plantEverything('float32', FLOAT32, rounded(reference, 'F32')));
