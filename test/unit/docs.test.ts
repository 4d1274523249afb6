import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { definitions } from '../../src/cli/definitions.ts';
import { runLines } from '../../src/cli/runs/run-summary.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { retryDelayMsMax } from '../../src/outbox/backoff.ts';
import { BACKOFF_LIMITS } from '../../src/outbox/limits.ts';
import { PUSH_LIMITS } from '../../src/push/limits.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import {
  type ScenarioDelivery,
  type ScenarioShare,
  seedDriveDay,
  seedFirstDay,
} from '../../src/sandbox/scenario/index.ts';
import { ConfigFolder, makePrivateKey } from '../support/config-folder.ts';
import { type Page, readPage, rowsOf, sectionOf, spansOf } from '../support/docs/page.ts';
import { isSaid, sentencesOf, unsaid } from '../support/docs/quotations.ts';
import {
  brokenLinks,
  commandLinesOf,
  refusedCommands,
  unknownKeys,
} from '../support/docs/rules.ts';
import { isProduct } from '../support/tidy/source.ts';
import { readProject } from '../support/tidy/tree.ts';

const project = readProject();
const pages = project.filter(({ path }) => path.endsWith('.md')).map(readPage);
const names = pages.map(({ path }) => path);
const paths = withFolders(project.map(({ path }) => path));
const sentences = sentencesOf(project.filter(isProduct));
const readme = pageAt('README.md');
const failures = pageAt('docs/failures.md');

describe.each(names)('%s', (name) => {
  const page = pageAt(name);

  test('every link leads to a file, and to a heading where it names one', () => {
    expect(brokenLinks(page, { paths, pages })).toEqual([]);
  });

  test('every command line is one that the program takes', () => {
    // Its text is made from the schemas, which speak of what is planned too.
    const isGenerated = name === 'docs/configuration.md';
    expect(refusedCommands(page, isGenerated ? plannedCommands() : [])).toEqual([]);
  });

  test('every key of the configuration is one that a schema has', () => {
    expect(unknownKeys(page)).toEqual([]);
  });
});

