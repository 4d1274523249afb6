import type { ApiCall } from './api-call.ts';
import { personResource } from './permission-resource.ts';
import { required } from './responses.ts';

/** Who the caller is. Drive reference, about.get: `fields` is required here. */
export function getAbout({ state, user, query }: ApiCall): Readonly<Record<string, unknown>> {
  if (!query.has('fields')) throw required('fields');
  return { kind: 'drive#about', user: personResource(state, user, user) };
}
