import factory from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';

/** Pixels as RGBA. */
interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

interface Instance {
  readonly decode: (data: Uint8Array, applyOrientation: boolean) => Decoded | null;
  readonly HEAPU8: Uint8Array;
}

interface Overrides {
  readonly noInitialRun: true;
  readonly printErr: (line: string) => void;
  readonly instantiateWasm?: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => WebAssembly.Exports;
}

const create: (overrides: Overrides) => Promise<Instance> = factory;

/** In Node the codec's bytes come from its package; in a browser the codec fetches them itself, beside its script. */
const compile = async (): Promise<WebAssembly.Module | undefined> => {
  if (globalThis.process?.versions?.node === undefined) return undefined;
  const [{ readFile }, { createRequire }] = await Promise.all([import('node:fs/promises'), import('node:module')]);
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  return WebAssembly.compile(new Uint8Array(await readFile(path)));
};

/** What the codec says of a file: its pixels or none, and the first line that it printed. */
export interface Verdict {
  readonly decoded: Decoded | null;
  readonly said: string | undefined;
}

/** A codec whose memory has grown beyond this is given up after use. */
const KEEP_BYTES = 33_554_432;

let compiled: Promise<WebAssembly.Module | undefined> | undefined;
let ready: { readonly instance: Instance; readonly lines: string[] } | undefined;

const instantiate = async () => {
  compiled ??= compile();
  const module = await compiled;
  const lines: string[] = [];
  const instance = await create({
    noInitialRun: true,
    printErr: (line) => lines.push(line),
    ...(module === undefined
      ? {}
      : {
          instantiateWasm: (imports, done) => {
            const made = new WebAssembly.Instance(module, imports);
            done(made);
            return made.exports;
          },
        }),
  });
  return { instance, lines };
};

/**
 * Runs MozJPEG on a file. It leaves by `exit` on a bad one and loses what it had allocated, so an instance that did not come back with
 * pixels is never used again.
 */
export const runJpegCodec = async (bytes: Uint8Array): Promise<Verdict> => {
  const { instance, lines } = ready ?? (await instantiate());
  ready = undefined;
  lines.length = 0;
  try {
    const decoded = instance.decode(bytes, false);
    if (decoded !== null && instance.HEAPU8.length <= KEEP_BYTES) ready = { instance, lines };
    return { decoded, said: lines[0] };
  } catch {
    return { decoded: null, said: lines[0] };
  }
};
