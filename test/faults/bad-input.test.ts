import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import { problemsOf } from '../support/exactly-once.ts';
import { leaksOf } from '../support/leaks.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';

let world: CliWorld;

beforeEach(async () => {
  world = await startCliWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

/** A title, and the title that Gong gets if it differs. */
const TITLES: readonly (readonly [title: string, reported?: string])[] = [
  ['🎉 Offer 👩‍👩‍👧 for you'],
  ['عرض خاص للعميل'],
  ['x'.repeat(255)],
  ['   ', 'Untitled'],
  ['half \ud800 of a pair', 'half \ufffd of a pair'],
  ['low \udc00', 'low \ufffd'],
  ['\u001b[2J\u001b[31mred\u0007'],
  ['\u009b2J\u202etfihs\u202c \u2066'],
  ['a\u0000nul'],
  ['two\r\nlines\u2028and\ta tab'],
  ['Robert"); DROP TABLE event;--'],
  ['quote " back \\ slash \' tick ` ${HOME}'],
];

/** Every control character except the line end. */
const CONTROL = /[^\P{Cc}\n]/u;
const CHANGES_DIRECTION = /[\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

describe('text that people write', () => {
  test('every title reaches Gong, and events --json prints it unchanged', async () => {
    const contact = addContact({ LastName: 'Byron' });
    for (const [title] of TITLES) deliver(title, contact);

    expect(await world.run('sync')).toMatchObject({ code: 0 });

    const expected = TITLES.map(([title, reported]) => reported ?? title);
    const bodies = world.sandbox.gong.events.map(({ body }) => body);
    expect(bodies.map((body) => body?.['contentTitle']).toSorted()).toEqual(expected.toSorted());
    const { stdout } = await world.run('events --json');
    const titles = linesOf(stdout).map((line) => String(JSON.parse(line).content.title));
    expect(titles.map((title) => title.toWellFormed()).toSorted()).toEqual(expected.toSorted());
  });

  test('no title moves the cursor, colors the screen or fakes a line on a terminal', async () => {
    const contact = addContact({ LastName: 'Byron', Title: 'CTO\u001b[2J' });
    const ids = TITLES.map(([title]) => deliver(title, contact));
    await world.run('sync');

    const list = onTerminal('events');
    expect(list.split('\n').filter((line) => line.includes('salesforce:05D'))).toHaveLength(
      TITLES.length,
    );
    for (const shown of [list, ...ids.slice(6, 8).map((id) => onTerminal(`events show ${id}`))]) {
      expect(withoutBold(shown)).not.toMatch(CONTROL);
      expect(shown).not.toMatch(CHANGES_DIRECTION);
    }
    expect(onTerminal(`events show ${ids[6]}`)).toContain('\\u{1b}[2J\\u{1b}[31mred\\u{7}');
  });

  test('explain, status, a message of Gong, and the log show no control character either', async () => {
    const errors = ['bad \u001b[2J\u202e title\u0007', 'second\r\nline'];
    const body = { requestId: '4al018gzaztcr8nbukw', errors };
    const action = { kind: 'answer', status: 400, body } as const;
    world.sandbox.faults.add({ vendor: 'gong', action });
    const contact = addContact({ LastName: 'Byron\u001b[31m\u0007', FirstName: '\u202eAda' });
    const ids = TITLES.map(([title]) => deliver(title, contact));
    const { code, stderr } = await world.run('sync --log-level debug');
    expect(code).toBe(1);
    expect(stderr).not.toMatch(CONTROL);

    const words = [
      `explain ${ids[6]}`,
      `explain ${ids[7]}`,
      'explain ada@globex.example --limit 20',
      "explain 'robert drop table'",
      `events show ${ids[6]}`,
      'events --state rejected',
      'status --verbose',
    ];
    for (const each of words) {
      const shown = onTerminal(each);
      expect(shown.length, each).toBeGreaterThan(100);
      expect(withoutBold(shown), each).not.toMatch(CONTROL);
      expect(shown, each).not.toMatch(CHANGES_DIRECTION);
    }
    expect(onTerminal(`explain ${ids[6]}`)).toContain('\\u{1b}[2J\\u{1b}[31mred\\u{7}');
    expect(onTerminal('events --state rejected')).toContain('bad \\u{1b}[2J');
  });

  test('names with quotes, backslashes and controls, and an odd address, reach Gong unchanged', async () => {
    const names = { FirstName: 'Pat "The\\Rock"', LastName: "O'Brien\u0007", Title: 'VP "R&D" \\' };
    const email = "pat.o'brien+x@globex.example";
    const contact = addContact({ ...names, Email: email });
    deliver('Offer', contact);

    expect(await world.run('sync')).toMatchObject({ code: 0 });

    const [event] = world.sandbox.gong.events;
    expect(event?.body).toMatchObject({
      recipients: [{ email, name: 'Pat "The\\Rock" O\'Brien\u0007', title: 'VP "R&D" \\' }],
    });
  });

  test('a delivery without a link is skipped with its reason; the others are delivered', async () => {
    const contact = addContact({ LastName: 'Byron' });
    deliver('With a link', contact);
    for (const DistributionPublicUrl of [null, '', '  ']) {
      deliver('Without', contact, { DistributionPublicUrl });
    }
    const { code, stdout } = await world.run('sync --json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs).toMatchObject([{ delivered: 1, skipped: { 'no-url': 3 } }]);
    const { stdout: skipped } = await world.run('events --state skipped --json');
    expect(linesOf(skipped).map((line) => JSON.parse(line).reason)).toEqual(
      Array.from({ length: 3 }, () => 'no-url'),
    );
  });

  test('an invalid link is rejected locally and not sent: exit 1', async () => {
    const contact = addContact({ LastName: 'Byron' });
    deliver('Offer', contact, { DistributionPublicUrl: 'javascript:alert(1)' });
    const { code, stdout } = await world.run('sync');
    expect(code).toBe(1);
    expect(stdout).toContain("1 event was not sent: the body violates Gong's reference");
    expect(stdout).toContain(' events --state rejected --config ');
    const { stdout: rejected } = await world.run('events --state rejected --json');
    expect(JSON.parse(rejected)).toMatchObject({ errors: ['contentUrl: must be given'] });
    expect(world.sandbox.gong.requests).toEqual([]);
  });
});

const HTML = '<html><body>We are down for maintenance</body></html>';

describe('vendor responses, as the operator sees them', () => {
  test.each([
    [401, 'Check gong.auth'],
    [403, 'trusted IP addresses'],
    [404, 'not enabled for this company'],
  ])('Gong returns %d with HTML: exit 1 with a hint; nothing is lost', async (status, hint) => {
    const ids = world.deliver(6);
    const action = { kind: 'answer', status, body: HTML } as const;
    world.sandbox.faults.add({ vendor: 'gong', action });
    const { code, stdout } = await world.run('sync');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^sandbox: failed\b.* 6 shares found, 0 delivered, 6 pending/);
    expect(stdout).toContain(`gong: Gong refused (${status})`);
    expect(stdout).toContain(hint);
    expect(await leaksOf(world)).toEqual([]);
    world.sandbox.faults.clear();
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
  });

  test('Gong returns 400 for everything: stops early, exit 1, with the command to retry', async () => {
    world.deliver(60);
    const body = { requestId: 'r', errors: ['reportingSystem: unknown'] };
    world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'answer', status: 400, body } });
    const { code, stdout } = await world.run('sync');
    expect(code).toBe(1);
    expect(stdout).toContain(
      'Gong rejected 20 events in a row with the same errors: reportingSystem: unknown',
    );
    expect(stdout).toContain(' events retry --state rejected');
    const { stdout: list } = await world.run('events --state pending --json');
    expect(linesOf(list).length).toBeGreaterThan(30);
  });

  test('Salesforce rejects the login: exit 1 with the reason', async () => {
    const body = {
      error: 'invalid_grant',
      error_description: 'user hasn’t approved this consumer',
    };
    const rule = { vendor: 'salesforce', pathIncludes: '/oauth2/token' };
    world.sandbox.faults.add({ ...rule, action: { kind: 'answer', status: 400, body } });
    const { code, stdout } = await world.run('sync');
    expect(code).toBe(1);
    expect(stdout).toContain('salesforce: Salesforce');
    expect(stdout).toContain('invalid_grant');
    expect(await leaksOf(world)).toEqual([]);
  });

  test('Salesforce returns a web page (404): exit 1 with the setting to check', async () => {
    const action = { kind: 'answer', status: 404, body: HTML } as const;
    world.sandbox.faults.add({ vendor: 'salesforce', pathIncludes: '/query', action });
    const { code, stdout } = await world.run('sync');
    expect(code).toBe(1);
    expect(stdout).toContain('status 404 and a web page');
    expect(stdout).toContain('salesforce.loginUrl');
  });

  test('secrets that vendors repeat are not shown, logged or stored', async () => {
    world.deliver(2);
    const { gong } = world.sandbox.credentials;
    const basic = Buffer.from(`${gong.accessKey}:${gong.accessKeySecret}`).toString('base64');
    const text = `bad key ${gong.accessKey} with ${gong.accessKeySecret} (Basic ${basic})`;
    const body = { requestId: 'r', errors: [text] };
    world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'answer', status: 400, body } });
    const { stdout } = await world.run('sync --json');
    expect(JSON.parse(stdout).runs).toMatchObject([{ rejected: 2 }]);
    expect((await world.run('events --json')).stdout).toContain('bad key ••• with •••');

    const message = `Session ${sessionToken(2)} may not see this`;
    const action = {
      kind: 'answer',
      status: 403,
      body: [{ errorCode: 'INSUFFICIENT_ACCESS', message }],
    } as const;
    world.sandbox.faults.add({ vendor: 'salesforce', pathIncludes: '/query', action });
    expect((await world.run('sync')).stdout).toContain('Session ••• may not see this');
    expect(world.sandbox.salesforce.state.sessions.isOpen(sessionToken(2))).toBe(true);
    expect(await leaksOf(world)).toEqual([]);
  });

  test('control: the search for secrets finds them in output and database', async () => {
    world.deliver(1);
    await world.run('sync');
    expect(await leaksOf(world)).toEqual([]);
    const { privateKey } = world.sandbox.credentials.salesforce;
    const { accessKeySecret } = world.sandbox.credentials.gong;
    const [, line = ''] = privateKey.split('\n');
    world.query('update event set errors = ?', `${line} ${sessionToken(1)}`);
    const sabotage: Sabotage = {
      file: 'lib/secret.ts',
      find: 'if (ranges.length === 0) return text;',
      put: 'return text;',
    };
    const env = { SABOTAGE: JSON.stringify(sabotage) };
    await world.run(`events show ${accessKeySecret}`, { preloads: ['sabotage.ts'], env });
    expect(await leaksOf(world)).toEqual([
      'the output shows the access key’s secret',
      'sharetrail.db shows a line of the private key',
      'sharetrail.db shows a Salesforce session',
    ]);
  });
});

