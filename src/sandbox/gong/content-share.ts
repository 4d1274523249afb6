import type { SandboxRequest } from '../http-types.ts';
import type { BodyCheck } from './check-body.ts';
import type { EventLog } from './event-log.ts';
import type { RateLimiter } from './rate-limit.ts';

/** The result of a call, before it becomes a response. */
export interface GongResult {
  readonly status: number;
  /** Gong's error sentences; absent on success */
  readonly errors?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The caller's Gong account, or the reason why the call is refused. */
export type Caller = { readonly account: string } | { readonly refusal: string };

export interface ContentShareParts {
  readonly eventLog: EventLog;
  readonly checkBody: BodyCheck;
  readonly callerOf: (request: SandboxRequest) => Caller;
  readonly limiterOf: (account: string) => RateLimiter;
  readonly bodyBytesMax: number;
}

export interface ReceivedCall {
  readonly request: SandboxRequest;
  readonly requestId: string;
  /** epoch milliseconds */
  readonly at: number;
  readonly body: ParsedBody;
}

/** The body, parsed once: for the check, and for the eventId in the list of requests. */
export type ParsedBody = { readonly value: unknown } | { readonly unreadable: true };

/** PUT …/content/shared. Checks the caller, then the limits, then the body. */
export function reportContentShare(call: ReceivedCall, parts: ContentShareParts): GongResult {
  const caller = parts.callerOf(call.request);
  if ('refusal' in caller) return { status: 401, errors: [caller.refusal] };
  const over = parts.limiterOf(caller.account).admit(call.at);
  if (over) {
    const headers = { 'retry-after': String(Math.ceil(over.waitMs / 1_000)) };
    return { status: 429, errors: ['API request limit exceeded'], headers };
  }
  const rejected = rejectedBody(call, parts.bodyBytesMax);
  if (rejected) return rejected;
  const value = 'value' in call.body ? call.body.value : undefined;
  const errors = parts.checkBody(value);
  if (errors.length > 0 || !isRecord(value)) return { status: 400, errors };
  return acceptEvent(call, { body: value, account: caller.account, eventLog: parts.eventLog });
}

/** The parsed JSON, or a marker that the body is not JSON. */
export function parseBody(text: string): ParsedBody {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { unreadable: true };
  }
}

export function eventIdOf(body: ParsedBody): string | undefined {
  const value = 'value' in body ? body.value : undefined;
  const eventId = isRecord(value) ? value['eventId'] : undefined;
  return typeof eventId === 'string' ? eventId : undefined;
}

function rejectedBody(call: ReceivedCall, bodyBytesMax: number): GongResult | undefined {
  const contentType = call.request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(contentType))
    return { status: 415, errors: [`Content type '${contentType}' not supported`] };
  if (Buffer.byteLength(call.request.body) > bodyBytesMax)
    return { status: 413, errors: [`Request body is larger than ${bodyBytesMax} bytes`] };
  if ('unreadable' in call.body)
    return { status: 400, errors: ['request body: must be well-formed JSON'] };
  return undefined;
}

interface Acceptance {
  readonly body: Readonly<Record<string, unknown>>;
  readonly account: string;
  readonly eventLog: EventLog;
}

function acceptEvent(call: ReceivedCall, { body, account, eventLog }: Acceptance): GongResult {
  const eventId = eventIdOf(call.body);
  const isNew = eventLog.accept({
    receivedAt: call.at,
    account,
    reportingSystem: String(body['reportingSystem']),
    requestId: call.requestId,
    ...(eventId === undefined ? {} : { eventId }),
    body,
  });
  return isNew
    ? { status: 200 }
    : { status: 409, errors: ['Event was already reported in the past'] };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
