import { deleteSetAside } from '../../db/set-aside.ts';
import type { SourcePage } from '../source.ts';
import { buildShare, type ShareOptions } from './build-share.ts';
import { type BatchOptions, notAfter } from './delivery-batches.ts';
import { type DeliveryRow, parseDeliveryRow } from './delivery-row.ts';

/** Stored in the database: advances when deliveries that were set aside are read after all. */
const STREAM = 'salesforce/set-aside';

/** The shares of the deliveries that an earlier version could not read; undefined: there are none. */
export async function retryDeliveries(
  options: BatchOptions & { readonly tenant: string },
): Promise<SourcePage | undefined> {
  const { client, setAside, tenant } = options;
  const kept = setAside.retried.filter(({ kind, row }) => kind === 'delivery' && row !== undefined);
  const read: { readonly row: (typeof kept)[number]; readonly delivery: DeliveryRow }[] = [];
  for (const row of kept) {
    const parsed = parseDeliveryRow(JSON.parse(row.row ?? ''));
    if ('problem' in parsed) setAside.add(parsed);
    else read.push({ row, delivery: parsed });
  }
  if (read.length === 0) return undefined;
  const shareOptions = await shareOptionsOf(options);
  const now = client.now();
  return {
    shares: read.map(({ delivery }) => notAfter(now, buildShare(delivery, shareOptions))),
    stream: STREAM,
    position: JSON.stringify({ read: read.length }),
    writeInTransaction: (trx) => {
      const rows = read.map(({ row }) => row);
      return deleteSetAside(trx, { tenant, source: 'salesforce' }, rows);
    },
  };
}

async function shareOptionsOf(options: Omit<BatchOptions, 'setAside'>): Promise<ShareOptions> {
  const { client, config, sandboxOrgId } = options;
  const { contentUrl } = config;
  return { instanceUrl: await client.instanceUrl(), contentUrl, sandboxOrgId };
}
