import type { FaultAction, FaultRule, Faults } from '../../src/sandbox/faults.ts';

/** of Gong's calls */
const FAILING = 0.3;
const ERRORS = { requestId: '4al018gzaztcr8nbukw', errors: ['Not today'] };
const HTML = '<html><body>Please wait</body></html>';
const LONG_RETRY_AFTER_SECONDS = 700;

interface GongFault {
  readonly name: string;
  /** compared with the others */
  readonly weight: number;
  readonly action: FaultAction;
}

function status(code: number, weight: number): GongFault {
  return { name: `${code}`, weight, action: { kind: 'answer', status: code, body: ERRORS } };
}

function retryAfter(seconds: number, weight: number): GongFault {
  const headers = { 'retry-after': `${seconds}` };
  const action = { kind: 'answer', status: 429, headers, body: ERRORS } as const;
  return { name: `429, Retry-After ${seconds}`, weight, action };
}

/** Every way in which Gong fails; what stops pushing is rarer, so that something is pushed. */
const GONG_FAULTS: readonly GongFault[] = [
  ...[400, 413, 422, 410].map((code) => status(code, 2)),
  ...[401, 403, 404].map((code) => status(code, 1)),
  { name: '403, HTML', weight: 1, action: { kind: 'answer', status: 403, body: HTML } },
  {
    name: '302',
    weight: 1,
    action: { kind: 'redirect', location: 'http://127.0.0.1:1/elsewhere' },
  },
  retryAfter(0, 3),
  retryAfter(1, 3),
  retryAfter(LONG_RETRY_AFTER_SECONDS, 1),
  ...[408, 425, 500, 502, 503, 504].map((code) => status(code, 4)),
  {
    name: '504, accepted',
    weight: 8,
    action: { kind: 'answer', status: 504, body: HTML, processed: true },
  },
  {
    name: '200 without JSON, accepted',
    weight: 8,
    action: { kind: 'answer', status: 200, body: HTML, processed: true },
  },
  { name: '200 without JSON', weight: 4, action: { kind: 'answer', status: 200, body: HTML } },
  { name: 'no response', weight: 2, action: { kind: 'hang' } },
  { name: 'no response, accepted', weight: 3, action: { kind: 'hang', processed: true } },
  { name: 'reset', weight: 8, action: { kind: 'reset' } },
  { name: 'reset, accepted', weight: 12, action: { kind: 'lose-answer' } },
  { name: 'truncated, accepted', weight: 10, action: { kind: 'cut' } },
];

/** Counts the calls that failed, by the name of the fault. */
export type FaultCounts = Map<string, number>;

/** Lets 30 % of Gong's calls fail, until `stop`, which adds what failed to `counts`. */
export function failSometimes(
  faults: Faults,
  { seed, counts }: { readonly seed: number; readonly counts: FaultCounts },
): { stop(): void } {
  const total = GONG_FAULTS.reduce((sum, { weight }) => sum + weight, 0);
  let left = 1;
  const ids = new Map<number, string>();
  for (const [index, { name, weight, action }] of GONG_FAULTS.entries()) {
    // Each rule sees only the calls that no earlier rule has struck.
    const share = (FAILING * weight) / total;
    const probability = share / left;
    left -= share;
    const rule: FaultRule = { vendor: 'gong', probability, seed: seed + index, action };
    ids.set(faults.add(rule), name);
  }
  return {
    stop() {
      for (const { id, struck } of faults.states) {
        const name = ids.get(id);
        if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + struck);
      }
      for (const id of ids.keys()) faults.remove(id);
    },
  };
}
