const ENDPOINT_DEFAULT = 'https://www.googleapis.com';
const TOKEN_URL_DEFAULT = 'https://oauth2.googleapis.com/token';

/** Google's own token endpoint, or that of the sandbox that `endpoint` names. */
export function tokenUrlOf(endpoint: string): string {
  return isDefault(endpoint) ? TOKEN_URL_DEFAULT : `${bare(endpoint)}/token`;
}

/** The root of every API; undefined: each has its own, which the library knows. */
export function rootUrlOf(endpoint: string): string | undefined {
  return isDefault(endpoint) ? undefined : bare(endpoint);
}

/** Where calls of the Drive API are sent together. */
export function batchUrlOf(endpoint: string): string {
  return new URL('/batch/drive/v3', endpoint).href;
}

function isDefault(endpoint: string): boolean {
  return bare(endpoint) === ENDPOINT_DEFAULT;
}

function bare(endpoint: string): string {
  return endpoint.replace(/\/+$/, '');
}
