import type { SandboxAnswer } from '../http.ts';

export interface RefusalFacts {
  readonly status: number;
  /** the machine's word, such as userRateLimitExceeded */
  readonly reason: string;
  readonly message: string;
  /** default global */
  readonly domain?: string;
  /** the parameter or header that is at fault */
  readonly location?: string;
  readonly locationType?: 'parameter' | 'header';
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown where a request is refused; answered in Google's form of an error. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly facts: RefusalFacts;

  constructor(facts: RefusalFacts) {
    super(facts.message);
    this.facts = facts;
  }
}

export function invalid(parameter: string, message = 'Invalid Value'): Refusal {
  const location = { location: parameter, locationType: 'parameter' } as const;
  return new Refusal({ status: 400, reason: 'invalid', message, ...location });
}

export function required(parameter: string): Refusal {
  const message = `Required parameter: ${parameter}`;
  const location = { location: parameter, locationType: 'parameter' } as const;
  return new Refusal({ status: 400, reason: 'required', message, ...location });
}

export function forbidden(reason: string, message: string): Refusal {
  return new Refusal({ status: 403, reason, message });
}

/** A file, folder or drive that does not exist, or that the caller may not know of. */
export function notFound(what: 'File' | 'Shared drive', id: string): Refusal {
  const parameter = what === 'File' ? 'fileId' : 'driveId';
  const location = { location: parameter, locationType: 'parameter' } as const;
  return new Refusal({
    status: 404,
    reason: 'notFound',
    message: `${what} not found: ${id}.`,
    ...location,
  });
}

export function json(status: number, body: object): SandboxAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body };
}

export function answerRefusal({ facts }: Refusal): SandboxAnswer {
  const { status, reason, message, domain = 'global', location, locationType, headers } = facts;
  const place = location === undefined ? {} : { locationType, location };
  const error = { code: status, message, errors: [{ message, domain, reason, ...place }] };
  const answer = json(status, { error });
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** An OAuth error, as Google's token endpoint answers it. */
export function oauthFailure(status: 400 | 401, error: string, description: string): SandboxAnswer {
  return json(status, { error, error_description: description });
}
