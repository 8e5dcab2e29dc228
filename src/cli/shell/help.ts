import type { Command } from './command.ts';
import { table } from './terminal.ts';

/** `deit --help`. */
export const overview = (version: string, commands: readonly Command[]): string =>
  [
    `deit ${version}: DeiT as a reference, an oracle and a thing to learn from`,
    '',
    'Usage: deit COMMAND [OPTIONS]',
    '',
    ...table(commands.map(({ name, summary }) => [`  ${name}`, summary])),
    '',
    "'deit COMMAND --help' shows its options and an example; --debug shows where an error came from.",
  ].join('\n');

/** `deit COMMAND --help`. */
export const commandHelp = ({ name, summary, operands, options, example }: Command): string => {
  const lines = Object.entries(options).map(([option, { describe, value, initial }]) => [
    `  --${option}${value === undefined ? '' : ` ${value}`}`,
    `${describe}${initial === undefined ? '' : ` (default ${initial})`}`,
  ]);
  return [
    `deit ${name}: ${summary}`,
    '',
    `Usage: deit ${name}${operands === undefined ? '' : ` ${operands}`} [OPTIONS]`,
    '',
    ...table([...lines, ['  --help', 'show this'], ['  --debug', 'show where an error came from']]),
    '',
    'Example:',
    `  ${example}`,
  ].join('\n');
};
