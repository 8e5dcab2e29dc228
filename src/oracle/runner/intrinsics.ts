/** What of the language the judge relies on, by name. */
const HOLDERS: readonly (readonly [name: string, holder: object])[] = [
  ['', globalThis],
  ['Math.', Math],
  ['Number.', Number],
  ['Object.', Object],
  ['Reflect.', Reflect],
  ['JSON.', JSON],
  ['Array.', Array],
  ['Array.prototype.', Array.prototype],
  ['Float32Array.prototype.', Float32Array.prototype],
  ['Float64Array.prototype.', Float64Array.prototype],
  ['TypedArray.', Object.getPrototypeOf(Float64Array)],
  ['TypedArray.prototype.', Object.getPrototypeOf(Float64Array.prototype)],
  ['Map.prototype.', Map.prototype],
  ['Set.prototype.', Set.prototype],
  ['String.prototype.', String.prototype],
  ['Promise.', Promise],
  ['Promise.prototype.', Promise.prototype],
  ['Date.', Date],
  ['Performance.prototype.', Object.getPrototypeOf(performance)],
];
/** The globals among them: others come and go as modules are loaded. */
const GLOBALS: ReadonlySet<PropertyKey> = new Set(
  'Math Number Object Reflect JSON Array Float32Array Float64Array Map Set String Promise Date performance isFinite isNaN'.split(' '),
);

const { getOwnPropertyDescriptor, defineProperty, is: same } = Object;

/** One property, and how it is to be. */
interface Intrinsic {
  readonly name: string;
  readonly holder: object;
  readonly key: PropertyKey;
  readonly is: PropertyDescriptor;
}

const intrinsics = (): readonly Intrinsic[] =>
  HOLDERS.flatMap(([prefix, holder]) =>
    Reflect.ownKeys(holder).flatMap((key) => {
      const is = getOwnPropertyDescriptor(holder, key);
      const wanted = is !== undefined && (holder !== globalThis || GLOBALS.has(key));
      return wanted ? [{ name: `${prefix}${String(key)}`, holder, key, is }] : [];
    }),
  );

/**
 * A watch over the functions of the language, as they are now: the answer says which has been replaced since, the first of them, and puts every one
 * back. Who is judged in the judge's own process could else replace `Math.abs`, by which errors are measured.
 */
export const watchIntrinsics = (): (() => string | undefined) => {
  const all = intrinsics();
  return () => {
    let replaced: string | undefined;
    // Nothing but indices: what iterates may be replaced as well.
    for (let i = 0; i < all.length; i++) {
      const { name, holder, key, is } = all[i];
      const now = getOwnPropertyDescriptor(holder, key);
      if (now !== undefined && same(now.value, is.value) && now.get === is.get && now.set === is.set) continue;
      if (replaced === undefined) replaced = name;
      defineProperty(holder, key, is);
    }
    return replaced;
  };
};
