import type { ServerResponse } from 'node:http';
import { messageOf } from '../lib/errors.ts';
import type { FaultEffect } from './faults.ts';
import type { SandboxRequest, SandboxResponse, Vendor } from './http-types.ts';
import { resetConnection, truncateResponse, writeResponse } from './response-writer.ts';

/** What the client receives. Without a response, the connection hangs or is reset. */
export interface FaultedResponse {
  readonly delivery: 'whole' | 'cut' | 'reset' | 'hang';
  readonly response?: SandboxResponse;
}

/** Calls the vendor, unless the fault occurs before the request reaches it. */
export async function applyFault(
  vendor: Vendor,
  request: SandboxRequest,
  fault: FaultEffect['action'],
): Promise<FaultedResponse> {
  switch (fault?.kind) {
    case undefined:
      return { delivery: 'whole', response: await callVendor(vendor, request) };
    case 'cut':
      return { delivery: 'cut', response: await callVendor(vendor, request) };
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
      return { delivery: 'whole', response: fault };
    case 'redirect': {
      const { status = 302, location } = fault;
      return { delivery: 'whole', response: { status, headers: { location } } };
    }
  }
}

/** An exception is a bug in the sandbox. It becomes a response that no real vendor sends. */
async function callVendor(vendor: Vendor, request: SandboxRequest): Promise<SandboxResponse> {
  try {
    return await vendor(request);
  } catch (error) {
    return { status: 500, body: { sandboxError: messageOf(error) } };
  }
}

export function deliver(target: ServerResponse, { delivery, response }: FaultedResponse): void {
  if (delivery === 'reset') resetConnection(target);
  else if (response && delivery === 'cut') truncateResponse(target, response);
  else if (response) writeResponse(target, response);
}
