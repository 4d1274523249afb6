import type { MiddlewareHandler } from 'hono';
import { SERVER_LIMITS } from '../limits.ts';
import { problemResponse } from '../problem-response.ts';
import type { WebEnv } from '../web-env.ts';

/**
 * Refuses a body that is too long before any of it is read. Node reads no more than the announced
 * length, so the header suffices; every browser announces it for a form. A request without a body
 * passes: what it lacks, the next guard reports.
 */
export const limitBody: MiddlewareHandler<WebEnv> = async (c, next) => {
  if (c.req.header('transfer-encoding') !== undefined) {
    return problemResponse(c, 411, {
      message: 'the request does not announce the length of its body',
      hint: 'Send a Content-Length header. If a proxy is in between, it must pass the header on.',
    });
  }
  if (Number(c.req.header('content-length') ?? 0) > SERVER_LIMITS.bodyBytesMax) {
    return problemResponse(c, 413, {
      message: `the request has more than ${SERVER_LIMITS.bodyBytesMax} bytes`,
    });
  }
  return next();
};
