import { expect, test } from 'vitest';
import { asTypedWith } from '../../src/cli/hints/as-typed.ts';
import { startWebWorld, type WebWorld } from '../support/web-world.ts';

const CONFIG = '--config /etc/sharetrail';
const asTyped = asTypedWith('npx sharetrail', ['start', '--config', '/etc/sharetrail']);
const COMMAND = /(?:<code>|`)([^<`]*sharetrail [^<`]*)(?:<\/code>|`)/g;

async function commandsAt(world: WebWorld, path: string, accept = 'text/html'): Promise<string[]> {
  const { text } = await world.send(path, { headers: { accept } });
  return [...text.matchAll(COMMAND)].map(([, command = '']) => command);
}

test('empty pages show commands as the service was started', async () => {
  await using world = await startWebWorld({ isSynced: false, asTyped });
  const sync = `npx sharetrail sync ${CONFIG}`;
  const { tenant } = world.tenant;
  expect(await commandsAt(world, `/tenants/${tenant}`)).toContain(sync);
  expect(await commandsAt(world, '/events')).toContain(sync);
  expect(await commandsAt(world, '/search?q=brightwater')).toContain(sync);
});

test('sentences, hints, and problems show commands as the service was started', async () => {
  await using world = await startWebWorld({ asTyped });
  const { tenant } = world.tenant;
  const paths = [
    ['/search?q=unknown@nowhere.example', 'text/html'],
    ['/api/explain?q=unknown@nowhere.example', 'application/json'],
    [`/events/${tenant}/unknown`, 'text/html'],
    [`/api/events/${tenant}/unknown`, 'application/json'],
  ] as const;
  for (const [path, accept] of paths) {
    const commands = await commandsAt(world, path, accept);
    expect(commands.length, path).toBeGreaterThan(0);
    for (const command of commands) {
      expect(command, path).toMatch(/^npx sharetrail .* --config \/etc\/sharetrail$/);
    }
  }
});

test('the hints of recorded runs show commands as the service was started', async () => {
  await using world = await startWebWorld({ asTyped });
  const { db } = world.context;
  const run = await db.selectFrom('run').selectAll().executeTakeFirstOrThrow();
  const error = { stage: 'crm', message: 'refused', hint: 'Run `sharetrail sync --full`.' };
  const report = JSON.stringify({ ...JSON.parse(run.report ?? ''), errors: [error] });
  await db.updateTable('run').set({ report, outcome: 'partial' }).execute();
  const { tenant } = world.tenant;
  const paths = [
    [`/tenants/${tenant}`, 'text/html'],
    ['/', 'text/html'],
    ['/api/status', 'application/json'],
  ] as const;
  for (const [path, accept] of paths) {
    const commands = new Set(await commandsAt(world, path, accept));
    expect(commands, path).toEqual(new Set([`npx sharetrail sync --full ${CONFIG}`]));
  }
});
