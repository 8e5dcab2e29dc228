/** A list that a test goes over; an empty one would prove nothing, and fails. */
export const notEmpty = <A>(list: readonly A[]): readonly A[] => {
  if (list.length === 0) throw new Error('there is nothing to test');
  return list;
};
