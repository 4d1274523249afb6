import type { SandboxResponse } from '../http-types.ts';
import { type ApiCall, valuesOf } from './api-call.ts';
import { failure, json } from './responses.ts';

/** REST guide, "Composite": 25 sub-requests, of which 5 may be queries or collections. */
const SUBREQUESTS_MAX = 25;
const QUERIES_MAX = 5;
const REFERENCE_ID = /^[A-Za-z]\w*$/;
const URL_PATTERN = /^\/services\/data\/v(\d+\.\d)\/([^?]*)(?:\?(.*))?$/;

interface Subrequest {
  readonly method: string;
  readonly apiVersion: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly referenceId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * POST /composite: handles the sub-requests in order, as one billed call. With allOrNone, one
 * failure makes all of them fail. References between sub-requests (`@{id.field}`) are unsupported.
 */
export function handleComposite(
  call: ApiCall,
  handleOne: (subcall: ApiCall) => SandboxResponse,
): SandboxResponse {
  const { compositeRequest, allOrNone } = valuesOf(call.body);
  if (!Array.isArray(compositeRequest) || compositeRequest.length === 0) {
    return failure(400, 'JSON_PARSER_ERROR', 'compositeRequest must be a list of sub-requests');
  }
  if (compositeRequest.length > SUBREQUESTS_MAX) {
    const message = `The limit of ${SUBREQUESTS_MAX} subrequests per composite request is exceeded`;
    return failure(400, 'LIMIT_EXCEEDED', message);
  }
  const subrequests: Subrequest[] = [];
  for (const raw of compositeRequest) {
    const subrequest = readSubrequest(valuesOf(raw));
    if (typeof subrequest === 'string') return failure(400, 'INVALID_INPUT', subrequest);
    if (subrequests.some(({ referenceId }) => referenceId === subrequest.referenceId)) {
      const message = `Duplicate referenceId: ${subrequest.referenceId}`;
      return failure(400, 'INVALID_INPUT', message);
    }
    subrequests.push(subrequest);
  }
  if (subrequests.filter(isQueryOrCollection).length > QUERIES_MAX) {
    const message = `Composite requests may hold at most ${QUERIES_MAX} queries or collections`;
    return failure(400, 'LIMIT_EXCEEDED', message);
  }
  call.org.callCounts.note('subrequests', subrequests.length);
  const responses = subrequests.map((one) => ({ one, response: runOne(call, one, handleOne) }));
  const halted = allOrNone === true && responses.some(({ response }) => response.status >= 400);
  const compositeResponse = responses.map(({ one: { referenceId }, response }) => {
    const { body = '', status } = halted && response.status < 400 ? processingHalted() : response;
    return { body, httpHeaders: {}, httpStatusCode: status, referenceId };
  });
  return json(200, { compositeResponse });
}

function runOne(
  call: ApiCall,
  subrequest: Subrequest,
  handleOne: (subcall: ApiCall) => SandboxResponse,
): SandboxResponse {
  const soql = subrequest.query.get('q') ?? '';
  if (soql.length > call.org.settings.compositeQueryLengthMax) {
    const message =
      'Query is either selecting too many fields or the filter conditions are too complicated.';
    return failure(400, 'QUERY_TOO_COMPLICATED', message);
  }
  return handleOne({ ...call, ...subrequest });
}

/** The sub-request, or an error message. */
function readSubrequest(raw: Readonly<Record<string, unknown>>): Subrequest | string {
  const { method, url, referenceId, httpHeaders, body } = raw;
  if (typeof referenceId !== 'string' || !REFERENCE_ID.test(referenceId)) {
    return `Invalid reference ID: ${String(referenceId)}`;
  }
  if (typeof method !== 'string' || typeof url !== 'string') return 'method and url are required';
  if (url.includes('@{'))
    return 'the simulated Salesforce supports no references between sub-requests';
  const [, apiVersion, path, query = ''] = URL_PATTERN.exec(url) ?? [];
  if (apiVersion === undefined || path === undefined) return `The url ${url} is not allowed`;
  const headers = Object.entries(valuesOf(httpHeaders)).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  return {
    method,
    apiVersion,
    path: decodeURIComponent(path),
    query: new URLSearchParams(query),
    referenceId,
    headers: Object.fromEntries(headers),
    body,
  };
}

function isQueryOrCollection({ path }: Subrequest): boolean {
  return /^(query(\/|$)|composite\/sobjects(\/|$))/.test(path);
}

function processingHalted(): SandboxResponse {
  const message =
    'The transaction was rolled back since another operation in the same transaction failed.';
  return failure(400, 'PROCESSING_HALTED', message);
}