function addContact(values: Readonly<Record<string, string>>): string {
  return world.sandbox.salesforce.add('Contact', { Email: 'ada@globex.example', ...values });
}

function deliver(
  title: string,
  relatedTo: string,
  fields: Readonly<Record<string, string | null>> = {},
): string {
  const { deliveryId } = world.sandbox.salesforce.deliver({ title, relatedTo, fields });
  return `salesforce:${deliveryId}`;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** The n-th session token that the sandbox issues. */
function sessionToken(number: number): string {
  const { credentials, salesforce } = world.sandbox;
  const seed = `session ${credentials.salesforce.clientId} ${number}`;
  const digest = createHash('sha256').update(seed).digest('hex');
  return `${salesforce.organizationId.slice(0, 15)}!AQ0AQ${digest}`;
}

/** The output of the command on a terminal of 200 columns, which script(1) provides. */
function onTerminal(words: string): string {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const command = `${root}node_modules/.bin/node ${root}src/main.ts ${words}`;
  const line = `stty cols 200; ${command} --config ${world.folder}`;
  const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], { encoding: 'utf8' });
  return stdout.replaceAll('\r\n', '\n');
}

/** Headings are bold. */
function withoutBold(text: string): string {
  return text.replaceAll('\u001b[1m', '').replaceAll('\u001b[22m', '');
}
