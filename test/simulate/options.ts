import { toolInput, wholeNumber } from '../support/tool.ts';

/** `--workers N` simulates one size; without it, the table compares several. */
const WORKERS = [1, 4, 16];

export interface SimulateOptions {
  readonly tenants: number;
  readonly days: number;
  readonly workers: readonly number[];
  readonly atOnce: number;
  readonly seed: number;
  readonly json: boolean;
}

const TOOL = {
  name: 'simulate',
  help: `
  --tenants N   tenants with a schedule (default: 10000)
  --days N      nights, from 1 January 2027 (default: 365)
  --workers N   one number of workers (default: ${WORKERS.join(', ')}, one after the other)
  --at-once N   runs that each worker has at once (default: 4)
  --seed N      repeats the same year (default: 1)
  --json        prints JSON instead of a table
`,
  options: {
    tenants: { type: 'string', default: '10000' },
    days: { type: 'string', default: '365' },
    workers: { type: 'string' },
    'at-once': { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
} as const;

export function readOptions(): SimulateOptions {
  const { values } = toolInput(TOOL);
  const number = (flag: string, text: string) => wholeNumber(TOOL, [flag, text]);
  return {
    tenants: number('--tenants', values.tenants),
    days: number('--days', values.days),
    workers: values.workers === undefined ? WORKERS : [number('--workers', values.workers)],
    atOnce: number('--at-once', values['at-once']),
    seed: number('--seed', values.seed),
    json: values.json,
  };
}
