import { rememberSecret } from '../../lib/secret.ts';

/** The value of an Authorization header; from here on its secret part is scrubbed from messages. */
export function basicAuthorization(user: string, password: string): string {
  const credentials = Buffer.from(`${user}:${password}`, 'utf8').toString('base64');
  rememberSecret(credentials);
  return `Basic ${credentials}`;
}
