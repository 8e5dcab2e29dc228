#!/usr/bin/env node
import { EXIT } from './command.ts';
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

// Who reads no further misses the rest; what is judged or written goes on, and so does the exit code.
process.stderr.on('error', () => {});
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return;
  process.stderr.write(`deit: the output cannot be written: ${code === 'ENOSPC' ? 'the disk is full; free some space' : message}\n`);
  process.exit(EXIT.unusable);
});
// An interrupted command ends by `process.exit`, so that what it has half written is removed; 128 + the number of the signal, as shells have it.
// Not `once`: a second signal would end the process before the first one's cleaning is done.
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const)
  process.on(signal, () => process.exit(128 + number));
process.exitCode = await run(process.argv.slice(2), processTerminal());
