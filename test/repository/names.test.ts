import { describe, expect, it } from 'vitest';
import { ENTRIES, type Published, published } from './published.ts';

/** A name of a subpath. */
interface Offer extends Published {
  readonly subpath: string;
}

const all: readonly Offer[] = Object.entries(ENTRIES).flatMap(([subpath, entry]) => published(entry).map((p) => ({ ...p, subpath })));

/** Whether two names are read as one: a capital more or less does not tell them apart, a list in capitals and its type belong together. */
const alike = (a: string, b: string): boolean =>
  a === b || (a.toLowerCase() === b.toLowerCase() && a !== a.toUpperCase() && b !== b.toUpperCase());

/** Names that two subpaths give to different things. */
const ambiguous = (offers: readonly Offer[]): readonly string[] =>
  offers.flatMap((a, i) =>
    offers
      .slice(i + 1)
      .filter((b) => a.subpath !== b.subpath && alike(a.name, b.name) && !(a.name === b.name && a.file === b.file))
      .map((b) => `${a.name} of ${a.subpath} is in ${a.file}, ${b.name} of ${b.subpath} in ${b.file}`),
  );

describe('a public name means one thing, whatever it is imported from', () => {
  it('has names to judge in every subpath', () => {
    for (const subpath of Object.keys(ENTRIES)) expect(all.filter((offer) => offer.subpath === subpath).length).toBeGreaterThan(5);
  });
  it('in all of them', () => expect(ambiguous(all)).toEqual([]));
  it('and one that meant two would be seen', () => {
    const offer = (subpath: string, name: string, file: string): Offer => ({ subpath, name, file, comment: '' });
    expect(ambiguous([offer('.', 'draw', 'a.ts'), offer('./oracle', 'draw', 'b.ts')])).toHaveLength(1);
    expect(ambiguous([offer('./simd', 'Dtype', 'a.ts'), offer('./io', 'DType', 'b.ts')])).toHaveLength(1);
    expect(ambiguous([offer('.', 'draw', 'a.ts'), offer('./oracle', 'draw', 'a.ts'), offer('./oracle', 'Draw', 'a.ts')])).toHaveLength(1);
    expect(ambiguous([offer('.', 'dual', 'a.ts'), offer('.', 'Dual', 'a.ts'), offer('./io', 'DUAL', 'b.ts')])).toEqual([]);
  });
});

describe('the root offers nothing that every auto-import would', () => {
  const generic = 'size last rows call plain log exp normal full generate sizes shapes engine options check test map get set add'.split(
    ' ',
  );
  it('of these', () => {
    const root = new Set(all.filter(({ subpath }) => subpath === '.').map(({ name }) => name));
    expect(generic.filter((name) => root.has(name))).toEqual([]);
  });
});
