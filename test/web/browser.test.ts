import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listEvents } from '../../src/outbox/list-events.ts';
import type { State } from '../../src/outbox/states.ts';
import { eventPath } from '../../src/web/paths.ts';
import { axeProblems, openBrowser, openPage, scrollsSideways } from '../support/web-browser.ts';
import { startWebWorld, type WebWorld } from '../support/web-world.ts';

const TOKEN = 'correct-horse-battery-staple';
const PAGE_BYTES_MAX = 60_000;

let browser: Browser;
let world: WebWorld;

beforeAll(async () => {
  [browser, world] = await Promise.all([openBrowser(), startWebWorld({ schedule: '0 2 * * *' })]);
});

afterAll(async () => {
  await browser.close();
  await world[Symbol.asyncDispose]();
});

async function pathOf(of: WebWorld, state: State): Promise<string> {
  const windows = [{ tenants: [of.tenant.tenant] }];
  const [event] = await listEvents(of.context.db, { windows, state, limit: 1 });
  if (event === undefined) throw new Error(`no event is ${state}`);
  return eventPath(event);
}

async function allPaths(): Promise<string[]> {
  return [
    '/',
    '/tenants/sandbox',
    '/events',
    '/events?state=rejected',
    '/search?q=stranger%40other.example',
    '/search?q=a',
    await pathOf(world, 'held'),
    await pathOf(world, 'delivered'),
    await pathOf(world, 'skipped'),
    '/nothing',
  ];
}

const SCREENS = [360, 1280].flatMap((width) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    [true, false].map((javaScriptEnabled) => ({ width, colorScheme, javaScriptEnabled })),
  ),
);

describe.each(SCREENS)('$width px, $colorScheme, JavaScript $javaScriptEnabled', (screen) => {
  test('every page fits, is accessible, and loads only its own files', async () => {
    const { page, requests, problems, close } = await openPage(browser, screen);
    for (const path of await allPaths()) {
      // Not until idle: the stream of changes stays open.
      await page.goto(world.origin + path, { waitUntil: 'load' });
      expect(await page.locator('h1').count(), path).toBe(1);
      expect(await scrollsSideways(page), `${path} scrolls sideways`).toBe(false);
      if (screen.javaScriptEnabled) expect(await axeProblems(page), path).toEqual([]);
      await screenshot(page, screen, path);
    }
    expect(requests.filter((url) => !url.startsWith(`${world.origin}/`))).toEqual([]);
    expect(problems.filter((text) => !text.includes('404'))).toEqual([]);
    await close();
  });
});

/** `SCREENSHOTS=DIR` keeps pictures to look at. */
async function screenshot(
  page: { screenshot(options: { path: string; fullPage: boolean }): Promise<unknown> },
  { width, colorScheme, javaScriptEnabled }: (typeof SCREENS)[number],
  path: string,
): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined || !javaScriptEnabled) return;
  mkdirSync(folder, { recursive: true });
  const name = path.replaceAll(/\W+/g, '-').slice(0, 40);
  await page.screenshot({ path: `${folder}/${width}-${colorScheme}${name}.png`, fullPage: true });
}

test('control: axe reports a problem', async () => {
  const { page, close } = await openPage(browser, {
    width: 360,
    colorScheme: 'light',
    javaScriptEnabled: true,
  });
  await page.goto(`${world.origin}/events`);
  await page.evaluate(`document.documentElement.removeAttribute('lang')`);
  expect((await axeProblems(page)).join('\n')).toContain('html-has-lang');
  await close();
});

test('a page with its files weighs less than 60 kB', async () => {
  const files = ['/assets/style.css', '/assets/live.js', '/assets/icon.svg'];
  let fileBytes = 0;
  for (const file of files) fileBytes += Buffer.byteLength((await world.send(file)).text);
  for (const path of await allPaths()) {
    const { text } = await world.send(path, { headers: { accept: 'text/html' } });
    expect(Buffer.byteLength(text) + fileBytes, path).toBeLessThan(PAGE_BYTES_MAX);
  }
});

describe.each([true, false])('with JavaScript %s', (javaScriptEnabled) => {
  const screen = { width: 1280, colorScheme: 'light', javaScriptEnabled } as const;

  test('log in, read, search, retry, skip, log out', async () => {
    await using own = await startWebWorld({ token: TOKEN });
    const { page, close } = await openPage(browser, screen);
    await page.goto(`${own.origin}/events?state=held`);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('This token is wrong.').waitFor();
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Events' }).waitFor();
    expect(page.url()).toBe(`${own.origin}/events?state=held`);

    await page.locator('tbody th a').first().click();
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('The event is queued again. The next sync sends it.').waitFor();
    await page.getByRole('button', { name: 'Skip' }).click();
    await page.getByText('The event will not be sent.').waitFor();
    const id = (await page.locator('dl code.id').first().textContent()) ?? '';

    await page.getByRole('searchbox', { name: 'Search a share' }).fill(id);
    await page.keyboard.press('Enter');
    await page.getByText('an operator skipped it').waitFor();
    await page.getByRole('searchbox', { name: 'Search a share' }).fill('stranger@other.example');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('heading', { name: 'No share found' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await close();
  });
});

test('with JavaScript, a page shows a change without a reload', async () => {
  await using own = await startWebWorld({ isSynced: false });
  const { page, close } = await openPage(browser, {
    width: 1280,
    colorScheme: 'light',
    javaScriptEnabled: true,
  });
  await page.goto(`${own.origin}/events`);
  await page.getByText('No events yet.').waitFor();
  const connected = page.waitForResponse(/\/updates$/).catch(() => undefined);
  await page.reload();
  await connected;
  await own.sync();
  await page.locator('tbody th a').first().waitFor();
  await close();
});

test('the keyboard reaches everything, and the focus is visible', async () => {
  const { page, close } = await openPage(browser, {
    width: 1280,
    colorScheme: 'light',
    javaScriptEnabled: false,
  });
  await page.goto(`${world.origin}/events`);
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to content');
  const reached: string[] = [];
  for (let step = 0; step < 14; step += 1) {
    await page.keyboard.press('Tab');
    reached.push(
      (await page.locator(':focus').getAttribute('name')) ??
        (await page.locator(':focus').textContent()) ??
        '',
    );
  }
  expect(reached.slice(0, 5)).toEqual(['sharetrail', 'Tenants', 'Events', 'q', 'Search']);
  expect(reached).toEqual(
    expect.arrayContaining(['tenant', 'state', 'reason', 'source', 'Filter']),
  );
  await close();
});
