/** Variables by name; an empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of this process. Nothing else in sharetrail reads them. */
export function environment(): Environment {
  return process.env;
}
