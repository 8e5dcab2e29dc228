#!/usr/bin/env node
import { run } from './run.ts';
import { EXIT } from './shell/command.ts';
import { processTerminal } from './shell/terminal.ts';

// Who reads no further misses the rest; what is judged or written goes on, and so does the exit code.
process.stderr.on('error', () => {});
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return;
  process.stderr.write(`deit: the output cannot be written: ${code === 'ENOSPC' ? 'the disk is full; free some space' : message}\n`);
  process.exit(EXIT.unusable);
});
process.exitCode = await run(process.argv.slice(2), processTerminal());
