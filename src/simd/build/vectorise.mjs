// Turns a text of src/core/math, on one number, into the same arithmetic on two numbers of a register: so the vector functions have the reference's
// bits because they are its text. Every lane takes every way that any lane needs, and keeps the result of its own.
import { parseAst } from 'vite';

const OPERATORS = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '===': 'eq',
  '!==': 'ne',
};
const NUMBERS = { LOG2E: Math.LOG2E, SQRT2: Math.SQRT2, SQRT1_2: Math.SQRT1_2 };

/** A number that is written out in the text, or `undefined`. */
const numberOf = (node) => {
  if (node.type === 'Literal') return node.value;
  if (node.type === 'UnaryExpression' && node.operator === '-') {
    const value = numberOf(node.argument);
    return value === undefined ? undefined : -value;
  }
  if (node.type === 'MemberExpression' && node.object.name === 'Math') return NUMBERS[node.property.name];
  return node.type === 'Identifier' && node.name === 'Infinity' ? Number.POSITIVE_INFINITY : undefined;
};
const isPlain = (node) =>
  JSON.stringify(node, (key, value) => (key === 'parent' ? undefined : value)).includes('"CallExpression"') === false;

/**
 * The vector text of a file.
 *
 * @param text TypeScript of arithmetic, declarations, calls, `?:`, and `if (…) { … return }`
 */
export const vectorised = (text) => {
  /** Numbers of the text, each kept in memory once. */
  const constants = new Map();
  const lines = [];
  let count = 0;
  const fresh = (name) => `${name}${count++}`;
  const constant = (value) => {
    if (!Number.isFinite(value)) return `f64x2.splat(${value < 0 ? '-' : ''}Infinity)`;
    const written = Object.is(value, -0) ? '-0.0' : `${value}`;
    if (!constants.has(written)) constants.set(written, `NUMBER${constants.size}`);
    return `v128.load64_splat(${constants.get(written)})`;
  };

  const expression = (node, module) => {
    const of = (inner) => expression(inner, module);
    const value = numberOf(node);
    if (value !== undefined) return constant(value);
    switch (node.type) {
      case 'Identifier':
        return module.has(node.name) || /^[A-Z]/.test(node.name) ? `v128.load64_splat(${node.name})` : node.name;
      case 'UnaryExpression':
        return `f64x2.neg(${of(node.argument)})`;
      case 'ParenthesizedExpression':
        return of(node.expression);
      case 'BinaryExpression':
        return `f64x2.${OPERATORS[node.operator]}(${of(node.left)}, ${of(node.right)})`;
      case 'LogicalExpression':
        return `v128.${node.operator === '&&' ? 'and' : 'or'}(${of(node.left)}, ${of(node.right)})`;
      case 'ConditionalExpression': {
        const { test, consequent: yes, alternate: no } = node;
        const mask = fresh('mask');
        lines.push(`const ${mask} = ${of(test)};`);
        if (
          yes.type === 'CallExpression' &&
          no.type === 'CallExpression' &&
          yes.callee.name !== undefined &&
          yes.callee.name === no.callee.name
        ) {
          const parts = yes.arguments.map((argument, i) => [of(argument), of(no.arguments[i])]);
          return `${yes.callee.name}(${parts.map(([a, b]) => (a === b ? a : `v128.bitselect(${a}, ${b}, ${mask})`)).join(', ')})`;
        }
        if (isPlain(yes) && isPlain(no)) return `v128.bitselect(${of(yes)}, ${of(no)}, ${mask})`;
        const chosen = fresh('chosen');
        lines.push(`let ${chosen} = f64x2.splat(0);`, `if (!i64x2.all_true(${mask})) {`);
        lines.push(`${chosen} = ${of(no)};`, '}', `if (v128.any_true(${mask})) {`);
        lines.push(`${chosen} = v128.bitselect(${of(yes)}, ${chosen}, ${mask});`, '}');
        return chosen;
      }
      case 'CallExpression': {
        const args = node.arguments.map(of).join(', ');
        const { callee } = node;
        if (callee.type === 'Identifier') return `${callee.name}(${args})`;
        if (callee.object.name === 'Math') return `f64x2.${callee.property.name}(${args})`;
        return `f64x2.ne(${args}, ${args})`;
      }
      default:
        throw new Error(`${node.type} has no vector form: ${text.slice(node.start, node.end)}`);
    }
  };

  const statements = (body, module, returned) => {
    for (const statement of body) {
      if (statement.type === 'VariableDeclaration')
        for (const { id, init } of statement.declarations) lines.push(`let ${id.name}: v128 = ${expression(init, module)};`);
      else if (statement.type === 'ReturnStatement') returned(expression(statement.argument, module));
      else if (statement.type === 'IfStatement' && statement.alternate === null) {
        const mask = fresh('mask');
        lines.push(`const ${mask} = v128.andnot(${expression(statement.test, module)}, done);`, `if (v128.any_true(${mask})) {`);
        const inner = statement.consequent.type === 'BlockStatement' ? statement.consequent.body : [statement.consequent];
        statements(inner, module, (value) => lines.push(`out = v128.bitselect(${value}, out, ${mask});`));
        lines.push(`done = v128.or(done, ${mask});`, 'if (i64x2.all_true(done)) return out;', '}');
      } else throw new Error(`${statement.type} has no vector form: ${text.slice(statement.start, statement.end)}`);
    }
  };

  const module = new Set();
  for (const top of parseAst(text, { lang: 'ts' }).body) {
    const declared = top.type === 'ExportNamedDeclaration' ? top.declaration : top;
    const shown = top.type === 'ExportNamedDeclaration' ? 'export ' : '';
    if (declared.type === 'ImportDeclaration') lines.push(text.slice(declared.start, declared.end));
    else if (declared.type === 'VariableDeclaration')
      for (const { id, init } of declared.declarations) {
        module.add(id.name);
        lines.push(`${shown}const ${id.name}: usize = memory.data<f64>([${numberOf(init)}]);`);
      }
    else if (declared.type === 'FunctionDeclaration') {
      const early = declared.body.body.some(({ type }) => type === 'IfStatement');
      lines.push(`${shown}function ${declared.id.name}(${declared.params.map(({ name }) => `${name}: v128`).join(', ')}): v128 {`);
      if (early) lines.push('let out = f64x2.splat(0);', 'let done = f64x2.splat(0);');
      statements(declared.body.body, module, (value) =>
        lines.push(early ? `return v128.bitselect(out, ${value}, done);` : `return ${value};`),
      );
      lines.push('}');
    } else throw new Error(`${declared.type} has no vector form`);
  }
  const numbers = [...constants].map(([written, name]) => `const ${name}: usize = memory.data<f64>([${written}]);`);
  return `${[...numbers, ...lines].join('\n')}\n`;
};
