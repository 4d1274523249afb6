import { type ApiCallOptions, callApi, type Refusal } from '../http/call-api.ts';
import type { HttpRequest, HttpResponse } from '../http/http-message.ts';
import { GoogleError, RESPONSE_TOO_LARGE } from './errors.ts';

export type GoogleCallOptions = Pick<ApiCallOptions, 'signal' | 'responseMsMax' | 'reservation'>;

/** One request to Google and its complete response; see `callApi`. */
export function callGoogle(
  request: HttpRequest,
  { signal, responseMsMax, reservation }: GoogleCallOptions,
): Promise<HttpResponse> {
  const credential = 'the access token';
  return callApi(request, {
    signal,
    responseMsMax,
    reuse: 'repeat',
    reservation,
    credential,
    refuse,
  });
}

function refuse({ kind, status, message, hint }: Refusal): GoogleError {
  if (kind === 'too-large' || kind === 'too-complex') {
    return new GoogleError(message, { reason: RESPONSE_TOO_LARGE, concerns: 'subject' });
  }
  return new GoogleError(message, {
    reason: `HTTP_${status}`,
    concerns: 'everyone',
    hint:
      hint ??
      'Check googleDrive.endpoint (https://www.googleapis.com) and any proxy between this ' +
        'machine and Google.',
  });
}
