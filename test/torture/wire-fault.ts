import type { SandboxVendor } from '../../src/sandbox/sandbox.ts';
import type { Answer, Strike } from './wire-proxy.ts';

export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' } as const;
export const HTML = '<!doctype html><html><head><title>Down</title></head><body>Down</body></html>';

/** A way in which a network or a vendor fails. */
export interface WireFault {
  readonly name: string;
  /** default: every vendor */
  readonly vendors?: readonly SandboxVendor[];
  /**
   * the requests that it hits, from the chosen one on: that one, all of its kind, or the next eight
   * of its vendor; default: that one
   */
  readonly reach?: 'one' | 'kind' | 'storm';
  readonly strike: Strike;
  /** Gong can have events of shares that no one made */
  readonly inventsRows?: boolean;
  /** an error of the run must match it, if the fault changed a response */
  readonly named?: RegExp;
}

/** The vendor's own response, changed on the way. */
export function changed(name: string, change: (answer: Answer) => Answer): WireFault {
  return {
    name,
    strike: async (exchange) => exchange.send(change(await exchange.forward())),
  };
}

export function json(status: number, body: object): Answer {
  return { status, headers: JSON_TYPE, body: Buffer.from(JSON.stringify(body)) };
}

export function html(status: number): Answer {
  return { status, headers: { 'content-type': 'text/html' }, body: Buffer.from(HTML) };
}

export function text(status: number, body: string): Answer {
  return { status, headers: {}, body: Buffer.from(body) };
}

export function googleError(code: number, reason: string, message: string): object {
  return { error: { code, message, errors: [{ domain: 'global', reason, message }] } };
}
