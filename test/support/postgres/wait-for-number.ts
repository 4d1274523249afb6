/**
 * Blocks this thread until another one has raised the counter to `number`; false if that takes
 * longer than `msMax`. A notification alone says nothing: the one about the previous number can
 * arrive late, once this thread waits for the next.
 */
export function waitForNumber(counter: Int32Array, number: number, msMax: number): boolean {
  const end = performance.now() + msMax;
  for (;;) {
    const current = Atomics.load(counter, 0);
    if (current >= number) return true;
    const leftMs = end - performance.now();
    if (leftMs <= 0) return false;
    Atomics.wait(counter, 0, current, leftMs);
  }
}
