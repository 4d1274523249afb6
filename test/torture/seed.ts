const DEFAULT_SEED = 1;

/**
 * The seed of a part's short form. It is fixed, so that one commit passes or fails each time;
 * `npm run torture` chooses another seed for each run. `variable`: the environment variable that
 * overrides it.
 */
export function shortSeed(variable: string): number {
  return Number(process.env[variable] ?? DEFAULT_SEED);
}
