import type { Command } from '../shell/command.ts';

/** The commands of `deit` by name, in the order of its help; each is loaded when it is asked for, with all that it needs. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./check.ts')).check,
  replay: async () => (await import('./replay.ts')).replay,
  subject: async () => (await import('./subject.ts')).subject,
  forward: async () => (await import('./forward.ts')).forward,
  predict: async () => (await import('./predict.ts')).predict,
  convert: async () => (await import('./convert.ts')).convert,
  info: async () => (await import('./info.ts')).info,
};
