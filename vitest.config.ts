import { defineConfig } from 'vitest/config';

/** Tests of pure functions, which leave nothing behind: they may follow one another in one process, where what they import is read once. */
const PURE = ['golden', 'interpret', 'language', 'loss', 'math', 'model', 'params', 'precise', 'repository', 'tensor', 'train'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

/** Every known mistake planted, every case of every operation: minutes. `npm run test:long` runs them, and nothing else. */
const LONG = 'test/**/*.long.test.ts';
const long = process.env.LONG_TESTS !== undefined;

export default defineConfig({
  test: {
    globalSetup: ['test/support/kernels.ts'],
    pool: 'forks',
    // Vitest leaves one core free unless told otherwise: half of two.
    maxWorkers: '100%',
    // For machines that do other work too: the longest test takes some ten seconds alone.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: long
      ? [{ extends: true, test: { name: 'long', include: [LONG] } }]
      : [
          { extends: true, test: { name: 'pure', isolate: false, include: PURE } },
          { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: ['test/browser/**', LONG, ...PURE] } },
        ],
  },
});
