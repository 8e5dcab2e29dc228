import { parseArgs } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { COMMANDS } from './command/index.ts';
import { type Arguments, type Command, EXIT, type Failure, failure } from './shell/command.ts';
import { commandHelp, overview } from './shell/help.ts';
import type { Terminal } from './shell/terminal.ts';
import { version } from './shell/version.ts';

/** `--cases -1` as `--cases=-1`: a negative number after an option is its value, for the command to judge. */
const joinNegatives = (words: readonly string[]): string[] =>
  words.flatMap((word, i) => {
    const takes = (option: string | undefined): boolean => /^--[^=]+$/.test(option ?? '');
    if (/^-\d/.test(word) && takes(words[i - 1])) return [];
    return takes(word) && /^-\d/.test(words[i + 1] ?? '') ? [`${word}=${words[i + 1]}`] : [word];
  });

/** An option that was given twice: one of the two would be lost. */
const repeated = (tokens: readonly { readonly kind: string; readonly name?: string }[]): string | undefined => {
  const names = tokens.flatMap(({ kind, name }) => (kind === 'option' && name !== undefined ? [name] : []));
  return names.find((name, i) => names.indexOf(name) !== i);
};

/** The words after a command as options and operands, or what is wrong with them. */
const parse = (command: Command, words: readonly string[]): E.Either<Failure, Arguments> => {
  const taken = Object.entries(command.options).map(([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }]);
  const options = { ...Object.fromEntries(taken), help: { type: 'boolean', short: 'h' }, debug: { type: 'boolean' } };
  try {
    const { values, positionals, tokens } = parseArgs({ args: joinNegatives(words), options, allowPositionals: true, tokens: true });
    const twice = repeated(tokens);
    if (twice !== undefined) return E.left(failure(`--${twice} is given twice; give it once`));
    if (command.operands === undefined && positionals.length > 0)
      return E.left(failure(`${command.name} takes options only, got ${positionals.join(' ')}; see 'deit ${command.name} --help'`));
    const initial = Object.entries(command.options).flatMap(([name, option]) =>
      option.initial === undefined ? [] : [[name, option.initial]],
    );
    // A type of number is written as in files, F32, whichever way it was typed.
    const given = Object.entries(values).map(([name, value]) => [name, name === 'dtype' ? String(value).toUpperCase() : String(value)]);
    return E.right({ options: Object.fromEntries([...initial, ...given]), rest: positionals });
  } catch (reason) {
    const [sentence] = String((reason as Error).message).split(/\. To specify|\.?\n/);
    return E.left(failure(`${sentence.replace(/\.$/, '')}; see 'deit ${command.name} --help'`));
  }
};

/** The command of a name, or that there is none. */
const loadCommand = async (name: string): Promise<E.Either<Failure, Command>> => {
  if (Object.hasOwn(COMMANDS, name)) return E.right(await COMMANDS[name]());
  const close = name.length < 2 ? undefined : Object.keys(COMMANDS).find((each) => each.startsWith(name.slice(0, 2)));
  const nearest = close === undefined ? '' : `, did you mean '${close}'?`;
  return E.left(failure(`there is no command '${name}'${nearest}; 'deit --help' lists them`));
};

/** What `deit help` says, of all commands or of the one named after it. */
const help = async (name: string | undefined): Promise<E.Either<Failure, string>> => {
  if (name === undefined || name.startsWith('-'))
    return E.right(overview(version(), await Promise.all(Object.values(COMMANDS).map((load) => load()))));
  return E.map(commandHelp)(await loadCommand(name));
};

/** Runs `deit` with the words after it; the exit code. */
export const run = async (words: readonly string[], terminal: Terminal): Promise<number> => {
  const [name, ...after] = words;
  const refuse = ({ message, exit }: Failure): number => {
    terminal.note(`deit: ${message}`);
    return exit;
  };
  const show = (text: string): number => {
    terminal.out(text);
    return EXIT.pass;
  };
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return E.match(refuse, show)(await help(after[0]));
  if (name === '--version' || name === '-V') return show(version());
  const command = await loadCommand(name);
  if (E.isLeft(command)) return refuse(command.left);
  const args = parse(command.right, after);
  if (E.isLeft(args)) return refuse(args.left);
  if (args.right.options.help === 'true') return show(commandHelp(command.right));
  const debug = args.right.options.debug === 'true';
  try {
    const result = await command.right.run(args.right, terminal)();
    if (E.isRight(result)) return result.right;
    if (debug && result.left.cause !== undefined) terminal.note(String((result.left.cause as Error).stack ?? result.left.cause));
    return refuse(result.left);
  } catch (reason) {
    if (debug) throw reason;
    return refuse(failure(`${(reason as Error).message ?? reason} (a fault of deit-oracle itself; --debug shows where)`));
  }
};
