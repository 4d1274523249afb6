/** a shorter beginning of a word fits too many words */
const PREFIX_LENGTH_MIN = 2;

/** The candidate that `word` most likely means; undefined if none is similar enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return nearestWords(word, candidates)[0];
}

/**
 * The candidates that `word` may mean: equally similar ones, in their order. Case does not count,
 * and the beginning of a word is as similar as a word with one wrong letter.
 */
export function nearestWords(word: string, candidates: Iterable<string>): string[] {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const distances = [...candidates].map(
    (candidate) => [candidate, distanceOf(word.toLowerCase(), candidate.toLowerCase())] as const,
  );
  const least = Math.min(limit, ...distances.map(([, distance]) => distance));
  return distances.filter(([, distance]) => distance === least).map(([candidate]) => candidate);
}

function distanceOf(word: string, candidate: string): number {
  const distance = editDistance(word, candidate);
  const isBeginning = word.length >= PREFIX_LENGTH_MIN && candidate.startsWith(word);
  return isBeginning ? Math.min(distance, 1) : distance;
}

/** Letters to insert, delete, replace or swap with the next one (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const deleted = (previous[column] ?? 0) + 1;
      const inserted = (current[column - 1] ?? 0) + 1;
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwap ? (beforePrevious[column - 2] ?? 0) + 1 : replaced;
      current.push(Math.min(replaced, deleted, inserted, swapped));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
