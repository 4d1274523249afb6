import type { ServerResponse } from 'node:http';
import { messageOf } from '../lib/errors.ts';
import { cutAnswer, resetConnection, writeAnswer } from './answer-writer.ts';
import type { Mishap } from './faults.ts';
import type { SandboxAnswer, SandboxRequest, Vendor } from './http.ts';

/** What the client gets; without an answer, a connection that hangs or is reset. */
export interface Outcome {
  readonly delivery: 'whole' | 'cut' | 'reset' | 'hang';
  readonly answer?: SandboxAnswer;
}

/** Asks the vendor, unless the fault strikes before it would have seen the request. */
export async function decideOutcome(
  vendor: Vendor,
  request: SandboxRequest,
  fault: Mishap['end'],
): Promise<Outcome> {
  switch (fault?.kind) {
    case undefined:
      return { delivery: 'whole', answer: await ask(vendor, request) };
    case 'cut':
      return { delivery: 'cut', answer: await ask(vendor, request) };
    case 'lose-answer':
      await ask(vendor, request);
      return { delivery: 'reset' };
    case 'reset':
      return { delivery: 'reset' };
    case 'hang':
      if (fault.processed) await ask(vendor, request);
      return { delivery: 'hang' };
    case 'answer':
      if (fault.processed) await ask(vendor, request);
      return { delivery: 'whole', answer: fault };
    case 'redirect': {
      const { status = 302, location } = fault;
      return { delivery: 'whole', answer: { status, headers: { location } } };
    }
  }
}

/** A vendor that throws is a bug of the sandbox: it shows as an answer that no vendor gives. */
async function ask(vendor: Vendor, request: SandboxRequest): Promise<SandboxAnswer> {
  try {
    return await vendor(request);
  } catch (error) {
    return { status: 500, body: { sandboxError: messageOf(error) } };
  }
}

export function deliverOutcome(response: ServerResponse, { delivery, answer }: Outcome): void {
  if (delivery === 'reset') resetConnection(response);
  else if (answer && delivery === 'cut') cutAnswer(response, answer);
  else if (answer) writeAnswer(response, answer);
}
