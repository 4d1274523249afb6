/**
 * Takes the pictures of the operator page in the docs: simulated tenants at a fixed time, in a real
 * browser, light and dark, wide and narrow: `npm run screenshots -- --help`.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { listEvents } from '../../src/outbox/list-events.ts';
import { eventPath } from '../../src/web/paths.ts';
import { refuse, toolInput } from '../support/tool.ts';
import { openBrowser } from '../support/web-browser.ts';
import { type PictureWorld, startPictureWorld } from './world.ts';

const TOOL = {
  name: 'screenshots',
  words: '[FOLDER]',
  help: `
  FOLDER   where the pictures are written (default: docs/pictures)
`,
  options: {},
} as const;
const SCREENS = [
  { name: 'wide', width: 1280, height: 900 },
  { name: 'narrow', width: 360, height: 780 },
] as const;
const MARGIN = 24;
const SCHEMES = ['light', 'dark'] as const;

const { words } = toolInput(TOOL);
if (words.length > 1) refuse(TOOL.name, 'there is more than one folder');
const [folder = 'docs/pictures'] = words;
mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
try {
  await using world = await startPictureWorld();
  const paths = await pathsOf(world);
  for (const screen of SCREENS) {
    for (const colorScheme of SCHEMES) await takeAll(browser, { paths, screen, colorScheme });
  }
} finally {
  await browser.close();
}

async function pathsOf({ origin, context }: PictureWorld): Promise<Record<string, string>> {
  const windows = [{ tenants: ['acme'] }];
  const events = await listEvents(context.db, { windows, limit: 50 });
  const event = events.find(({ share }) => share.content.title === 'Spare parts list');
  if (event === undefined) throw new Error('the event of the picture is missing');
  return {
    tenants: `${origin}/`,
    tenant: `${origin}/tenants/acme`,
    events: `${origin}/events`,
    event: `${origin}${eventPath(event)}`,
    'not-found': `${origin}/search?q=${encodeURIComponent('keiko@kestrel-robotics.example')}`,
  };
}

interface Series {
  readonly paths: Readonly<Record<string, string>>;
  readonly screen: (typeof SCREENS)[number];
  readonly colorScheme: (typeof SCHEMES)[number];
}

async function takeAll(of: Browser, { paths, screen, colorScheme }: Series): Promise<void> {
  const { name: screenName, width, height } = screen;
  const viewport = { width, height };
  // The page's policy would refuse the font, which belongs to the picture and not to the page.
  const context = await of.newContext({ viewport, colorScheme, locale: 'en-US', bypassCSP: true });
  const page = await context.newPage();
  for (const [name, url] of Object.entries(paths)) {
    await page.goto(url, { waitUntil: 'load' });
    await useFont(page);
    const path = join(folder, `${name}-${screenName}-${colorScheme}.png`);
    await page.screenshot({
      path,
      clip: { x: 0, y: 0, width, height: await heightOf(page, height) },
    });
  }
  await context.close();
}

/** Up to the end of the content, or of the window. */
async function heightOf(page: Page, max: number): Promise<number> {
  const end = await page.evaluate(
    'Math.ceil(document.querySelector("main > :last-child").getBoundingClientRect().bottom)',
  );
  return Math.min(max, Number(end) + MARGIN);
}

/** The font in the browser's package: the same on every machine. */
async function useFont(page: Page): Promise<void> {
  const face = (weight: number, file: string) => {
    const path = join(tmpdir(), 'fonts', 'fonts', 'Open_Sans', `OpenSans-${file}.ttf`);
    const data = readFileSync(path).toString('base64');
    return `@font-face { font-family: Pictures; font-weight: ${weight}; src: url(data:font/ttf;base64,${data}); }`;
  };
  const rule = 'body, input, select, button { font-family: Pictures, sans-serif; }';
  await page.addStyleTag({ content: [face(400, 'Regular'), face(650, 'Bold'), rule].join('\n') });
  await page.evaluate('document.fonts.ready');
}
