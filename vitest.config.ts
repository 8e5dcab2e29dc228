import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    globalSetup: ['test/support/kernels.ts'],
    pool: 'forks',
    // Vitest leaves one core free unless told otherwise: half of two.
    maxWorkers: '100%',
    // For machines that do other work too: the longest test takes some ten seconds alone.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
