import { describe, expect, onTestFinished, test } from 'vitest';
import { acquireLease, releaseLease } from '../../src/db/leases.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { dryRun } from '../../src/runs/dry-run.ts';
import { createEmit, type RunEvent, type RunListener } from '../../src/runs/run-events.ts';
import { leaseName } from '../../src/runs/tenant-lease.ts';
import { startCliWorld, TENANT, writeConfigFile } from '../support/cli-world.ts';
import { recordPlan } from '../support/dry-run-plan.ts';
import { type LogLine, recordLog } from '../support/recorded-log.ts';
import { startWorld, type World, type WorldOptions } from '../support/world.ts';

let world: World;

async function worldWith(options: WorldOptions, deliveries: number): Promise<void> {
  world = await startWorld(options);
  onTestFinished(() => world.close());
  const contact = world.org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  for (let number = 0; number < deliveries; number += 1) {
    world.org.deliver({ title: `Deck ${number}`, relatedTo: contact });
  }
}

function recorded(): { readonly events: RunEvent[]; readonly listener: RunListener } {
  const events: RunEvent[] = [];
  return { events, listener: (event) => void events.push(event) };
}

const FROM_PUSHING = ['call made', 'gong responded', 'event settled'];

/** Reading's part of the events: pushing runs in parallel. */
function readingOf(events: readonly RunEvent[]): unknown[] {
  return events
    .filter((event) => !('stage' in event) || event.stage !== 'gong')
    .filter(({ kind }) => !FROM_PUSHING.includes(kind));
}

function stages(events: readonly RunEvent[]): unknown[] {
  return readingOf(events).filter((event) => (event as RunEvent).kind.startsWith('stage'));
}

describe('a run reports', () => {
  test('its beginning, its stages in their order, each page, and its end', async () => {
    await worldWith({}, 3);
    const { events, listener } = recorded();
    await world.sync({ listeners: [listener] });
    expect(readingOf(events)).toEqual([
      { kind: 'run started', run: 'sync' },
      { kind: 'stage started', stage: 'salesforce' },
      { kind: 'page committed', created: 3, reconsidered: 0 },
      { kind: 'stage ended', stage: 'salesforce', end: 'done' },
      { kind: 'stage started', stage: 'held' },
      { kind: 'stage ended', stage: 'held', end: 'done' },
      { kind: 'run ended', outcome: 'ok' },
    ]);
  });

  test('a stage that failed; the next one runs', async () => {
    await worldWith({}, 1);
    const action = { kind: 'answer', status: 500, body: '{}' } as const;
    world.server.faults.add({ vendor: 'salesforce', pathIncludes: '/query', action });
    const { events, listener } = recorded();
    expect(await world.sync({ listeners: [listener] })).toMatchObject({ outcome: 'failed' });
    expect(stages(events)).toMatchObject([
      { stage: 'salesforce' },
      { stage: 'salesforce', end: 'failed' },
      { stage: 'held' },
      { stage: 'held', end: 'done' },
    ]);
    expect(events.at(-1)).toEqual({ kind: 'run ended', outcome: 'failed' });
  });

  test('the end of a stage that the database broke', async () => {
    await worldWith({ tenant: { start: 0 } }, 1);
    const { events, listener } = recorded();
    await (await world.context()).db.schema.dropTable('cursor').execute();
    await expect(world.sync({ listeners: [listener] })).rejects.toThrow();
    expect(stages(events)).toMatchObject([
      { kind: 'stage started', stage: 'salesforce' },
      { kind: 'stage ended', stage: 'salesforce', end: 'failed' },
    ]);
  });

  test('a backfill has no stage for held shares', async () => {
    await worldWith({}, 1);
    const { events, listener } = recorded();
    const since = world.clock.now() - 60 * 60_000;
    await world.backfill({ since }, { listeners: [listener] });
    expect(stages(events)).toMatchObject([{ stage: 'salesforce' }, { stage: 'salesforce' }]);
    expect(events.filter(({ kind }) => kind === 'window read').at(-1)).toMatchObject({ done: 1 });
  });

  test('each call that its report counts, and each event that was settled', async () => {
    await worldWith({}, 5);
    const { events, listener } = recorded();
    const { calls, delivered } = await world.sync({ listeners: [listener] });
    const made = events.flatMap((event) => (event.kind === 'call made' ? event.vendor : []));
    expect(made.filter((vendor) => vendor === 'salesforce')).toHaveLength(calls.salesforce);
    expect(made.filter((vendor) => vendor === 'gong')).toHaveLength(calls.gong);
    const settled = events.filter((event) => event.kind === 'event settled');
    expect(new Set(settled.map(({ eventId }) => eventId)).size).toBe(delivered);
    expect(settled.map(({ outcome }) => outcome)).toEqual(Array(delivered).fill('accepted'));
    expect(events).toContainEqual({ kind: 'stage ended', stage: 'gong', end: 'done' });
  });

  test('why pushing ended early, and an event whose attempts are used up', async () => {
    await worldWith({}, 1);
    const answer = (status: number) =>
      world.server.faults.add({ vendor: 'gong', action: { kind: 'answer', status, body: '{}' } });
    const unavailable = answer(503);
    const first = recorded();
    await world.sync({ listeners: [first.listener] });
    expect(first.events).toContainEqual(
      expect.objectContaining({ kind: 'event settled', outcome: 'exhausted' }),
    );
    world.server.faults.remove(unavailable);
    answer(401);
    const second = recorded();
    await world.sync({ listeners: [second.listener] });
    expect(second.events).toContainEqual({ kind: 'stage ended', stage: 'gong', end: 'refused' });
  });

  test('that it lost its lease, and that it ended', async () => {
    await worldWith({}, 1);
    const { db } = await world.context();
    const name = leaseName('acme');
    const { events, listener } = recorded();
    let taken: Promise<unknown> | undefined;
    const takeOver: RunListener = ({ kind }) => {
      if (kind !== 'page committed') return;
      taken ??= db.updateTable('lease').set({ holder: 'elsewhere|1|1|1' }).execute();
    };
    await world.sync({ push: 'queue-only', listeners: [takeOver, listener] });
    await taken;
    expect(events.slice(-2)).toEqual([
      { kind: 'lease lost' },
      { kind: 'run ended', outcome: expect.any(String) },
    ]);
    await releaseLease(db, { name, holder: 'elsewhere|1|1|1' });
    expect(await acquireLease(db, { name, holder: 'next|1|1|1' }, world.clock.now())).toBe(true);
  });
});

