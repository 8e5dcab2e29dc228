import { address, factor, word } from './command.ts';
import { at, lanes } from './lanes.ts';
import * as layout from './layout.ts';
import { applyElementary } from './math/elementary.ts';
import { ADD, COPY, DIV, FILL, MUL, SCALE, SHIFT, SUB, UNARY_FIRST } from './operations.ts';

// The operation of a loop is known when it is compiled: a type stands for it.
type Add = u8;
type Sub = u16;
type Mul = u32;
type Div = u64;

function combine<T, O>(x: v128, y: v128): v128 {
  if (sizeof<O>() === 1) return v128.add<T>(x, y);
  if (sizeof<O>() === 2) return v128.sub<T>(x, y);
  if (sizeof<O>() === 4) return v128.mul<T>(x, y);
  return v128.div<T>(x, y);
}

function combineOne<T, O>(x: T, y: T): T {
  if (sizeof<O>() === 1) return x + y;
  if (sizeof<O>() === 2) return x - y;
  if (sizeof<O>() === 4) return x * y;
  return x / y;
}

/** `out[i] = a[i] ∘ b[i]`; steps in bytes, 0 where one number serves all. */
function binaryRun<T, O>(n: i32, out: usize, outStep: usize, a: usize, aStep: usize, b: usize, bStep: usize): void {
  const width = lanes<T>();
  const one = sizeof<T>();
  let i = 0;
  if (outStep === one) {
    if (aStep === one && bStep === one) {
      for (; i + width <= n; i += width) v128.store(at<T>(out, i), combine<T, O>(v128.load(at<T>(a, i)), v128.load(at<T>(b, i))));
    } else if (aStep === one && bStep === 0) {
      const all = v128.load_splat<T>(b);
      for (; i + width <= n; i += width) v128.store(at<T>(out, i), combine<T, O>(v128.load(at<T>(a, i)), all));
    } else if (aStep === 0 && bStep === one) {
      const all = v128.load_splat<T>(a);
      for (; i + width <= n; i += width) v128.store(at<T>(out, i), combine<T, O>(all, v128.load(at<T>(b, i))));
    }
  }
  for (; i < n; i++) {
    const x = i as usize;
    store<T>(out + x * outStep, combineOne<T, O>(load<T>(a + x * aStep), load<T>(b + x * bStep)));
  }
}

function copyRun<T>(n: i32, out: usize, outStep: usize, a: usize, aStep: usize): void {
  const one = sizeof<T>();
  if (outStep === one && aStep === one) {
    memory.copy(out, a, (n as usize) * one);
    return;
  }
  for (; n > 0; n--) {
    store<T>(out, load<T>(a));
    out += outStep;
    a += aStep;
  }
}

function fillRun<T>(n: i32, out: usize, outStep: usize, c: T): void {
  for (; n > 0; n--) {
    store<T>(out, c);
    out += outStep;
  }
}

function scaleRun<T>(n: i32, out: usize, outStep: usize, a: usize, aStep: usize, c: T): void {
  const width = lanes<T>();
  const all = v128.splat<T>(c);
  let i = 0;
  if (outStep === sizeof<T>() && aStep === sizeof<T>())
    for (; i + width <= n; i += width) v128.store(at<T>(out, i), v128.mul<T>(all, v128.load(at<T>(a, i))));
  for (; i < n; i++) store<T>(out + (i as usize) * outStep, c * load<T>(a + (i as usize) * aStep));
}

function shiftRun<T>(n: i32, out: usize, outStep: usize, a: usize, aStep: usize, c: T): void {
  const width = lanes<T>();
  const all = v128.splat<T>(c);
  let i = 0;
  if (outStep === sizeof<T>() && aStep === sizeof<T>())
    for (; i + width <= n; i += width) v128.store(at<T>(out, i), v128.add<T>(all, v128.load(at<T>(a, i))));
  for (; i < n; i++) store<T>(out + (i as usize) * outStep, c + load<T>(a + (i as usize) * aStep));
}

function unaryRun<T>(f: i32, n: i32, out: usize, outStep: usize, a: usize, aStep: usize): void {
  if (outStep === sizeof<T>() && aStep === sizeof<T>()) {
    applyElementary<T>(f, a, out, n);
    return;
  }
  for (; n > 0; n--) {
    applyElementary<T>(f, a, out, 1);
    out += outStep;
    a += aStep;
  }
}

/**
 * A task of an elementwise operation: some elements, as the words `ELEMENTWISE_…` and `AXIS_…` of a command say. A run is what one task does of one
 * innermost axis.
 */
export function elementwise<T>(command: usize, task: i32): void {
  const kind = word(command, layout.KIND);
  const chunk = word(command, layout.ELEMENTWISE_TASK_COUNT);
  const axes = word(command, layout.ELEMENTWISE_AXES);
  const c = factor(command) as T;
  const table = command + 4 * layout.AXIS_FIRST;
  const inner = word(command, layout.AXIS_FIRST + layout.AXIS_LENGTH);
  const outStep = address(command, layout.AXIS_FIRST + layout.AXIS_OUT);
  const aStep = address(command, layout.AXIS_FIRST + layout.AXIS_A);
  const bStep = address(command, layout.AXIS_FIRST + layout.AXIS_B);
  let i = task * chunk;
  const end = min(i + chunk, word(command, layout.ELEMENTWISE_COUNT));
  while (i < end) {
    let out = address(command, layout.ELEMENTWISE_OUT);
    let a = address(command, layout.ELEMENTWISE_A);
    let b = address(command, layout.ELEMENTWISE_B);
    const inside = (i % inner) as usize;
    let rest = i / inner;
    for (let axis = 1; axis < axes; axis++) {
      const entry = table + 4 * layout.AXIS_WORDS * (axis as usize);
      const length = load<i32>(entry, 4 * layout.AXIS_LENGTH);
      const index = (rest % length) as usize;
      rest = rest / length;
      out += index * load<usize>(entry, 4 * layout.AXIS_OUT);
      a += index * load<usize>(entry, 4 * layout.AXIS_A);
      b += index * load<usize>(entry, 4 * layout.AXIS_B);
    }
    out += inside * outStep;
    a += inside * aStep;
    b += inside * bStep;
    const n = min(inner - (inside as i32), end - i);
    if (kind === ADD) binaryRun<T, Add>(n, out, outStep, a, aStep, b, bStep);
    else if (kind === MUL) binaryRun<T, Mul>(n, out, outStep, a, aStep, b, bStep);
    else if (kind === SUB) binaryRun<T, Sub>(n, out, outStep, a, aStep, b, bStep);
    else if (kind === DIV) binaryRun<T, Div>(n, out, outStep, a, aStep, b, bStep);
    else if (kind === COPY) copyRun<T>(n, out, outStep, a, aStep);
    else if (kind === FILL) fillRun<T>(n, out, outStep, c);
    else if (kind === SCALE) scaleRun<T>(n, out, outStep, a, aStep, c);
    else if (kind === SHIFT) shiftRun<T>(n, out, outStep, a, aStep, c);
    else unaryRun<T>(kind - UNARY_FIRST, n, out, outStep, a, aStep);
    i += n;
  }
}
