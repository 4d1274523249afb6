import type { TortureRow } from './part.ts';

const HEAD = ['fault', 'times', 'lost', 'doubled', 'worst time to recover'];

/** The rows as a Markdown table, with their sum. */
export function formatTable(rows: readonly TortureRow[]): string[] {
  const cells = rows.map((row) => [
    row.fault,
    `${row.tried}`,
    `${row.lost}`,
    `${row.doubled}`,
    row.worstRecoveryMs === null ? '' : `${(row.worstRecoveryMs / 1_000).toFixed(1)} s`,
  ]);
  const sum = (key: 'tried' | 'lost' | 'doubled') =>
    `${rows.reduce((all, row) => all + row[key], 0)}`;
  const total = ['all', sum('tried'), sum('lost'), sum('doubled'), ''];
  return [HEAD, HEAD.map(() => '---'), ...cells, total].map((line) => `| ${line.join(' | ')} |`);
}
