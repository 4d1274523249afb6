import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf, UserError } from '../lib/errors.ts';
import { applyFault, deliver, type FaultedResponse } from './apply-fault.ts';
import { CONTROL_PREFIX, handleControl } from './control-api.ts';
import type { ControlRoutes } from './control-routes.ts';
import { type FaultEffect, Faults } from './faults.ts';
import type { SandboxRequest, Vendor } from './http-types.ts';
import { readRequest } from './request-reader.ts';
import { writeResponse } from './response-writer.ts';
import type { SandboxClock } from './sandbox-clock.ts';
import { Traffic, type TrafficEntry } from './traffic.ts';

export interface SandboxServerOptions<Name extends string> {
  readonly vendors: Readonly<Record<Name, Vendor>>;
  readonly clock: SandboxClock;
  /** default: free ones */
  readonly ports?: Partial<Readonly<Record<Name, number>>>;
  /** each vendor's own control routes, in addition to the built-in ones */
  readonly control?: Partial<Readonly<Record<Name, ControlRoutes>>>;
  /** delay of every response */
  readonly latencyMs?: number;
  /** larger request bodies are rejected */
  readonly bodyBytesMax?: number;
}

export interface SandboxServer<Name extends string> {
  /** `http://127.0.0.1:PORT` of each vendor */
  readonly origins: Readonly<Record<Name, string>>;
  readonly clock: SandboxClock;
  readonly faults: Faults;
  /** the requests to each port, including those affected by faults */
  readonly traffic: Readonly<Record<Name, Traffic>>;
  /** Aborts requests in progress and frees the ports. Can be called again. */
  stop(): Promise<void>;
}

const BODY_BYTES_MAX = 16 * 1_048_576;
/** Above every limit that a simulated vendor enforces itself. */
const HEAD_BYTES_MAX = 65_536;
const HOST = '127.0.0.1';

/**
 * Serves simulated vendors on loopback, each on its own port. Throws UserError if a port is
 * taken.
 */
export async function startSandbox<Name extends string>(
  options: SandboxServerOptions<Name>,
): Promise<SandboxServer<Name>> {
  const faults = new Faults();
  const stopping = new AbortController();
  const names = Object.keys(options.vendors) as Name[];
  const traffic = mapNames(names, () => new Traffic());
  const origins = mapNames(names, () => '');
  const servers: Server[] = [];
  const stop = async () => {
    stopping.abort();
    await Promise.all(servers.map(close));
  };
  try {
    for (const name of names) {
      const context: VendorContext = {
        name,
        vendor: options.vendors[name],
        clock: options.clock,
        faults,
        traffic: traffic[name],
        vendorRoutes: options.control?.[name] ?? {},
        latencyMs: options.latencyMs ?? 0,
        bodyBytesMax: options.bodyBytesMax ?? BODY_BYTES_MAX,
        stopped: stopping.signal,
      };
      const server = createVendorServer(context);
      servers.push(server);
      origins[name] = await listen(server, options.ports?.[name] ?? 0);
    }
    return { origins, clock: options.clock, faults, traffic, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface VendorContext {
  readonly name: string;
  readonly vendor: Vendor;
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly vendorRoutes: ControlRoutes;
  readonly latencyMs: number;
  readonly bodyBytesMax: number;
  readonly stopped: AbortSignal;
}

function createVendorServer(context: VendorContext): Server {
  return createServer({ maxHeaderSize: HEAD_BYTES_MAX }, (message, response) => {
    serve(context, message, response).catch((error: unknown) => respondWithBug(response, error));
  });
}

async function serve(
  context: VendorContext,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(message, context.bodyBytesMax);
  if ('message' in request) {
    // Read and drop the rest of the body; otherwise the client might never see the response.
    message.resume();
    writeResponse(response, { status: request.status, body: { error: request.message } });
  } else if (request.path.startsWith(CONTROL_PREFIX)) {
    writeResponse(response, await handleControl(request, { ...context, vendor: context.name }));
  } else {
    await serveVendor(context, request, response);
  }
}

async function serveVendor(
  context: VendorContext,
  request: SandboxRequest,
  response: ServerResponse,
): Promise<void> {
  const at = context.clock.now();
  const fault = context.faults.apply(context.name, request);
  const waitMs = context.latencyMs + fault.delayMs;
  if (waitMs > 0) await context.clock.sleep(waitMs, context.stopped);
  const outcome = await applyFault(context.vendor, request, fault.action);
  context.traffic.add(entryOf(request, { at, fault, outcome }));
  // Node would send the time of this machine; clients learn the vendor's time from it.
  response.setHeader('date', new Date(context.clock.now()).toUTCString());
  deliver(response, outcome);
}

function entryOf(
  request: SandboxRequest,
  facts: { readonly at: number; readonly fault: FaultEffect; readonly outcome: FaultedResponse },
): TrafficEntry {
  const { at, fault, outcome } = facts;
  const query = request.query.size > 0 ? `?${request.query}` : '';
  const delayed = fault.delayMs > 0 ? 'delay' : null;
  return {
    at,
    method: request.method,
    target: `${request.path}${query}`,
    status: outcome.delivery === 'whole' ? (outcome.response?.status ?? null) : null,
    fault: fault.action?.kind ?? delayed,
  };
}

/** Reports a bug of the sandbox, unless the client has disconnected. */
function respondWithBug(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) response.destroy();
  else writeResponse(response, { status: 500, body: { sandboxError: messageOf(error) } });
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portError(port, error)));
    server.listen(port, HOST, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no TCP address'));
      else resolve(`http://${HOST}:${address.port}`);
    });
  });
}

function portError(port: number, cause: Error): Error {
  return new UserError(`the sandbox cannot listen on port ${port}: ${cause.message}`, {
    hint: 'Choose another port, or 0 for a free one.',
    cause,
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // An error means that the server was closed before or never listened: both count as closed.
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function mapNames<Name extends string, Value>(
  names: readonly Name[],
  valueFor: (name: Name) => Value,
): Record<Name, Value> {
  const pairs = names.map((name) => [name, valueFor(name)] as const);
  return Object.fromEntries(pairs) as Record<Name, Value>;
}
