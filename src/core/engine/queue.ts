/** Does what is given to it, one after the other. */
export type Queue = <A>(what: () => A | Promise<A>) => Promise<A>;

/** A queue: what is given to it is done one after the other, in the order in which it was given, whether or not what came before failed. */
export const queue = (): Queue => {
  let last: Promise<unknown> = Promise.resolve();
  return (what) => {
    const mine = last.then(what);
    last = mine.catch(() => {});
    return mine;
  };
};
