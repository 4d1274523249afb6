import type { SandboxResponse } from '../http-types.ts';

export interface ApiErrorDetails {
  readonly status: number;
  /** the machine-readable reason, such as userRateLimitExceeded */
  readonly reason: string;
  readonly message: string;
  /** default: global */
  readonly domain?: string;
  /** the invalid parameter or header */
  readonly location?: string;
  readonly locationType?: 'parameter' | 'header';
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown if a request is refused. The response has Google's error form. */
export class ApiError extends Error {
  override readonly name = 'Refusal';
  readonly details: ApiErrorDetails;

  constructor(facts: ApiErrorDetails) {
    super(facts.message);
    this.details = facts;
  }
}

export function invalid(parameter: string, message = 'Invalid Value'): ApiError {
  const location = { location: parameter, locationType: 'parameter' } as const;
  return new ApiError({ status: 400, reason: 'invalid', message, ...location });
}

export function required(parameter: string): ApiError {
  const message = `Required parameter: ${parameter}`;
  const location = { location: parameter, locationType: 'parameter' } as const;
  return new ApiError({ status: 400, reason: 'required', message, ...location });
}

export function forbidden(reason: string, message: string): ApiError {
  return new ApiError({ status: 403, reason, message });
}

/** The item or drive does not exist, or the caller cannot see it. */
export function notFound(what: 'File' | 'Shared drive', id: string): ApiError {
  const parameter = what === 'File' ? 'fileId' : 'driveId';
  const location = { location: parameter, locationType: 'parameter' } as const;
  return new ApiError({
    status: 404,
    reason: 'notFound',
    message: `${what} not found: ${id}.`,
    ...location,
  });
}

export function json(status: number, body: object): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body };
}

export function errorResponse({ details: facts }: ApiError): SandboxResponse {
  const { status, reason, message, domain = 'global', location, locationType, headers } = facts;
  const place = location === undefined ? {} : { locationType, location };
  const error = { code: status, message, errors: [{ message, domain, reason, ...place }] };
  const response = json(status, { error });
  return { ...response, headers: { ...response.headers, ...headers } };
}

/** An OAuth error, as Google's token endpoint returns it. */
export function oauthFailure(
  status: 400 | 401,
  error: string,
  description: string,
): SandboxResponse {
  return json(status, { error, error_description: description });
}
