import { required } from './answers.ts';
import type { Call } from './call.ts';
import { personResource } from './permission-resource.ts';

/** Who the caller is. Drive reference, about.get: `fields` is required here. */
export function getAbout({ parts, user, query }: Call): Readonly<Record<string, unknown>> {
  if (!query.has('fields')) throw required('fields');
  return { kind: 'drive#about', user: personResource(parts, user, user) };
}
