import { ageText, listOf, numberText, zonedTimeText } from '../../lib/format.ts';
import { sendingDays } from '../../operator/sending-days.ts';
import type { TenantStatus } from '../../operator/status.ts';
import { nameOf, type TenantRow } from '../../operator/tenant-row.ts';
import type { State } from '../../outbox/states.ts';
import type { Column } from '../terminal/table.ts';

/** The events are sorted by how much they concern an operator: a narrow screen shows the first. */
const STATES_SHOWN: readonly State[] = [
  'rejected',
  'pending',
  'held',
  'delivered',
  'duplicate',
  'skipped',
];
/** cells that the counts of events need at least, or ages are better than times */
const EVENTS_WIDTH_MIN_WITH_TIMES = 36;
const EVENTS_WIDTH_MIN = 12;

/** The columns for a wide terminal or a file, for one of 80 columns, and for less. */
export function summaryLayouts(now: number): readonly Column<TenantRow>[][] {
  const wide = columnsOf(now, {
    timeText: zonedTimeText,
    eventsWidthMin: EVENTS_WIDTH_MIN_WITH_TIMES,
  });
  const timeText = (at: number) =>
    at <= now ? `${ageText(now - at)} ago` : `in ${ageText(at - now)}`;
  const narrow = columnsOf(now, { timeText, eventsWidthMin: EVENTS_WIDTH_MIN });
  return [wide, narrow, narrow.filter(({ title }) => title !== NEXT_RUN)];
}

const NEXT_RUN = 'next run';

function columnsOf(
  now: number,
  options: {
    readonly timeText: (at: number, timezone: string) => string;
    readonly eventsWidthMin: number;
  },
): Column<TenantRow>[] {
  const { timeText, eventsWidthMin } = options;
  const of = (text: (status: TenantStatus) => string | undefined) => (row: TenantRow) =>
    row.status && text(row.status);
  return [
    { title: 'tenant', value: nameOf, shrinks: true },
    { title: 'health', value: ({ health }) => health.level },
    {
      title: 'last run',
      value: of(({ runs: [run], timezone }) => run && timeText(run.startedAt, timezone)),
    },
    {
      title: NEXT_RUN,
      value: of(({ nextRun, timezone }) =>
        nextRun === undefined ? undefined : timeText(nextRun, timezone),
      ),
    },
    {
      title: 'events',
      value: of((status) => eventsText(status, now)),
      shrinks: { to: eventsWidthMin },
    },
  ];
}

/** `3 rejected, 12 pending (oldest 2 d), backfill day 1 of 2, 1,204 delivered` */
function eventsText(status: TenantStatus, now: number): string {
  const { outbox, oldestPending } = status;
  const counts = STATES_SHOWN.filter((state) => outbox[state] > 0).map((state) => {
    const count = `${numberText(outbox[state])} ${state}`;
    const isOldest = state === 'pending' && oldestPending !== undefined;
    return isOldest ? `${count} (oldest ${ageText(now - oldestPending)})` : count;
  });
  const urgent = [outbox.rejected, outbox.pending].filter((count) => count > 0).length;
  const parts = [...counts.slice(0, urgent), ...backfillParts(status), ...counts.slice(urgent)];
  return parts.length === 0 ? 'none yet' : listOf(parts);
}

function backfillParts({ backfills, history }: TenantStatus): string[] {
  const parts: string[] = [];
  if (backfills.some(({ state }) => state === 'reading')) parts.push('backfill partly read');
  if (history.waiting > 0) {
    const { day, days } = sendingDays(history, history.callsPerDay);
    parts.push(`backfill day ${day} of ${days}`);
  }
  return parts;
}
