import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { listEvents } from '../../src/outbox/list-events.ts';
import { SERVER_LIMITS } from '../../src/web/limits.ts';
import { eventPath } from '../../src/web/paths.ts';
import { FORM, type RequestOptions, startWebWorld, type WebWorld } from '../support/web-world.ts';

const HTML = { accept: 'text/html' } as const;
const REMOVED = /(?![\t\n])[\p{Cc}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u;

const TITLES = {
  html: '<img src=x onerror=alert(1)>',
  script: '</title></bdi><script>alert(1)</script>',
  quotes: `"'><a href="javascript:alert(1)">x</a>`,
  'right-to-left': 'invoice \u{202e}fdp.exe',
  ansi: '\u{1b}[31mred\u{1b}[0m\u{7}',
  long: 'x'.repeat(255),
} as const;

async function worldWithTitles(): Promise<WebWorld> {
  return startWebWorld({
    seed: ({ salesforce, clock }) => {
      const account = salesforce.add('Account', { Name: TITLES.html });
      const contact = salesforce.add('Contact', {
        AccountId: account,
        FirstName: '<b>Ada</b>',
        LastName: TITLES.script,
        Email: 'ada@globex.example',
      });
      for (const title of Object.values(TITLES)) {
        salesforce.deliver({ title, relatedTo: contact, at: clock.now() - 3_600_000 });
      }
    },
  });
}

describe('titles and names', () => {
  test('are text on every page, whatever they contain', async () => {
    await using world = await worldWithTitles();
    const windows = [{ tenants: [world.tenant.tenant] }];
    const events = await listEvents(world.context.db, { windows, limit: 100 });
    expect(events).toHaveLength(Object.keys(TITLES).length);
    const paths = ['/', '/events', '/search?q=ada%40globex.example', ...events.map(eventPath)];
    for (const path of paths) {
      const { status, text } = await world.send(path, { headers: HTML });
      expect(status, path).toBe(200);
      expect(text).not.toMatch(/<img|<script>|<b>Ada|href="javascript/);
      expect(text).not.toMatch(REMOVED);
    }
    const shown = (await world.send('/events', { headers: HTML })).text;
    expect(shown).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });
});

describe('searches', () => {
  test('are text, whatever they contain', async () => {
    await using world = await startWebWorld();
    const texts = [
      '%',
      '_',
      '"',
      '" OR 1',
      "' or 1=1 --",
      '*',
      'NEAR(',
      '\u{0}',
      '🦊',
      '\\',
      '%25',
    ];
    for (const text of texts) {
      const q = encodeURIComponent(text);
      for (const path of [`/search?q=${q}`, `/events?q=${q}`, `/api/events?q=${q}`]) {
        const { status } = await world.send(path, { headers: HTML });
        expect([200, 303], `${path} ${status}`).toContain(status);
      }
      expect((await world.send(`/api/explain?q=${q}`)).status).toBe(200);
    }
  });

  test('of 10,000 characters are refused, with the limit', async () => {
    await using world = await startWebWorld({ seed: () => {} });
    const q = 'x'.repeat(10_000);
    for (const path of [`/search?q=${q}`, `/events?q=${q}`, `/api/explain?q=${q}`]) {
      const { status, text } = await world.send(path, { headers: HTML });
      expect(status).toBe(400);
      expect(text).toContain('10000 characters; the limit is 1000');
    }
  });

  test.each([
    'state=gone',
    'source=ftp',
    'before=x',
    'before=2026-02-30',
    'before=2026-13-01',
    'limit=0',
    'limit=1e9',
    'limit=-1',
  ])('the parameter %s is refused with what is allowed', async (query) => {
    await using world = await startWebWorld({ seed: () => {} });
    const { status, text } = await world.send(`/api/events?${query}`);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { message: expect.any(String) } });
  });
});

describe('a parameter that a path does not have', () => {
  test('is refused by the API, with those that the path has', async () => {
    await using world = await worldWithTitles();
    const event = await anyEvent(world);
    for (const [path, known] of [
      ['/api/status', 'tenant'],
      ['/api/events?limit=1', 'tenant, state, reason, source, q, before, limit'],
      [`/api${eventPath(event)}`, 'no parameters'],
      ['/api/explain?q=x', 'q, text, tenant, limit'],
    ] as const) {
      expect((await world.send(path)).status, `control: ${path}`).toBe(200);
      const { status, text } = await world.send(withParameter(path, 'sate=x'));
      expect(status, path).toBe(400);
      expect(JSON.parse(text).error.message, path).toBe(
        `the parameter "sate" is unknown: this address accepts ${known}`,
      );
    }
  });

  test('is named as in the address, whatever it contains', async () => {
    await using world = await startWebWorld({ seed: () => {} });
    const names = ['%3Cscript%3E', '%E2%80%AE', '__proto__', 'x'.repeat(10_000), '%ED%A0%80', ''];
    for (const name of names) {
      const { status, text } = await world.send(`/api/events?${name}=1`);
      expect(status, name).toBe(400);
      expect(text).not.toMatch(/<script>/);
      expect(text).not.toMatch(REMOVED);
      expect(text.length).toBeLessThan(5_000);
    }
  });

  test('is ignored by the pages: mail programs add some to links', async () => {
    await using world = await worldWithTitles();
    const event = await anyEvent(world);
    const paths = ['/', `/tenants/${event.tenant}`, '/events?state=held', '/events?state=pending'];
    for (const path of [...paths, eventPath(event), '/search?q=globex', '/search?q=nothing']) {
      const plain = await world.send(path, { headers: HTML });
      const decorated = await world.send(withParameter(path, 'utm_source=mail&__proto__=x'), {
        headers: HTML,
      });
      expect([200, 303], path).toContain(plain.status);
      expect(decorated.status, path).toBe(plain.status);
      expect(decorated.headers['location'], path).toBe(plain.headers['location']);
      expect(withoutAges(decorated.text), path).toBe(withoutAges(plain.text));
    }
  });
});

