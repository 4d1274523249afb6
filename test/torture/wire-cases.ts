import type { WireFault } from './wire-fault.ts';
import type { Exchange, Plan } from './wire-proxy.ts';
import { isOfEndlessList } from './wire-rows.ts';
import type { CaseResult, Stage, WireWorld } from './wire-world.ts';

const STORM_REQUESTS = 8;

/** One request of one run without faults. */
export interface WireRequest {
  readonly stage: Stage;
  readonly label: string;
  readonly occurrence: number;
}

/** What a stage does without faults. */
export interface Undisturbed {
  readonly requests: readonly WireRequest[];
  readonly accepted: readonly string[];
  /** the eventIds that arrived in the run itself, instead of the next ones */
  readonly prompt: readonly string[];
}

/** One run of a stage, and the next ones, without faults. */
export async function undisturbed(world: WireWorld, stage: Stage): Promise<Undisturbed> {
  const requests: WireRequest[] = [];
  const onExchange = ({ label, occurrence }: Exchange) => {
    requests.push({ stage, label, occurrence });
  };
  const { accepted, prompt, report, thrown } = await world.case(stage, {
    plan: () => undefined,
    onExchange,
  });
  const problem = thrown ?? report?.errors[0]?.message;
  if (problem !== undefined) throw new Error(`${stage} without faults: ${problem}`);
  return { requests, accepted, prompt };
}

/** Hits the request, or from it on as many as the fault reaches. `onStrike` counts. */
export function planFor(fault: WireFault, at: WireRequest, onStrike: () => void): Plan {
  const { reach = 'one' } = fault;
  let left = 0;
  let hasBegun = false;
  return (exchange) => {
    const isKind = exchange.label === at.label;
    if (isKind && exchange.occurrence === at.occurrence) {
      hasBegun = true;
      left = STORM_REQUESTS;
    }
    const isHit =
      reach === 'one'
        ? isKind && exchange.occurrence === at.occurrence
        : reach === 'kind'
          ? hasBegun && (isKind || isOfEndlessList(exchange))
          : left > 0 && exchange.label.startsWith(`${vendorOf(at)} `);
    if (!isHit) return undefined;
    left -= 1;
    onStrike();
    return fault.strike;
  };
}

function vendorOf({ label }: WireRequest): string {
  return label.split(' ', 1)[0] ?? '';
}

/** True if the fault can hit this vendor's requests. */
export function isFor({ vendors }: WireFault, request: WireRequest): boolean {
  return vendors === undefined || vendors.some((vendor) => vendor === vendorOf(request));
}

/** Which expected events Gong does not have, and which it should not have. */
export function differences(
  { accepted }: CaseResult,
  expected: readonly string[],
): { readonly lost: string[]; readonly doubled: string[] } {
  const missing = new Set(expected);
  const doubled = accepted.filter((eventId) => !missing.delete(eventId));
  return { lost: [...missing], doubled };
}

/** From the end of the faults until Gong had what a run without faults sends, in milliseconds. */
export function recoveryMsOf({ arrivals, overAt }: CaseResult, { prompt }: Undisturbed): number {
  return Math.max(0, ...prompt.map((eventId) => (arrivals.get(eventId) ?? overAt) - overAt));
}
