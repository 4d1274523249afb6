import type { SandboxResponse } from '../http-types.ts';

const JSON_TYPE = 'application/json;charset=UTF-8';

export function json(status: number, body: object): SandboxResponse {
  return { status, headers: { 'content-type': JSON_TYPE }, body };
}

/** A REST API error: a list with one item, as Salesforce returns it. */
export function failure(status: number, errorCode: string, message: string): SandboxResponse {
  return json(status, [{ message, errorCode }]);
}

export function notFound(): SandboxResponse {
  return failure(404, 'NOT_FOUND', 'The requested resource does not exist');
}

/** An OAuth error, as Salesforce's token endpoint returns it. */
export function oauthFailure(error: string, description: string): SandboxResponse {
  return json(400, { error, error_description: description });
}
