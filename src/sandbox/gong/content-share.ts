import type { SandboxRequest } from '../http.ts';
import type { BodyCheck } from './check-body.ts';
import type { Ledger } from './ledger.ts';
import type { RateLimiter } from './rate-limit.ts';

/** What a call came to, before it is dressed as an answer. */
export interface Outcome {
  readonly status: number;
  /** Gong's sentences; absent on success */
  readonly errors?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who calls: a company's account, or why not. */
export type Caller = { readonly account: string } | { readonly refused: string };

export interface ContentShareParts {
  readonly ledger: Ledger;
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

/** The body read once: for the check, and for the eventId in the list of requests. */
export type ParsedBody = { readonly value: unknown } | { readonly unreadable: true };

/** PUT …/content/shared, checked in the order of a gateway: who, how often, what. */
export function reportContentShare(call: ReceivedCall, parts: ContentShareParts): Outcome {
  const caller = parts.callerOf(call.request);
  if ('refused' in caller) return { status: 401, errors: [caller.refused] };
  const over = parts.limiterOf(caller.account).admit(call.at);
  if (over) {
    const headers = { 'retry-after': String(Math.ceil(over.waitMs / 1_000)) };
    return { status: 429, errors: ['API request limit exceeded'], headers };
  }
  const unfit = unfitBody(call, parts.bodyBytesMax);
  if (unfit) return unfit;
  const value = 'value' in call.body ? call.body.value : undefined;
  const errors = parts.checkBody(value);
  if (errors.length > 0 || !isRecord(value)) return { status: 400, errors };
  return keep(call, { body: value, account: caller.account, ledger: parts.ledger });
}

/** JSON as it came, or the mark that it is none. */
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

function unfitBody(call: ReceivedCall, bodyBytesMax: number): Outcome | undefined {
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
  readonly ledger: Ledger;
}

function keep(call: ReceivedCall, { body, account, ledger }: Acceptance): Outcome {
  const eventId = eventIdOf(call.body);
  const isNew = ledger.accept({
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
