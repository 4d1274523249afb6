import { countOf, listOf } from '../../lib/format.ts';
import type { Check, CheckStatus } from '../../operator/check/types.ts';
import type { Io } from '../terminal/io.ts';
import { writeHeading, writeItem, writeParagraph } from '../terminal/write.ts';

const MARKS: Readonly<Record<CheckStatus, string>> = {
  ok: '✓',
  warning: '!',
  failed: '✗',
  skipped: '-',
};
const HINT_INDENT = '    ';

/** One line per check, by area, each failure and warning followed by what to do. */
export async function printChecks(io: Io, checks: readonly Check[]): Promise<void> {
  const tenants = new Set(checks.flatMap(({ tenant }) => tenant ?? []));
  let area = '';
  for (const check of checks) {
    if (check.area !== area) {
      if (area !== '') await io.out('\n');
      area = check.area;
      await writeHeading(io, area);
    }
    await writeItem(io, MARKS[check.status], textOf(check, tenants.size > 1));
    if (check.hint !== undefined) await writeParagraph(io, `${HINT_INDENT}${check.hint}`);
  }
  await io.out('\n');
  for (const line of summaryOf(checks)) await writeParagraph(io, line);
}

function textOf({ tenant, name, message }: Check, isNamed: boolean): string {
  const owner = isNamed && tenant !== undefined ? `${tenant}: ` : '';
  return `${owner}${name}: ${message}`;
}

function summaryOf(checks: readonly Check[]): readonly string[] {
  const count = (status: CheckStatus) => checks.filter((check) => check.status === status).length;
  const [failures, warnings, skipped] = [count('failed'), count('warning'), count('skipped')];
  if (failures > 0) {
    const parts = [`${countOf(failures, 'check')} failed`];
    if (skipped > 0) parts.push(`${skipped} skipped`);
    if (warnings > 0) parts.push(countOf(warnings, 'warning'));
    return [`${listOf(parts)}. Follow the instructions below each ✗, then run this command again.`];
  }
  const noted = warnings > 0 ? `, with ${countOf(warnings, 'warning')}` : '';
  return [
    `Nothing failed${noted}.`,
    'To see what a run would send, run `sharetrail sync --dry-run`.',
  ];
}
