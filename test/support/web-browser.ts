import chromiumBinary from '@sparticuz/chromium';
import axeCore from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** A real browser. The package's own arguments would kill it with its first context. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await chromiumBinary.executablePath(),
    args: ['--no-sandbox'],
  });
}

export interface Screen {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
  readonly javaScriptEnabled: boolean;
}

/** A page that records every request, and every error that the browser reports. */
export async function openPage(browser: Browser, screen: Screen) {
  const { width, colorScheme, javaScriptEnabled } = screen;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    javaScriptEnabled,
    locale: 'en-US',
  });
  const page = await context.newPage();
  const requests: string[] = [];
  const problems: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  return { page, requests, problems, close: () => context.close() };
}

const axe = axeCore.source;

/** What axe finds, with the elements; without scripts in the page, it cannot run. */
export async function axeProblems(page: Page): Promise<string[]> {
  const found = await page.evaluate(`${axe}; axe.run(document)`);
  const { violations } = found as {
    violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
  };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** Whether the page is wider than its window. */
export function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(
    'document.documentElement.scrollWidth > window.innerWidth',
  ) as Promise<boolean>;
}
