import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, rmSync, type Stats } from 'node:fs';
import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { ByteSink, ByteSource } from '../bytes/byte-source.ts';
import type { InputError } from '../error/error.ts';
import { accept, attemptTask, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { whenEnded } from './when-ended.ts';

const PIECE = 64 * 1024 * 1024;

const advice: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder; check the path',
  EACCES: 'permission denied; check its owner and mode',
  EPERM: 'permission denied; check its owner and mode',
  EISDIR: 'it is a folder; name a file',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'the disk is full; free some space',
  EMFILE: 'too many files are open; close some',
  EROFS: 'the file system is read-only; choose another place',
};

/** The outcome of a call of the operating system, or an `InputError` that names the file. */
const system = async <A>(path: string, doing: string, call: () => Promise<A>): Promise<A> => {
  try {
    return await call();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
    if (code === undefined) throw thrown;
    return refuse('file', `cannot ${doing} ${quoted(path)}: ${advice[code] ?? `the system says ${code}`}`);
  }
};

const sourceOf = (path: string, handle: FileHandle, size: number): ByteSource => ({
  size,
  read: (position, into) =>
    attemptTask(async () => {
      for (let done = 0; done < into.length; ) {
        const length = Math.min(PIECE, into.length - done);
        const { bytesRead } = await system(path, 'read', () => handle.read(into, done, length, position + done));
        if (bytesRead === 0)
          return refuse('file', `${quoted(path)} ends at byte ${position + done}, before ${position + into.length}; it was cut off`);
        done += bytesRead;
      }
    }),
});

/**
 * Opens a file, lends it to `use`, and closes it whatever happens.
 *
 * @example
 * await withFile('data/chelsea.png', (source) => TE.of(source.size > 1000))() // Right(true)
 */
export const withFile = <A>(path: string, use: (source: ByteSource) => TE.TaskEither<InputError, A>): TE.TaskEither<InputError, A> =>
  attemptTask(async () => {
    // Without waiting, or a pipe would keep us until somebody writes into it.
    const handle = await system(path, 'open', () => open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
    try {
      const stat = await system(path, 'read', () => handle.stat());
      if (!stat.isFile()) return refuse('file', `cannot read ${quoted(path)}: it is not an ordinary file`);
      return accept(await use(sourceOf(path, handle, stat.size))());
    } finally {
      await handle.close();
    }
  });

/**
 * The whole of a file in memory.
 *
 * @param limit most bytes that are read.
 * @returns `Left` when the file is longer than `limit`, not there, not an ordinary file or cut off while it is read.
 * @example
 * await readFile('data/chelsea.png', 1000)()
 * // left({ message: 'file: "data/chelsea.png" has 240512 bytes, over the limit of 1000', … })
 */
export const readFile = (path: string, limit: number): TE.TaskEither<InputError, Uint8Array> =>
  withFile(path, (source) =>
    attemptTask(async () => {
      if (source.size > limit) return refuse('file', `${quoted(path)} has ${source.size} bytes, over the limit of ${limit}`);
      const bytes = new Uint8Array(source.size);
      accept(await source.read(0, bytes)());
      return bytes;
    }),
  );

const syncFolder = async (folder: string): Promise<void> => {
  // A folder cannot be opened on every system; the rename is atomic without this, only less durable.
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
};

/** The file that a path means: a link stays one, and what is not a file (a folder, a device, a pipe) is refused, since renaming would replace it. */
const target = async (path: string): Promise<{ readonly real: string; readonly there: Stats | undefined }> => {
  const real = await realpath(path).catch(() => path);
  const there = await stat(real).catch(() => undefined);
  if (there === undefined || there.isFile()) return { real, there };
  return refuse(
    'file',
    `cannot write ${quoted(path)}: ${there.isDirectory() ? advice.EISDIR : 'it is not an ordinary file; name another'}`,
  );
};

/**
 * Writes a file so that it is there as a whole or not at all: into a temporary file beside it, flushed to disk, then renamed. A file of the
 * same name is replaced, with its mode and owner, through a link where the path is one; on any failure, the end of the process included, it stays as it was and the temporary
 * one is removed. What is not an ordinary file is refused.
 *
 * @param write gives the bytes in order. What it throws of its own is not a `Left`: the task rejects with it.
 * @returns `Left` when the system does not let the file be written, or the path means no ordinary file.
 * @example
 * await writeWhole('hi.txt', (sink) => sink.write(Uint8Array.of(104, 105)))();
 * await readFile('hi.txt', 100)() // right([104, 105])
 * await writeWhole('.', async () => {})() // left({ message: 'file: cannot write ".": it is a folder; name a file', … })
 */
export const writeWhole = (path: string, write: (sink: ByteSink) => Promise<void>): TE.TaskEither<InputError, void> =>
  attemptTask(async () => {
    const { real, there } = await target(path);
    const temporary = `${real}.${randomUUID()}.tmp`;
    const forget = whenEnded(() => rmSync(temporary, { force: true }));
    try {
      // Made without yielding: a process that exits while another thread still opens the file would leave it behind.
      // Nobody else's to read before it is whole.
      await system(path, 'write', async () => closeSync(openSync(temporary, 'wx', 0o600)));
      const handle = await system(path, 'write', () => open(temporary, 'r+'));
      try {
        await write({
          write: async (bytes) => {
            for (let done = 0; done < bytes.length; ) {
              const { bytesWritten } = await system(path, 'write', () => handle.write(bytes, done, Math.min(PIECE, bytes.length - done)));
              done += bytesWritten;
            }
          },
        });
        // As far as the file system has owners and modes, and we may give them.
        if (there !== undefined) await handle.chown(there.uid, there.gid).catch(() => undefined);
        await handle.chmod(there?.mode ?? 0o666 & ~process.umask()).catch(() => undefined);
        await system(path, 'write', () => handle.sync());
      } finally {
        await handle.close();
      }
      await system(path, 'write', () => rename(temporary, real));
    } catch (thrown) {
      await unlink(temporary).catch(() => undefined);
      throw thrown;
    } finally {
      forget();
    }
    await syncFolder(dirname(real));
  });
