import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { listEvents } from '../../src/outbox/list-events.ts';
import type { State } from '../../src/outbox/states.ts';
import { eventPath } from '../../src/web/paths.ts';
import {
  cookiesOf,
  FORM,
  formTokenIn,
  type Response,
  startWebWorld,
  type WebWorld,
} from '../support/web-world.ts';

const HTML = { accept: 'text/html' } as const;

async function firstIn(world: WebWorld, state: State) {
  const { tenant } = world.tenant;
  const [event] = await listEvents(world.context.db, {
    windows: [{ tenants: [tenant] }],
    state,
    limit: 1,
  });
  if (event === undefined) throw new Error(`no event is ${state}`);
  return event;
}

async function stateOf(world: WebWorld, eventId: string): Promise<State | undefined> {
  const windows = [{ tenants: [world.tenant.tenant] }];
  const events = await listEvents(world.context.db, { windows, limit: 1_000 });
  return events.find((event) => event.eventId === eventId)?.state;
}

interface Form {
  readonly page: Response;
  readonly path: string;
}

async function submit(
  world: WebWorld,
  { page, path }: Form,
  changes: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly token?: string;
    readonly cookie?: string;
  } = {},
): Promise<Response> {
  const token = changes.token ?? formTokenIn(page);
  return world.send(path, {
    method: 'POST',
    headers: {
      ...FORM,
      ...HTML,
      cookie: changes.cookie ?? cookiesOf(page),
      origin: world.origin,
      ...changes.headers,
    },
    body: new URLSearchParams({ form_token: token }).toString(),
  });
}

describe('a change', () => {
  test('retry queues a held event, skip keeps one from being sent', async () => {
    await using world = await startWebWorld();
    const held = await firstIn(world, 'held');
    const page = await world.send(eventPath(held), { headers: HTML });
    const retried = await submit(world, { page, path: `${eventPath(held)}/retry` });
    expect(retried).toMatchObject({
      status: 303,
      headers: { location: `${eventPath(held)}?done=queued` },
    });
    expect(await stateOf(world, held.eventId)).toBe('pending');
    const skipped = await submit(world, { page, path: `${eventPath(held)}/skip` });
    expect(skipped.status).toBe(303);
    expect(await stateOf(world, held.eventId)).toBe('skipped');
    const after = await world.send(skipped.headers.location ?? '', { headers: HTML });
    expect(after.text).toContain('The event will not be sent.');
  });

  test('is refused from another site, and without the token of a form', async () => {
    await using world = await startWebWorld();
    const held = await firstIn(world, 'held');
    const page = await world.send(eventPath(held), { headers: HTML });
    const other = await world.send('/', { headers: HTML });
    const form = { page, path: `${eventPath(held)}/skip` };
    const attempts = {
      origin: submit(world, form, { headers: { origin: 'https://evil.example' } }),
      'no origin': submit(world, form, { headers: { origin: 'null' } }),
      'fetch site': submit(world, form, { headers: { 'sec-fetch-site': 'cross-site' } }),
      'forged host': submit(world, form, { headers: { host: 'evil.example' } }),
      'no token': submit(world, form, { token: '' }),
      'wrong token': submit(world, form, { token: `${formTokenIn(page)}x` }),
      'token of another browser': submit(world, form, { token: formTokenIn(other) }),
      'no cookie': submit(world, form, { cookie: '' }),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      const { status, text } = await attempt;
      expect(status, name).toBe(403);
      expect(text, name).not.toContain('undefined');
    }
    expect(await stateOf(world, held.eventId)).toBe('held');
    // The control: the same form is accepted.
    expect((await submit(world, form)).status).toBe(303);
    expect(await stateOf(world, held.eventId)).toBe('skipped');
  });

  test('is never made by a GET', async () => {
    await using world = await startWebWorld();
    const held = await firstIn(world, 'held');
    for (const action of ['retry', 'skip']) {
      expect(await world.send(`${eventPath(held)}/${action}`)).toMatchObject({ status: 405 });
    }
    expect(await stateOf(world, held.eventId)).toBe('held');
  });

  test('of an event that Gong has is refused, with the reason', async () => {
    await using world = await startWebWorld();
    const delivered = await firstIn(world, 'delivered');
    const held = await firstIn(world, 'held');
    const page = await world.send(eventPath(held), { headers: HTML });
    const response = await submit(world, { page, path: `${eventPath(delivered)}/skip` });
    expect(response.status).toBe(409);
    expect(response.text).toContain('cannot retract it');
    const shown = await world.send(eventPath(delivered), { headers: HTML });
    expect(shown.text).not.toContain('/skip');
  });

  test('waits while another process locks the database, and pages are read meanwhile', async () => {
    await using world = await startWebWorld();
    const held = await firstIn(world, 'held');
    const path = eventPath(held);
    const page = await world.send(path, { headers: HTML });
    const other = new Sqlite(`${world.folder}/sharetrail.db`);
    other.exec('begin immediate');
    let isDone = false;
    const retried = submit(world, { page, path: `${path}/retry` }).finally(() => {
      isDone = true;
    });
    for (const read of ['/', '/events', path, '/metrics', '/api/status']) {
      expect(await world.send(read, { headers: HTML }), read).toMatchObject({ status: 200 });
    }
    expect(isDone).toBe(false);
    other.exec('rollback');
    other.close();
    expect(await retried).toMatchObject({
      status: 303,
      headers: { location: `${path}?done=queued` },
    });
    expect(await stateOf(world, held.eventId)).toBe('pending');
  });
});