describe('README.md', () => {
  test('a fresh machine needs two commands, each in a block of its own, and no other', () => {
    const blocks = readme.fences.filter(({ heading }) => heading === 'Try it');
    expect(readme.fences.slice(0, 2)).toEqual(blocks);
    expect(blocks.map(({ text }) => text)).toEqual([
      'npm ci && npm run demo',
      'npm ci && npm test',
    ]);
  });

  test('its list of commands has each that there is, and no more', () => {
    const listed = rowsOf(sectionOf(readme, 'Commands'))
      .flatMap(([cell = '']) => /^`sharetrail ([a-z]+(?: [a-z]+)?)/.exec(cell)?.[1] ?? [])
      .toSorted();
    const built = definitions.flatMap(({ name, load }) => (load ? [name] : [])).toSorted();
    expect([...new Set(listed)]).toEqual(built);
  });

  test('what it calls not built is not there', () => {
    const planned = plannedCommands();
    expect(planned).toContain('explain');
    expect(definitions.filter(({ name }) => planned.includes(name))).toEqual([]);
  });

  test('its exit codes have the words of the program’s help', () => {
    const codes = rowsOf(sectionOf(readme, 'Commands')).filter(([code = '']) => /^\d$/.test(code));
    expect(codes.map(([code]) => code)).toEqual(['0', '1', '2', '3']);
    for (const [, meaning = ''] of codes) expect(isSaid(meaning, sentences), meaning).toBe(true);
  });

  test('its tenant file and its variables are a configuration that the program takes', async () => {
    const yaml = fenceOf('yaml');
    using folder = new ConfigFolder({
      'config/tenants/acme.yaml': yaml,
      'secrets/acme-salesforce.pem': makePrivateKey('rsa'),
    });
    const { workingDirectory } = folder;
    const environment = parseEnv(fenceOf('sh', 'ACME_'));
    const config = await loadConfig({ dir: 'config', workingDirectory, environment });
    expect(config.tenants).toMatchObject([{ tenant: 'acme', internalDomains: ['acme.com'] }]);
    folder.write('config/tenants/acme.yaml', yaml.replace('loginUrl', 'loginurl'));
    await expect(loadConfig({ dir: 'config', workingDirectory, environment })).rejects.toThrow();
  });

  test('what it shows of the demo is what the demo tells', async () => {
    const told = await demoLines();
    expect(strangeLines(fenceOf('text', 'One working day'), told)).toEqual([]);
    for (const wrong of [
      '- Ada sends the contract to nobody.',
      'sandbox: ok. 14 shares found, 11 delivered (4 s)',
      '“Team lunch menu”  internal-only: it was raining',
      '2026-11-24 00:34  Dmitri shared “Zebra” with Keiko',
    ]) {
      expect(strangeLines(wrong, told), wrong).toHaveLength(1);
    }
  });
});

describe('docs/failures.md', () => {
  test('what it quotes is said by the program', () => {
    expect(unsaid(failures, sentences)).toEqual([]);
  });

  test('its back-off table is the function’s', () => {
    const rows = rowsOf(sectionOf(failures, 'Back-off'));
    expect(rows.length).toBeGreaterThan(PUSH_LIMITS.attemptsPerRunMax);
    for (const [index, [tries = '', wait]] of rows.entries()) {
      expect(tries).toBe(index + 1 < rows.length ? `${index + 1}` : `${index + 1} and more`);
      expect(wait).toBe(`${retryDelayMsMax(index + 1) / 1_000} s`);
    }
    expect(retryDelayMsMax(rows.length)).toBe(BACKOFF_LIMITS.retryDelayMsMax);
    expect(retryDelayMsMax(rows.length - 1)).toBeLessThan(BACKOFF_LIMITS.retryDelayMsMax);
  });

  test('the limits below the table are those of the program', () => {
    const { attemptsPerRunMax: triesPerRunMax, throttledInRowMax } = PUSH_LIMITS;
    const section = sectionOf(failures, 'Back-off').replace(/\s+/g, ' ');
    expect(section).toContain(`An event has ${triesPerRunMax} tries in a run`);
    expect(section).toContain(`uses the first ${triesPerRunMax - 1} rows`);
    expect(section).toContain(`after ${throttledInRowMax} of them in a row`);
  });
});

describe('each rule fires', () => {
  const other = readPage({ path: 'docs/other.md', text: '# Two words: a `key`\n' });
  const made = { paths: withFolders(['README.md', 'docs/other.md']), pages: [other] };
  const pageOf = (text: string) => readPage({ path: 'README.md', text });

  test.each([
    ['[a](docs/gone.md)', 'README.md:1 leads to no file: docs/gone.md'],
    ['\n[a](docs/other.md#three)', 'README.md:2 leads to no heading: docs/other.md#three'],
  ])('a link that leads nowhere: %j', (text, problem) => {
    expect(brokenLinks(pageOf(text), made)).toEqual([problem]);
  });

  test.each(['[a](docs/other.md#two-words-a-key) [b](docs) [c](https://x.y/z)', '`[a](b)`'])(
    'a link that leads somewhere, or is none: %s',
    (text) => {
      expect(brokenLinks(pageOf(text), made)).toEqual([]);
    },
  );

  test.each([
    ['`sharetrail synk`', "unknown command 'synk'"],
    ['`sharetrail sync --dry`', "unknown option '--dry'"],
    ['```sh\ncd x && node src/main.ts sync --nopush >> log\n```', "unknown option '--nopush'"],
    ['```sh\nnpm run -s sharetrail -- events show\n```', "missing required argument 'ID'"],
    ['`sharetrail config`', 'words are missing'],
    ['`sharetrail explain`', "unknown command 'explain'"],
  ])('a command line that the program refuses: %j', (text, problem) => {
    expect(refusedCommands(pageOf(text), []).join('\n')).toContain(problem);
  });

  test('a command line that holds, with what a shell takes for itself', () => {
    const text = '```sh\nnode src/main.ts sync --no-push >> a 2>&1 || echo "sharetrail $?"\n```';
    expect(commandLinesOf(pageOf(text))).toEqual([{ text: 'sync --no-push', line: 2 }]);
    expect(refusedCommands(pageOf(`${text}\n\`sharetrail COMMAND\``), [])).toEqual([]);
    expect(refusedCommands(pageOf('`sharetrail explain`'), ['explain'])).toEqual([]);
  });

  test.each(['`gong.callsPerHour`', '`gong.auth.flow: oauth` `gong.flow: oauth`', '`flaw: oauth`'])(
    'a key that no schema has: %s',
    (text) => {
      expect(unknownKeys(pageOf(text))).toHaveLength(1);
    },
  );

  test('keys that there are, and what only looks like one', () => {
    const text = '`gong.callsPerDay` `flow: oauth` `log.level` `sharetrail.yaml` `runs[0].outcome`';
    expect(unknownKeys(pageOf(text))).toEqual([]);
  });

  test('a quotation holds over pieces and in order, and nothing else does', () => {
    const code = "const a = 'the disk ' + `that holds ${name} is ` + 'full';";
    const said = sentencesOf([{ path: 'src/a.ts', text: code }]);
    expect(
      unsaid(pageOf('`the disk that holds … is full` `sharetrail sync` `flow: x`'), said),
    ).toEqual([]);
    expect(unsaid(pageOf('`the disk is full` `is full … the disk`'), said)).toHaveLength(2);
  });
});

