import type { AuthorizationKind } from './event-log.ts';

export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

/** The scheme of an Authorization header. */
export function authorizationKind(header: string | undefined): AuthorizationKind {
  if (header === undefined) return 'none';
  const scheme = header.split(' ', 1)[0]?.toLowerCase();
  return scheme === 'basic' || scheme === 'bearer' ? scheme : 'other';
}

/** User and password of a Basic header; undefined for any other header. */
export function basicCredentials(header: string | undefined): BasicCredentials | undefined {
  const encoded = parameterOf(header, 'basic');
  if (encoded === undefined) return undefined;
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return rest.length === 0 ? undefined : { user, password: rest.join(':') };
}

/** The token of a Bearer header; undefined for any other header. */
export function bearerToken(header: string | undefined): string | undefined {
  return parameterOf(header, 'bearer');
}

function parameterOf(header: string | undefined, scheme: AuthorizationKind): string | undefined {
  if (header === undefined || authorizationKind(header) !== scheme) return undefined;
  return header.slice(scheme.length).trim();
}
