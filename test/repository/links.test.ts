import { existsSync, readdirSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, fromRoot, read } from './syntax.ts';

const pages = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(fromRoot('docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
].filter((page) => page.endsWith('.md'));

/** What npm packs: what `files` names, and what it always takes. */
const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
const packed = new Set([...files, 'README.md', 'package.json', 'LICENSE']);

/** Links of a page that lead nowhere, in the repository or in the package, or to a heading that is not there. */
const deadLinks = (page: string, text: string): readonly string[] =>
  [...text.replace(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path, heading] = target.split('#');
      const file = path === '' ? page : normalize(join(page, '..', path));
      if (!packed.has(file.split('/')[0]) || !existsSync(fromRoot(file))) return true;
      return heading !== undefined && !headings(path === '' ? text : read(file)).includes(heading);
    });

/** The anchors of a page's headings, as GitHub makes them. */
const headings = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('every link of a page leads to a file of the package', () => {
  it('has pages to judge', () => expect(pages.length).toBeGreaterThan(5));
  it.each(pages)('%s', (page) => expect(deadLinks(page, read(page))).toEqual([]));
});

it.each([
  ['[bits](test/bits)', ['test/bits']],
  ['[gone](docs/gone.md)', ['docs/gone.md']],
  ['[above](../shared/style.md)', ['../shared/style.md']],
  ['[no such heading](docs/tour.md#9-sleep)', ['docs/tour.md#9-sleep']],
  ['[the tour](docs/tour.md#5-train-it), [here](#here), [paper](https://arxiv.org/abs/2012.12877)\n## Here', []],
])('the rule bites: %s', (text, dead) => expect(deadLinks('README.md', text)).toEqual(dead));

/** Files and folders of code that a page names: `src/core/math`, `test/bits`, `jvp.ts`; NAME stands for one that is not there yet. */
const named = (text: string): readonly string[] =>
  [...text.matchAll(/`([\w./-]+)`/g)]
    .map(([, path]) => path)
    .filter((path) => /^(src|test|properties|docs|bench)\/|\.ts$/.test(path) && !path.includes('NAME') && path !== '.ts');
const code = ['src', 'properties', 'test'].flatMap((folder) => filesBelow(folder, '.ts'));
const isThere = (path: string): boolean =>
  existsSync(fromRoot(path)) || code.some((file) => file.endsWith(`/${path}`) || file === `${path}.test.ts`);

describe('every file that CONTRIBUTING.md names is there', () => {
  const paths = named(read('CONTRIBUTING.md'));
  it('has files to judge', () => expect(paths.length).toBeGreaterThan(50));
  it('all of them', () => expect(paths.filter((path) => !isThere(path))).toEqual([]));
  it('and one that is gone would be seen', () => {
    expect(
      named('`src/core/gone.ts`, `gone.ts`, `test/gone`, `src/cli/command/NAME.ts`, `o.gelu`').filter((path) => !isThere(path)),
    ).toEqual(['src/core/gone.ts', 'gone.ts', 'test/gone']);
  });
});
