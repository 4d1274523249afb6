import type { ServerResponse } from 'node:http';
import { messageOf } from '../lib/errors.ts';
import type { FaultEffect } from './faults.ts';
import type { SandboxRequest, SandboxResponse, Vendor } from './http-types.ts';
import { resetConnection, truncateResponse, writeResponse } from './response-writer.ts';

/** What the client gets; without an answer, a connection that hangs or is reset. */
export interface FaultedResponse {
  readonly delivery: 'whole' | 'cut' | 'reset' | 'hang';
  readonly answer?: SandboxResponse;
}

/** Asks the vendor, unless the fault strikes before it would have seen the request. */
export async function applyFault(
  vendor: Vendor,
  request: SandboxRequest,
  fault: FaultEffect['action'],
): Promise<FaultedResponse> {
  switch (fault?.kind) {
    case undefined:
      return { delivery: 'whole', answer: await callVendor(vendor, request) };
    case 'cut':
      return { delivery: 'cut', answer: await callVendor(vendor, request) };
    case 'lose-answer':
      await callVendor(vendor, request);
      return { delivery: 'reset' };
    case 'reset':
      return { delivery: 'reset' };
    case 'hang':
      if (fault.processed) await callVendor(vendor, request);
      return { delivery: 'hang' };
    case 'answer':
      if (fault.processed) await callVendor(vendor, request);
      return { delivery: 'whole', answer: fault };
    case 'redirect': {
      const { status = 302, location } = fault;
      return { delivery: 'whole', answer: { status, headers: { location } } };
    }
  }
}

/** A vendor that throws is a bug of the sandbox: it shows as an answer that no vendor gives. */
async function callVendor(vendor: Vendor, request: SandboxRequest): Promise<SandboxResponse> {
  try {
    return await vendor(request);
  } catch (error) {
    return { status: 500, body: { sandboxError: messageOf(error) } };
  }
}

export function deliver(response: ServerResponse, { delivery, answer }: FaultedResponse): void {
  if (delivery === 'reset') resetConnection(response);
  else if (answer && delivery === 'cut') truncateResponse(response, answer);
  else if (answer) writeResponse(response, answer);
}
