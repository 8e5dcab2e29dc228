/** Input that cannot be used: a truncated file, a lying header, a missing key. One plain sentence says what is wrong, where, and what to do. */
export interface InputError {
  readonly _tag: 'InputError';
  /** The kind of input: `safetensors`, `torch checkpoint`, `PNG`, `JPEG`, `weights`, `file` … */
  readonly format: string;
  readonly message: string;
}

export const inputError = (format: string, message: string): InputError => ({
  _tag: 'InputError',
  format,
  message: `${format}: ${message}`,
});
