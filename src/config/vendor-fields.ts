import { secret, text } from './schema-fields.ts';

/** Keys that mean the same for every vendor's OAuth client. */
export const clientId = text({
  expected: "the client's id",
  description: 'Id of the OAuth client (Salesforce calls it the consumer key).',
});

export const clientSecret = secret({
  expected: "the client's secret",
  description: 'Secret of the OAuth client.',
});

export function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
