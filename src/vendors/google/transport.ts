import { type ApiCallOptions, callApi, type Refusal } from '../http/call-api.ts';
import type { HttpRequest, HttpResponse } from '../http/messages.ts';
import { GoogleError } from './errors.ts';

export type GoogleCallOptions = Pick<ApiCallOptions, 'signal' | 'responseMsMax'>;

/** One request to Google and its complete response; see `callApi`. */
export function callGoogle(
  request: HttpRequest,
  { signal, responseMsMax }: GoogleCallOptions,
): Promise<HttpResponse> {
  return callApi(request, { signal, responseMsMax, credential: 'the access token', refuse });
}

function refuse({ kind, status, message }: Refusal): GoogleError {
  if (kind === 'too-large') {
    return new GoogleError(message, { reason: 'responseTooLarge', concerns: 'subject' });
  }
  return new GoogleError(message, {
    reason: `HTTP_${status}`,
    concerns: 'everyone',
    hint:
      'Check googleDrive.endpoint (https://www.googleapis.com) and any proxy between this ' +
      'machine and Google.',
  });
}
