import type { Command } from './command.ts';
import { info } from './info.ts';

/** The commands of `deit`, in the order of its help. */
export const COMMANDS: readonly Command[] = [info];