function pageAt(path: string): Page {
  const page = pages.find((candidate) => candidate.path === path);
  if (!page) throw new Error(`there is no ${path}`);
  return page;
}

/** Every path, and every folder above it. */
function withFolders(files: readonly string[]): ReadonlySet<string> {
  const folders = files.flatMap((path) =>
    path.split('/').map((_, index, steps) => steps.slice(0, index).join('/')),
  );
  return new Set([...files, ...folders]);
}

/** The commands that the README calls not built yet. */
function plannedCommands(): string[] {
  const item = /^- The commands ([\s\S]*?)(?=^- |$(?![\s\S]))/m.exec(
    sectionOf(readme, 'Not built yet'),
  );
  return spansOf(item?.[1] ?? '').map(({ text }) => text);
}

/** The README's block of that language that begins so. */
function fenceOf(language: string, beginning = ''): string {
  const found = readme.fences.find(
    (fence) => fence.language === language && fence.text.startsWith(beginning),
  );
  if (!found) throw new Error(`the README has no block of ${language}`);
  return found.text;
}

/** What the demo says of its first day: a line for each share, and how the run ended. */
async function demoLines(): Promise<ReadonlySet<string>> {
  const sandbox = await createSandbox();
  await sandbox.stop();
  const { deliveries } = seedFirstDay(sandbox.salesforce, sandbox.clock);
  const grants = seedDriveDay(sandbox.google, sandbox.clock);
  const lines = [...deliveries, ...grants].map(({ line }) => `- ${line}`);
  return new Set([...lines, withoutTime(runLine(deliveries, grants))]);
}

/** Lines of an excerpt that the demo could not have printed. */
function strangeLines(excerpt: string, told: ReadonlySet<string>): string[] {
  return excerpt.split('\n').filter((line) => {
    if (line === '…' || told.has(line) || told.has(withoutTime(line))) return false;
    return !phrasesOf(line).every(isKnown);
  });
}

/** Said somewhere in the code; a name may be put together there from its words. */
function isKnown(phrase: string): boolean {
  const isName = /^\p{Lu}[\p{L}']*(?: \p{Lu}[\p{L}']*)*$/u.test(phrase);
  if (isSaid(phrase, sentences)) return true;
  return isName && phrase.split(' ').every((word) => isSaid(word, sentences));
}

/** What stands between numbers, and titles by themselves. */
function phrasesOf(line: string): string[] {
  return line
    .trim()
    .split(/[\d:.“”]+|\s{2,}|^- | (?:shared|with|on|of) |^on |, /)
    .map((phrase) => phrase.trim())
    .filter((phrase) => /\p{L}{2}/u.test(phrase));
}

function runLine(
  deliveries: readonly ScenarioDelivery[],
  grants: readonly ScenarioShare[],
): string {
  const found = grants.filter(({ outcome }) => outcome !== 'unrecorded');
  const ended = (outcome: ScenarioDelivery['outcome']) =>
    [...deliveries, ...found].filter((share) => share.outcome === outcome);
  const reasons = ended('skipped').map(({ reason = '' }) => reason);
  const skipped = Object.fromEntries(
    reasons.map((reason) => [reason, reasons.filter((one) => one === reason).length]),
  );
  const [line = ''] = runLines({
    tenant: 'sandbox',
    kind: 'sync',
    outcome: 'ok',
    startedAt: '2026-11-24T00:00:00.000Z',
    finishedAt: '2026-11-24T00:00:04.000Z',
    found: { salesforce: deliveries.length, 'google-drive': found.length },
    queued: ended('reported').length,
    held: ended('held').length,
    skipped,
    delivered: ended('reported').length,
    duplicates: 0,
    rejected: 0,
    pending: 0,
    calls: { salesforce: 4, google: 0, gong: ended('reported').length },
    errors: [],
  });
  return line;
}

function withoutTime(line: string): string {
  return line.replace(/ \(\d+ s\)$/, '');
}
