#!/usr/bin/env node
import { EXIT } from './command.ts';
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

process.stdout.on('error', (reason: NodeJS.ErrnoException) => {
  if (reason.code === 'EPIPE') process.exit(EXIT.pass);
  throw reason;
});
process.exitCode = await run(process.argv.slice(2), processTerminal());
