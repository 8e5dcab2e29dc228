/** Whether `word`, all ASCII, stands at byte `at`. */
export const says = (bytes: Uint8Array, word: string, at = 0): boolean => {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
};