describe('a listener that throws', () => {
  test('ends no run, is logged, and is not called again; the others are', async () => {
    const { log, lines } = recordLog({ isDebug: false });
    await worldWith({ log }, 2);
    let calls = 0;
    const broken: RunListener = () => {
      calls += 1;
      throw new Error('broken pipe');
    };
    const { events, listener } = recorded();
    const report = await world.sync({ listeners: [broken, listener] });
    expect(report).toMatchObject({ outcome: 'ok', delivered: 2 });
    expect(calls).toBe(1);
    expect(events.at(-1)).toMatchObject({ kind: 'run ended' });
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'a listener failed at "run started": broken pipe' },
    ]);
  });
});

describe('the log', () => {
  async function linesOf(isDebug: boolean): Promise<readonly LogLine[]> {
    const { log, lines } = recordLog({ isDebug });
    await worldWith({ log }, 2);
    const { runId } = await world.sync();
    for (const { fields } of lines) expect(fields).toMatchObject({ tenant: 'acme', runId });
    return lines;
  }

  test('at debug has a line for each event, with its run, tenant and stage', async () => {
    const lines = await linesOf(true);
    expect(lines.every(({ fields }) => typeof fields['stage'] === 'string')).toBe(true);
    const stagesOf = (message: string) =>
      new Set(
        lines.filter((line) => line.message === message).map(({ fields }) => fields['stage']),
      );
    expect(stagesOf('run started')).toEqual(new Set(['run']));
    expect(stagesOf('page committed')).toEqual(new Set(['salesforce']));
    expect(stagesOf('call made')).toEqual(new Set(['salesforce', 'gong']));
    expect(stagesOf('event settled')).toEqual(new Set(['gong']));
    expect(stagesOf('stage ended')).toEqual(new Set(['salesforce', 'held', 'gong']));
    expect(stagesOf('run ended')).toEqual(new Set(['run']));
  });

  test('at debug has the same lines for a dry run, with an id of its own', async () => {
    const { log, lines } = recordLog({ isDebug: true });
    await worldWith({ log }, 2);
    const { signal } = new AbortController();
    await dryRun(await world.context(), {
      tenant: world.tenant,
      signal,
      reach: 'new',
      ...recordPlan(),
    });
    const [first] = lines;
    expect(first).toMatchObject({ message: 'run started', fields: { run: 'sync', dryRun: true } });
    const runId = first?.fields['runId'];
    expect(runId).toMatch(/^[0-9a-f-]{36}$/);
    for (const { fields } of lines) expect(fields).toMatchObject({ tenant: 'acme', runId });
    const messages = lines.map(({ message }) => message);
    expect(messages).toEqual(expect.arrayContaining(['stage started', 'call made', 'stage ended']));
    expect(messages.at(-1)).toBe('run ended');
  });

  test('above debug has none, and no event is created', async () => {
    const messages = (await linesOf(false)).map(({ message }) => message);
    expect(messages).toEqual(['Salesforce API usage']);
    const parts = { counters: new RunCounters(), log: recordLog({ isDebug: false }).log };
    expect(createEmit([], parts)).toBeUndefined();
  });
});

test('a command at debug names the run on each line of it, by the id that status shows', async () => {
  await using cli = await startCliWorld();
  cli.deliver(2);
  const service = { database: cli.database, log: { level: 'debug' } };
  writeConfigFile(cli, 'sharetrail.yaml', JSON.stringify(service));
  const { stderr } = await cli.run('sync --json');
  const { tenants } = JSON.parse((await cli.run('status --json')).stdout);
  const { runId } = tenants[0].runs[0];
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const followed = lines.filter(({ msg }) => msg === 'event settled' || msg === 'run ended');
  // The last line is the summary of the run.
  expect(followed.map(({ level }) => level)).toEqual(['debug', 'debug', 'debug', 'info']);
  for (const line of followed) expect(line).toMatchObject({ runId, tenant: TENANT });
});
