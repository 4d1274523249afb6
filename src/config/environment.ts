import type { Environment } from './reference-targets.ts';

/** The variables of this process: nothing else in sharetrail reads them. */
export function environment(): Environment {
  return process.env;
}
