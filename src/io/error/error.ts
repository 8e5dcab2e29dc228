/** Input that cannot be used: a truncated file, a lying header, a missing key. One plain sentence says what is wrong, where, and what to do. */
export interface InputError {
  readonly _tag: 'InputError';
  /** The kind of input: `safetensors`, `torch checkpoint`, `PNG`, `JPEG`, `weights`, `file` … */
  readonly format: string;
  /** The sentence, which starts with `format` and a colon. */
  readonly message: string;
}

/**
 * An `InputError`; for whoever writes a `ByteSource` or a reader of another format.
 *
 * @param message the sentence without the name of the format, which is put before it.
 * @example
 * inputError('PNG', 'the file is cut off').message // 'PNG: the file is cut off'
 */
export const inputError = (format: string, message: string): InputError => ({
  _tag: 'InputError',
  format,
  message: `${format}: ${message}`,
});
