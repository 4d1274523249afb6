/**
 * The pace of pushing if Gong allows three calls per second: delivered events per second, and calls
 * that Gong rejected. Argument: events.
 */
import { measureRun, print, withOrg } from './measure.ts';

const deliveries = Number(process.argv[2] ?? 100);
await withOrg({ deliveries, contacts: 10, limits: 'limits' }, async (folder) => {
  await measureRun(folder, ['sync', '--no-push']);
  const gong = await gongOrigin(folder);
  const { report } = await measureRun(folder, ['sync']);
  const requests = await requestsAt(gong);
  const first = requests[0]?.at ?? 0;
  const last = requests.at(-1)?.at ?? 0;
  const rejected = requests.filter(({ status }) => status === 429).length;
  const perSecond = ((requests.length - 1) * 1_000) / (last - first);
  print(
    `${report.delivered} events: ${perSecond.toFixed(3)} a second ` +
      `(first to last ${((last - first) / 1_000).toFixed(2)} s), ${rejected} rejected with 429`,
  );
});

async function gongOrigin(folder: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(`${folder}/tenants/sandbox.yaml`, 'utf8');
  const origin = /baseUrl: (\S+)/.exec(text)?.[1];
  if (origin === undefined) throw new Error('the tenant file names no Gong');
  return origin;
}

async function requestsAt(origin: string): Promise<{ at: number; status: number }[]> {
  const response = await fetch(`${origin}/_sandbox/requests?limit=10000`);
  const { requests } = (await response.json()) as { requests: { at: number; status: number }[] };
  return requests;
}
