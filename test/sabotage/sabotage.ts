/** A guard of the product, how to remove it, and the test that must notice. */
export interface Sabotage {
  /** kebab-case, for `--only` */
  readonly name: string;
  /** relative to the project's root */
  readonly file: string;
  /** occurs in the file exactly once: short and characteristic, so that it survives other changes */
  readonly find: string;
  readonly put: string;
  /** what users would experience without the guard */
  readonly effect: string;
  readonly caughtBy: NamedTest;
}

export interface NamedTest {
  /** relative to the project's root */
  readonly file: string;
  /** a part of the name of at least one of the file's tests, as it is written there */
  readonly name: string;
}

/** The source without the guard. Throws if the guard is not there exactly once. */
export function sabotaged(source: string, { name, file, find, put }: Sabotage): string {
  const parts = source.split(find);
  if (parts.length !== 2) {
    throw new Error(`${name}: ${file} has its text ${parts.length - 1} times, not once: ${find}`);
  }
  return parts.join(put);
}
