/**
 * Every node that `roots` depend on, dependencies first, each once. The order is that of a depth-first walk: it depends
 * on the graph alone. Interpreters whose values remember where they came from (reverse, record, trace, cost) end here.
 */
export const topologicalOrder = <N>(roots: readonly N[], parents: (node: N) => readonly N[]): readonly N[] => {
  const order: N[] = [];
  const seen = new Set<N>();
  const stack: { readonly node: N; readonly done: boolean }[] = roots.map((node) => ({ node, done: false })).reverse();
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.done) order.push(top.node);
    else if (!seen.has(top.node)) {
      seen.add(top.node);
      stack.push({ node: top.node, done: true });
      for (const parent of [...parents(top.node)].reverse()) if (!seen.has(parent)) stack.push({ node: parent, done: false });
    }
  }
  return order;
};