describe('a parameter that is given twice', () => {
  test.each([
    ['/api/events', ['state=held', 'reason=no-url', 'source=salesforce', 'q=x', 'limit=1']],
    ['/api/events', ['before=2026-01-01']],
    ['/api/explain', ['q=x', 'text=x']],
    ['/api/explain?q=x', ['limit=1']],
    ['/events', ['tenant=sandbox', 'state=held', 'reason=no-url', 'source=salesforce', 'q=x']],
    ['/events', ['before=2026-01-01']],
    ['/search', ['q=x']],
  ])('is refused with its name, by %s: %s', async (path, parameters) => {
    await using world = await startWebWorld({ seed: () => {} });
    for (const parameter of parameters) {
      const once = withParameter(path, parameter);
      expect((await world.send(once, { headers: HTML })).status, `control: ${once}`).toBe(200);
      const { status, text } = await world.send(withParameter(once, parameter));
      const [name] = parameter.split('=');
      expect([status, text]).toEqual([400, expect.stringContaining('is given twice, but takes')]);
      expect(text).toContain(name);
    }
  });

  test('is refused in any of two spellings', async () => {
    await using world = await startWebWorld({ seed: () => {} });
    const { status, text } = await world.send('/api/explain?q=x&text=y');
    expect([status, JSON.parse(text).error.message]).toEqual([400, 'q and text mean the same']);
  });

  test('selects several tenants in the API, like --tenant', async () => {
    await using world = await startWebWorld({ otherTenants: ['second', 'third'] });
    const { tenant } = world.tenant;
    const namesOf = async (query: string) => {
      const { status, text } = await world.send(`/api/status?${query}`);
      expect(status).toBe(200);
      return JSON.parse(text).tenants.map((each: { tenant: string }) => each.tenant);
    };
    const all = [tenant, 'second', 'third'].toSorted();
    expect(await namesOf('')).toEqual(all);
    expect(await namesOf('tenant=')).toEqual(all);
    expect(await namesOf('tenant=third&tenant=second')).toEqual(['second', 'third']);
    const { eventId } = await anyEvent(world);
    const found = JSON.stringify({ eventId }).slice(1, -1);
    for (const path of ['/api/events?', `/api/explain?q=${encodeURIComponent(eventId)}&`]) {
      const both = await world.send(`${path}tenant=second&tenant=${tenant}`);
      expect(both.text, path).toContain(found);
      const others = await world.send(`${path}tenant=second&tenant=third`);
      expect([others.status, others.text.includes(found)], path).toEqual([200, false]);
      const unknown = await world.send(`${path}tenant=${tenant}&tenant=unknown`);
      expect(unknown.status, path).toBe(404);
    }
  });
});

async function anyEvent(world: WebWorld) {
  const windows = [{ tenants: [world.tenant.tenant] }];
  const [event = expect.fail('there is no event')] = await listEvents(world.context.db, {
    windows,
    limit: 1,
  });
  return event;
}

/** Seconds pass between two requests on a busy machine. */
function withoutAges(page: string): string {
  return page.replaceAll(/\d+ (?:s|min) ago/g, 'ago');
}

