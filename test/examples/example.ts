/** One `@example` of a doc comment: code whose lines say what they give, `expression // value`. */
export interface Example {
  /** Line of the `@example` tag, from 1. */
  readonly line: number;
  /** What stands in the comment, its stars and fences removed. */
  readonly code: string;
}

const COMMENT = /\/\*\*[\s\S]*?\*\//g;
const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
const bare = (line: string): string =>
  line
    .replace(/^\s*\/?\*+\/? ?/, '')
    .replace(/\s*\*\/\s*$/, '')
    .trimEnd();

/**
 * Every example of a TypeScript text.
 *
 * @example
 * examples('/**\n * @example\n * 1 + 1 // 2\n *\u002f')[0].code // '1 + 1 // 2'
 */
export const examples = (text: string): readonly Example[] =>
  [...text.matchAll(COMMENT)].flatMap((comment) => {
    const first = lineAt(text, comment.index);
    const lines = comment[0].split('\n').map(bare);
    const tags = lines.flatMap((line, i) => (line.startsWith('@example') ? [i] : []));
    return tags.map((tag) => {
      const next = lines.findIndex((line, i) => i > tag && line.startsWith('@'));
      const body = [(lines[tag] as string).replace('@example', ''), ...lines.slice(tag + 1, next === -1 ? undefined : next)];
      return {
        line: first + tag,
        code: body
          .filter((line) => !line.startsWith('```'))
          .join('\n')
          .trim(),
      };
    });
  });
