import { describe } from 'vitest';
import { FLOAT64 } from '../../../src/core/engine/arithmetic.ts';
import { reference } from '../../../src/core/interpret/reference.ts';
import { plantEverything } from './plant-everything.ts';

describe('every known mistake is found and named in float64', () => plantEverything('float64', FLOAT64, reference));
