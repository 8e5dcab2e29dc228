import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { fromRoot } from '../repository/syntax.ts';

/** Examples read `data/…` and may write files: those of this group run in a folder of their own that shows the data. */
export const inOwnFolder = (): string => {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'deit-examples-'));
  beforeAll(() => {
    symlinkSync(fromRoot('data'), join(folder, 'data'));
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });
  return folder;
};
