import type { Command } from '../shell/command.ts';
import { check } from './check.ts';
import { convert } from './convert.ts';
import { forward } from './forward.ts';
import { info } from './info.ts';
import { predict } from './predict.ts';
import { subject } from './subject.ts';

/** The commands of `deit`, in the order of its help. */
export const COMMANDS: readonly Command[] = [check, subject, forward, predict, convert, info];
