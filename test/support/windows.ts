/** The most times within any one window, its end excluded. The times can be in any order. */
export function mostInWindow(times: readonly number[], windowMs: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  let first = 0;
  let most = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
