import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { hostNameOf, isOwnOrigin } from '../../src/web/guard/host-name.ts';
import { LoginAttempts } from '../../src/web/guard/login-attempts.ts';
import { createSessions } from '../../src/web/guard/sessions.ts';
import { LOGIN_LIMITS } from '../../src/web/limits.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  cookiesOf,
  FORM,
  formTokenIn,
  startWebWorld,
  type WebWorld,
} from '../support/web-world.ts';

const TOKEN = 'correct-horse-battery-staple';
const HTML = { accept: 'text/html' } as const;
const PROTECTED = ['/', '/events', '/tenants/sandbox', '/metrics', '/api/status', '/updates'];

async function logIn(world: WebWorld, token = TOKEN) {
  const page = await world.send('/login', { headers: HTML });
  const cookie = cookiesOf(page);
  const fields = new URLSearchParams({ form_token: formTokenIn(page), token, next: '/events' });
  const response = await world.send('/login', {
    method: 'POST',
    headers: { ...FORM, ...HTML, cookie, origin: world.origin },
    body: fields.toString(),
  });
  return { response, cookie: `${cookie}; ${cookiesOf(response)}` };
}

describe('with a token', () => {
  test('nothing but the probes, the login and its files is readable without it', async () => {
    await using world = await startWebWorld({ token: TOKEN, seed: () => {} });
    for (const path of PROTECTED) {
      expect(await world.send(path), path).toMatchObject({ status: 401 });
    }
    const page = await world.send('/events?state=held', { headers: HTML });
    expect(page).toMatchObject({
      status: 303,
      headers: { location: '/login?next=%2Fevents%3Fstate%3Dheld' },
    });
    for (const path of ['/healthz', '/readyz', '/login', '/assets/style.css']) {
      expect(await world.send(path), path).toMatchObject({ status: 200 });
    }
  });

  test('programs send it as a bearer token; wrong, missing and repeated ones are refused', async () => {
    await using world = await startWebWorld({ token: TOKEN, seed: () => {} });
    const statusWith = async (authorization: string | string[]) =>
      (await world.send('/api/status', { headers: { authorization } })).status;
    expect(await statusWith(`Bearer ${TOKEN}`)).toBe(200);
    expect(await statusWith(`bearer ${TOKEN}`)).toBe(200);
    for (const wrong of [`Bearer ${TOKEN}x`, TOKEN, 'Bearer ', `Basic ${TOKEN}`, 'Bearer a b']) {
      expect(await statusWith(wrong), wrong).toBe(401);
    }
    expect(await statusWith([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`])).toBe(400);
    expect((await world.send(`/api/status?token=${TOKEN}`)).status).toBe(401);
  });

  test('a browser logs in once; the cookie is not readable by scripts or other sites', async () => {
    await using world = await startWebWorld({ token: TOKEN, seed: () => {} });
    const { response, cookie } = await logIn(world);
    expect(response).toMatchObject({ status: 303, headers: { location: '/events' } });
    const [session = ''] = response.headers['set-cookie'] ?? [];
    expect(session).toMatch(/; HttpOnly(;|$)/);
    expect(session).toMatch(/; SameSite=Strict(;|$)/);
    expect(session).not.toContain('Secure');
    for (const path of PROTECTED.filter((each) => each !== '/updates')) {
      expect(await world.send(path, { headers: { cookie } }), path).toMatchObject({ status: 200 });
    }
    const text = (await world.send('/', { headers: { cookie } })).text;
    expect(text).toContain('Log out');
    expect(text).not.toContain(TOKEN);
  });

  test('away from loopback, the cookies are only sent over https', async () => {
    await using world = await startWebWorld({ token: TOKEN, seed: () => {} });
    const host = 'sharetrail.acme.example';
    const page = await world.send('/login', { headers: { ...HTML, host } });
    expect(page.headers['set-cookie']?.[0]).toMatch(/; Secure(;|$)/);
  });

  test('a login after a wrong token, and the log out', async () => {
    await using world = await startWebWorld({ token: TOKEN, seed: () => {} });
    const wrong = await logIn(world, 'wrong');
    expect(wrong.response.status).toBe(401);
    expect(wrong.response.text).toContain('This token is wrong.');
    const { cookie } = await logIn(world);
    const page = await world.send('/', { headers: { cookie } });
    const body = new URLSearchParams({ form_token: formTokenIn(page) }).toString();
    const out = await world.send('/logout', {
      method: 'POST',
      headers: { ...FORM, cookie, origin: world.origin },
      body,
    });
    expect(out.headers['set-cookie']?.[0]).toMatch(/^sharetrail_session=; .*Max-Age=0/);
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/..//evil.example',
    'javascript:alert(1)',
  ])('the login leads only to pages of its own, not to %s', async (next) => {
    await using world = await startWebWorld({ token: TOKEN, seed: () => {} });
    const page = await world.send(`/login?next=${encodeURIComponent(next)}`, { headers: HTML });
    expect(page.text).toContain('name="next" value="/"');
  });
});

describe('sessions', () => {
  const now = Date.parse('2026-11-20T00:00:00Z');

  test('end after their time, and if they were changed or signed with another token', () => {
    const sessions = createSessions(TOKEN);
    const cookie = sessions.begin(now);
    expect(sessions.isValid(cookie, now)).toBe(true);
    expect(sessions.isValid(cookie, now + LOGIN_LIMITS.sessionMsMax)).toBe(false);
    expect(createSessions('another').isValid(cookie, now)).toBe(false);
    const later = cookie.replace(/^\d+/, (expiry) => `${Number(expiry) + 1}`);
    for (const forged of [later, `${cookie}x`, `${cookie}.x`, '', '..', 'a.b.c']) {
      expect(sessions.isValid(forged, now), forged).toBe(false);
    }
  });
});

describe('after ten wrong tokens', () => {
  test('each attempt of the address waits, right or wrong; other addresses do not', async () => {
    const clock = new ManualClock();
    const attempts = new LoginAttempts(clock);
    for (let count = 0; count < LOGIN_LIMITS.wrongMax; count += 1) {
      expect(await attempts.admit('10.0.0.1')).toBe('admitted');
      attempts.addWrong('10.0.0.1');
    }
    expect(await attempts.admit('10.0.0.2')).toBe('admitted');
    const states: string[] = [];
    const waiting = [1, 2].map((number) =>
      attempts.admit('10.0.0.1').then((state) => states.push(`${number} ${state}`)),
    );
    clock.advance(LOGIN_LIMITS.delayMs - 1);
    expect(states).toEqual([]);
    clock.advance(1);
    await settled();
    expect(states).toEqual(['1 admitted']);
    clock.advance(LOGIN_LIMITS.delayMs);
    await Promise.all(waiting);
    expect(states).toEqual(['1 admitted', '2 admitted']);
  });

  test('only some attempts wait, the others are refused; later the address is forgotten', async () => {
    const clock = new ManualClock();
    const attempts = new LoginAttempts(clock);
    for (let count = 0; count < LOGIN_LIMITS.wrongMax; count += 1) attempts.addWrong('10.0.0.1');
    const waiting = Array.from({ length: LOGIN_LIMITS.waitingMax }, () =>
      attempts.admit('10.0.0.1'),
    );
    expect(await attempts.admit('10.0.0.1')).toBe('refused');
    clock.advance(LOGIN_LIMITS.waitingMax * LOGIN_LIMITS.delayMs);
    await Promise.all(waiting);
    clock.advance(LOGIN_LIMITS.forgetMs);
    expect(await attempts.admit('10.0.0.1')).toBe('admitted');
  });

  test('the server waits for it', async () => {
    await using world = await startWebWorld({ token: TOKEN, seed: () => {} });
    const attempt = (token: string) =>
      world.send('/api/status', { headers: { authorization: `Bearer ${token}` } });
    for (let count = 0; count < LOGIN_LIMITS.wrongMax; count += 1) await attempt('wrong');
    const startedAt = performance.now();
    expect((await attempt(TOKEN)).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(LOGIN_LIMITS.delayMs - 50);
  });
});

describe('without a token', () => {
  test.each(['evil.example', 'localhost.evil.example', '10.0.0.1', '127.0.0.1.evil.example'])(
    'a request for the host "%s" is refused',
    async (host) => {
      await using world = await startWebWorld({ seed: () => {} });
      for (const path of ['/', '/api/status', '/healthz', '/metrics']) {
        const response = await world.send(path, { headers: { host } });
        expect([400, 403], `${path} ${response.status}`).toContain(response.status);
        expect(response.text).not.toContain('tenant="');
      }
    },
  );

  test.each(['localhost', '127.0.0.1:80', '127.8.9.10', '[::1]:8080', 'LOCALHOST:1'])(
    'a request for the host "%s" is answered',
    async (host) => {
      await using world = await startWebWorld({ seed: () => {} });
      expect(await world.send('/', { headers: { host } })).toMatchObject({ status: 200 });
    },
  );
});

describe('headers', () => {
  test.each([
    ['localhost:8080', 'localhost'],
    ['[::1]:80', '[::1]'],
    ['Localhost', 'localhost'],
    ['a@localhost', undefined],
    ['localhost/x', undefined],
    ['localhost:x', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('the host in %s is %s', (header, name) => {
    expect(hostNameOf(header)).toBe(name);
  });

  test.each([
    [{ origin: 'http://localhost:80', fetchSite: undefined, host: 'localhost:80' }, true],
    [{ origin: 'https://a.example', fetchSite: 'same-origin', host: 'a.example' }, true],
    [{ origin: undefined, fetchSite: undefined, host: 'a.example' }, true],
    [{ origin: 'null', fetchSite: undefined, host: 'a.example' }, false],
    [{ origin: 'https://b.example', fetchSite: undefined, host: 'a.example' }, false],
    [{ origin: 'https://a.example:444', fetchSite: undefined, host: 'a.example' }, false],
    [{ origin: undefined, fetchSite: 'same-site', host: 'a.example' }, false],
    [{ origin: 'https://a.example', fetchSite: 'cross-site', host: 'a.example' }, false],
  ])('%j comes from our own page: %s', (headers, isOwn) => {
    expect(isOwnOrigin(headers)).toBe(isOwn);
  });

  test('every response forbids inline scripts, other origins, frames and caching', async () => {
    await using world = await startWebWorld({ seed: () => {} });
    for (const path of ['/', '/events', '/nothing', '/api/status', '/healthz']) {
      const { headers } = await world.send(path, { headers: HTML });
      const policy = headers['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['cache-control']).toBe('no-store');
    }
  });
});
