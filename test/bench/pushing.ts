/**
 * The pace towards a Gong that allows three calls a second: events a second over all of them, and
 * how many calls Gong refused. Argument: events.
 */
import { measureRun, say, withOrg } from './measure.ts';

const deliveries = Number(process.argv[2] ?? 100);
await withOrg({ deliveries, contacts: 10, limits: 'limits' }, async (folder) => {
  await measureRun(folder, ['sync', '--no-push']);
  const gong = await gongOrigin(folder);
  const { report } = await measureRun(folder, ['sync']);
  const requests = await requestsAt(gong);
  const first = requests[0]?.at ?? 0;
  const last = requests.at(-1)?.at ?? 0;
  const refused = requests.filter(({ status }) => status === 429).length;
  const perSecond = ((requests.length - 1) * 1_000) / (last - first);
  say(
    `${report.delivered} events: ${perSecond.toFixed(3)} a second ` +
      `(first to last ${((last - first) / 1_000).toFixed(2)} s), ${refused} refused with 429`,
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
  const answer = await fetch(`${origin}/_sandbox/requests?limit=10000`);
  const { requests } = (await answer.json()) as { requests: { at: number; status: number }[] };
  return requests;
}
