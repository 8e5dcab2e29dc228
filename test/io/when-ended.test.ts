import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { whenEnded } from '../../src/io/file/when-ended.ts';
import { writeWhole } from '../../src/io/file/whole-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-'));
afterAll(() => rmSync(folder, { recursive: true }));
const listeners = () => ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'].map((event) => process.listenerCount(event));

describe('a file that is being written', () => {
  it('is removed when the process ends, and nobody listens before or after', async () => {
    const before = listeners();
    const during: (readonly number[])[] = [];
    const one = (name: string) =>
      writeWhole(join(folder, name), async (sink) => {
        during.push(listeners());
        await sink.write(Uint8Array.of(1));
      })();
    for (const written of await Promise.all(Array.from({ length: 20 }, (_, i) => one(`${i}`))))
      expect(written).toMatchObject({ _tag: 'Right' });
    for (const each of during) expect(each).toEqual(before.map((n) => n + 1));
    expect(listeners()).toEqual(before);
  });

  it.each(['on', 'once'] as const)('is left to whoever else listens to the signal, with %s', (how) => {
    let [cleaned, heard] = [0, 0];
    const host = (): void => void heard++;
    process[how]('SIGHUP', host);
    const forget = whenEnded(() => void cleaned++);
    process.emit('SIGHUP', 'SIGHUP');
    forget();
    process.removeListener('SIGHUP', host);
    expect([cleaned, heard]).toEqual([0, 1]);
  });

  it.skipIf(process.platform === 'win32')('takes the mode of the file it replaces (Windows has none)', async () => {
    const file = join(folder, 'secret');
    writeFileSync(file, 'old');
    chmodSync(file, 0o600);
    await writeWhole(file, (sink) => sink.write(Uint8Array.of(2)))();
    expect([statSync(file).mode & 0o777, statSync(file).size]).toEqual([0o600, 1]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