function withParameter(path: string, parameter: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${parameter}`;
}

describe('the pages', () => {
  test('have only links and forms that work', async () => {
    await using world = await worldWithTitles();
    const seen = new Set(['/']);
    for (const path of seen) {
      const { status, text } = await world.send(path, { headers: HTML });
      expect([200, 303], path).toContain(status);
      for (const [, link = ''] of text.matchAll(/(?:href|action)="(\/[^"]*)"/g)) {
        const isPost = text.includes(`action="${link}" method="post"`);
        if (!isPost) seen.add(link.replaceAll('&amp;', '&'));
      }
      for (const [, form = ''] of text.matchAll(
        /<form[^>]*action="\/(?:events|search)"(.*?)<\/form>/gs,
      )) {
        const names = [...form.matchAll(/ name="([^"]+)"/g)].map(([, name]) => `${name}=`);
        const action = form.includes('filter-') ? '/events' : '/search';
        seen.add(`${action}?${names.join('&')}`);
      }
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(['/events?tenant=&state=&reason=&source=&q=', '/search?q=']),
    );
  });
});

describe('a method that a path does not have', () => {
  test.each([
    ['PUT', '/'],
    ['DELETE', '/events'],
    ['PATCH', '/tenants/sandbox'],
    ['PUT', '/api/status'],
    ['OPTIONS', '/api/events'],
    ['DELETE', '/metrics'],
    ['PUT', '/healthz'],
    ['DELETE', '/events/sandbox/salesforce%3Ax'],
  ])('%s %s is refused with those that it has', async (method, path) => {
    await using world = await startWebWorld({ seed: () => {} });
    const { status, headers } = await world.send(path, { method });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  test('is refused for a change, too', async () => {
    await using world = await startWebWorld({ seed: () => {} });
    const { status, headers } = await world.send('/events/sandbox/salesforce%3Ax/skip');
    expect([status, headers['allow']]).toEqual([405, 'POST']);
  });

  test('does not make a path of one that does not exist', async () => {
    await using world = await startWebWorld({ seed: () => {} });
    const { status, headers } = await world.send('/nowhere', { method: 'PUT' });
    expect([status, headers['allow']]).toEqual([404, undefined]);
  });

  test('says nothing about paths without a login', async () => {
    await using world = await startWebWorld({ seed: () => {}, token: 'a token' });
    const { status, headers } = await world.send('/api/status', { method: 'PUT' });
    expect([status, headers['allow']]).toEqual([401, undefined]);
  });
});

describe('the body of a change', () => {
  const path = '/events/sandbox/salesforce%3Ax/skip';

  test('that is absent is refused, and is no bug in the log', async () => {
    await using world = await startWebWorld({ seed: () => {} });
    // As curl sends it: without Content-Length, which Node's client adds.
    const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${world.port}\r\nConnection: close`;
    expect(await raw(world.port, `${head}\r\n\r\n`)).toMatch(/^HTTP\/1.1 403 /);
    expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test.each<[string, number, string, RequestOptions]>([
    [
      'has no announced length',
      411,
      'does not announce the length',
      { headers: { 'transfer-encoding': 'chunked' }, body: 'form_token=x' },
    ],
    [
      'is too long',
      413,
      `more than ${SERVER_LIMITS.bodyBytesMax} bytes`,
      { body: 'x'.repeat(SERVER_LIMITS.bodyBytesMax + 1) },
    ],
  ])('that %s is refused and is no bug in the log', async (_name, status, message, options) => {
    await using world = await startWebWorld({ seed: () => {} });
    const { body, headers } = options;
    const length = body === undefined ? {} : { 'content-length': `${body.length}` };
    const response = await world.send(path, {
      ...options,
      method: 'POST',
      headers: headers ?? length,
    });
    expect(response).toMatchObject({ status, text: expect.stringContaining(message) });
    expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('paths', () => {
  test.each([
    '/../../etc/passwd',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/events/sandbox/..%2f..%2fetc%2fpasswd',
    '/events/..%2f/x',
    '/events/sandbox/%ff%fe',
    '/events/sandbox/%00',
    '/events/sandbox/%',
    '/tenants/%2e%2e',
    '/tenants/..%5c..%5c',
    '//evil.example/',
    '/events/unknown/drive:1',
  ])('%s leads to no file and to no error of the server', async (path) => {
    await using world = await startWebWorld({ seed: () => {} });
    const { status, text } = await world.send(path, { headers: HTML });
    expect([200, 303, 400, 404], `${status}`).toContain(status);
    expect(text).not.toMatch(/root:|"dependencies"/);
    expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('sizes', () => {
  test('headers and bodies are bounded', async () => {
    await using world = await startWebWorld({ seed: () => {} });
    const big = 'x'.repeat(SERVER_LIMITS.headerBytesMax);
    expect((await world.send('/', { headers: { 'x-big': big } })).status).toBe(431);
    expect((await world.send(`/events?q=${big}`)).status).toBe(431);
    const body = `token=${'x'.repeat(SERVER_LIMITS.bodyBytesMax)}`;
    const sent = { method: 'POST', headers: { ...FORM, origin: world.origin }, body };
    expect((await world.send('/events/sandbox/x/skip', sent)).status).toBe(413);
    const chunked = { ...sent, headers: { ...sent.headers, 'transfer-encoding': 'chunked' } };
    expect((await world.send('/events/sandbox/x/skip', chunked)).status).toBe(411);
  });

  test('what is not HTTP is refused, and the connection closed', async () => {
    await using world = await startWebWorld({ seed: () => {} });
    expect(await raw(world.port, 'GET\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(world.port, '\u{16}\u{3}\u{1}hello')).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(world.port, 'GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    const unnamed = 'GET / HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n';
    expect(await raw(world.port, unnamed)).toMatch(/^HTTP\/1.1 40[03] /);
  });
});

/** Sends bytes, and returns everything until the server closes the connection. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      received += part;
    });
    socket.on('error', reject).on('close', () => resolve(received));
  });
}
