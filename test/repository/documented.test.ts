import { describe, expect, it } from 'vitest';
import { examples } from '../examples/example.ts';
import { ENTRIES, published } from './published.ts';
import { fromRoot, read } from './syntax.ts';

const entries = Object.entries(ENTRIES);

describe('what users can import says what it is', () => {
  it('knows every subpath of the package', () => {
    const { exports } = JSON.parse(read('package.json')) as { readonly exports: Record<string, unknown> };
    expect(Object.keys(ENTRIES)).toEqual(Object.keys(exports).filter((subpath) => subpath !== './package.json'));
  });

  it.each(entries)('%s finds every value that its module has', async (_, entry) => {
    const module = (await import(/* @vite-ignore */ fromRoot(entry))) as Record<string, unknown>;
    const found = new Set(published(entry).map(({ name }) => name));
    expect(Object.keys(module).filter((name) => !found.has(name))).toEqual([]);
  });

  it.each(entries)('%s: every name has a comment', (_, entry) => {
    expect(
      published(entry)
        .filter(({ comment }) => comment === '')
        .map(({ file, name }) => `${file}: ${name}`),
    ).toEqual([]);
  });

  it.each(entries)('%s: every function has an example', async (_, entry) => {
    const module = (await import(/* @vite-ignore */ fromRoot(entry))) as Record<string, unknown>;
    const missing = published(entry).filter(({ name, comment }) => typeof module[name] === 'function' && examples(comment).length === 0);
    expect(missing.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });
});
