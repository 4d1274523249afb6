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
import { type Page, readPage, rowsOf, sectionOf } from '../support/docs/page.ts';
import { isQuoteOf, programTexts, unknownQuotations } from '../support/docs/quotations.ts';
import {
  brokenLinks,
  brokenPictures,
  commandLinesOf,
  invalidCommands,
  picturesOf,
  unknownKeys,
  unknownOptions,
} from '../support/docs/rules.ts';
import { isProduct } from '../support/tidy/source.ts';
import { listProject, readProject } from '../support/tidy/tree.ts';

const PICTURE_BYTES_MAX = 150_000;
const everyFile = listProject();
const filePaths = new Set(everyFile.map(({ path }) => path));
const project = readProject();
const pages = project.filter(({ path }) => path.endsWith('.md')).map(readPage);
const names = pages.map(({ path }) => path);
const paths = withFolders(project.map(({ path }) => path));
const texts = programTexts(project.filter(isProduct));
const readme = pageAt('README.md');
const failures = pageAt('docs/failures.md');

describe.each(names)('%s', (name) => {
  const page = pageAt(name);

  test('every link leads to an existing file and heading', () => {
    expect(brokenLinks(page, { paths, pages })).toEqual([]);
  });

  test('every picture exists, in light and dark', () => {
    expect(brokenPictures(page, filePaths)).toEqual([]);
  });

  test('the program accepts every command line', () => {
    expect(invalidCommands(page)).toEqual([]);
  });

  test('every option exists', () => {
    expect(unknownOptions(page)).toEqual([]);
  });

  test('every configuration key exists in a schema', () => {
    expect(unknownKeys(page)).toEqual([]);
  });
});

describe('docs/pictures', () => {
  const pictures = everyFile.filter(({ path }) => path.startsWith('docs/pictures/'));

  test('has only pictures that a page shows', () => {
    const shown = new Set(pages.flatMap(picturesOf).map(({ text }) => text));
    expect(pictures.map(({ path }) => path).filter((path) => !shown.has(path))).toEqual([]);
  });

  test('are small', () => {
    for (const { path, bytes } of pictures) expect(bytes, path).toBeLessThan(PICTURE_BYTES_MAX);
  });

  test('control: a missing picture, and one without its dark twin, are reported', () => {
    const text = '<picture>\n  <img alt="A" src="none-light.png">\n</picture>';
    expect(brokenPictures(readPage({ path: 'docs/a.md', text }), filePaths)).toEqual([
      'docs/a.md:2 shows a missing picture: docs/none-light.png',
      'docs/a.md:1 is not a picture in light and dark',
    ]);
  });
});

describe('README.md', () => {
  test('the first two blocks are the two commands for a fresh machine', () => {
    const blocks = readme.fences.filter(({ heading }) => heading === 'Try it');
    expect(readme.fences.slice(0, 2)).toEqual(blocks);
    expect(blocks.map(({ text }) => text)).toEqual([
      'npm ci && npm run demo',
      'npm ci && npm test',
    ]);
  });

  test('the list of commands is complete and has no others', () => {
    const listed = rowsOf(sectionOf(readme, 'Commands'))
      .flatMap(([cell = '']) => /^`sharetrail ([a-z-]+(?: [a-z]+)?)/.exec(cell)?.[1] ?? [])
      .toSorted();
    const built = definitions.flatMap(({ name, load }) => (load ? [name] : [])).toSorted();
    expect([...new Set(listed)]).toEqual(built);
  });

  test.each([
    ['Upload … to the app in Salesforce: step … of the README.', 'acme-salesforce.crt'],
    ['"Query All Files" (README, step …)', 'Query All Files'],
  ])('has the step that the program names: %s', (hint, subject) => {
    const pattern = new RegExp(hint.replaceAll(/[.()]/g, '\\$&').replaceAll('…', '(\\d+|…)'));
    const [step, ...others] = new Set(texts.flatMap((text) => pattern.exec(text)?.at(-1) ?? []));
    expect(others).toEqual([]);
    const heading = readme.headings.find(({ text }) => text.startsWith(`${step}. `));
    expect(sectionOf(readme, heading?.text ?? '')).toContain(subject);
  });

  test('the exit codes have the same texts as the help', () => {
    const codes = rowsOf(sectionOf(readme, 'Commands')).filter(([code = '']) => /^\d$/.test(code));
    expect(codes.map(([code]) => code)).toEqual(['0', '1', '2', '3']);
    for (const [, meaning = ''] of codes) expect(isQuoteOf(meaning, texts), meaning).toBe(true);
  });

  test('the tenant file and the variables are a valid configuration', async () => {
    const yaml = fenceOf('yaml');
    using folder = new ConfigFolder({
      'config/tenants/acme.yaml': yaml,
      'config/secrets/acme-salesforce.pem': makePrivateKey('rsa'),
    });
    const { workingDirectory } = folder;
    const environment = parseEnv(fenceOf('sh', 'ACME_'));
    const config = await loadConfig({ dir: 'config', workingDirectory, environment });
    expect(config.tenants).toMatchObject([{ tenant: 'acme', internalDomains: ['acme.com'] }]);
    folder.write('config/tenants/acme.yaml', yaml.replace('loginUrl', 'loginurl'));
    await expect(loadConfig({ dir: 'config', workingDirectory, environment })).rejects.toThrow();
  });

  test('the excerpt of the demo has only lines that the demo prints', async () => {
    const printed = await demoLines();
    expect(unknownLines(fenceOf('text', 'One working day'), printed)).toEqual([]);
    for (const wrong of [
      '- Ada sends the contract to Zoe.',
      'sandbox: ok. 14 shares found, 11 delivered (4 s)',
      '“Team lunch menu”  internal-only: it was raining',
      '2026-11-24 00:34  Dmitri shared “Zebra” with Keiko',
    ]) {
      expect(unknownLines(wrong, printed), wrong).toHaveLength(1);
    }
  });
});

describe('docs/failures.md', () => {
  test('all quotations are texts of the program', () => {
    expect(unknownQuotations(failures, texts)).toEqual([]);
  });

  test('the backoff table has the delays of the program', () => {
    const rows = rowsOf(sectionOf(failures, 'Backoff'));
    expect(rows.length).toBeGreaterThan(PUSH_LIMITS.attemptsPerRunMax);
    for (const [index, [attempts = '', delay]] of rows.entries()) {
      expect(attempts).toBe(index + 1 < rows.length ? `${index + 1}` : `${index + 1} and more`);
      expect(delay).toBe(`${retryDelayMsMax(index + 1) / 1_000} s`);
    }
    expect(retryDelayMsMax(rows.length)).toBe(BACKOFF_LIMITS.retryDelayMsMax);
    expect(retryDelayMsMax(rows.length - 1)).toBeLessThan(BACKOFF_LIMITS.retryDelayMsMax);
  });

  test('the limits below the table are those of the program', () => {
    const { attemptsPerRunMax, throttledInRowMax } = PUSH_LIMITS;
    const section = sectionOf(failures, 'Backoff').replace(/\s+/g, ' ');
    expect(section).toContain(`An event has ${attemptsPerRunMax} attempts per run`);
    expect(section).toContain(`uses only the first ${attemptsPerRunMax - 1} rows`);
    expect(section).toContain(`After ${throttledInRowMax} of them in a row`);
  });
});

describe('each rule reports problems', () => {
  const other = readPage({ path: 'docs/other.md', text: '# Two words: a `key`\n' });
  const existing = { paths: withFolders(['README.md', 'docs/other.md']), pages: [other] };
  const pageOf = (text: string) => readPage({ path: 'README.md', text });

  test.each([
    ['[a](docs/gone.md)', 'README.md:1 links to a missing file: docs/gone.md'],
    ['\n[a](docs/other.md#three)', 'README.md:2 links to a missing heading: docs/other.md#three'],
  ])('a broken link: %j', (text, problem) => {
    expect(brokenLinks(pageOf(text), existing)).toEqual([problem]);
  });

  test.each(['[a](docs/other.md#two-words-a-key) [b](docs) [c](https://x.y/z)', '`[a](b)`'])(
    'a valid link, or text that is not a link: %s',
    (text) => {
      expect(brokenLinks(pageOf(text), existing)).toEqual([]);
    },
  );

  test.each([
    ['`sharetrail synk`', 'unknown command "synk"'],
    ['`sharetrail sync --dry`', 'unknown option "--dry"'],
    ['```sh\ncd x && node src/main.ts sync --nopush >> log\n```', 'unknown option "--nopush"'],
    ['```sh\nnpm run -s sharetrail -- events show\n```', '"events show" needs ID'],
    ['`sharetrail config`', 'incomplete'],
  ])('an invalid command line: %j', (text, problem) => {
    expect(invalidCommands(pageOf(text)).join('\n')).toContain(problem);
  });

  test.each([
    ['```text\n$ sharetrail synk\n```', 'unknown command "synk"'],
    ['```text\nThen run `sharetrail synk`.\n```', 'unknown command "synk"'],
    ['```text\n15 2 * * *  cd x && node src/main.ts synk >> log\n```', 'unknown command "synk"'],
  ])('an invalid command line in an output: %j', (text, problem) => {
    expect(invalidCommands(pageOf(text)).join('\n')).toContain(problem);
    const prose = text.replace(/.*synk.*/, 'sharetrail recorded the share.');
    expect(invalidCommands(pageOf(prose))).toEqual([]);
  });

  test('a valid command line with shell syntax', () => {
    const text = '```sh\nnode src/main.ts sync --no-push >> a 2>&1 || echo "sharetrail $?"\n```';
    expect(commandLinesOf(pageOf(text))).toEqual([{ text: 'sync --no-push', line: 2 }]);
    expect(invalidCommands(pageOf(`${text}\n\`sharetrail COMMAND\``))).toEqual([]);
  });

  test('an unknown option', () => {
    const text = '`--dry-run` `--json` `--env-file` `--until WHEN` `--untill` `--dry`';
    expect(unknownOptions(pageOf(text))).toEqual([
      'README.md:1 no such option: --untill',
      'README.md:1 no such option: --dry',
    ]);
  });

  test.each(['`gong.callsPerHour`', '`gong.auth.flow: oauth` `gong.flow: oauth`', '`flaw: oauth`'])(
    'an unknown key: %s',
    (text) => {
      expect(unknownKeys(pageOf(text))).toHaveLength(1);
    },
  );

  test('existing keys, and texts that only look like keys', () => {
    const text = '`gong.callsPerDay` `flow: oauth` `log.level` `sharetrail.yaml` `runs[0].outcome`';
    expect(unknownKeys(pageOf(text))).toEqual([]);
  });

  test('a quotation can span concatenated parts, but only in order', () => {
    const code = "const a = 'the disk ' + `that holds ${name} is ` + 'full';";
    const joined = programTexts([{ path: 'src/a.ts', text: code }]);
    expect(
      unknownQuotations(
        pageOf('`the disk that holds … is full` `sharetrail sync` `flow: x`'),
        joined,
      ),
    ).toEqual([]);
    expect(
      unknownQuotations(pageOf('`the disk is full` `is full … the disk`'), joined),
    ).toHaveLength(2);
  });
});

function pageAt(path: string): Page {
  const page = pages.find((candidate) => candidate.path === path);
  if (!page) throw new Error(`${path} does not exist`);
  return page;
}

/** All files and the folders that contain them. */
function withFolders(files: readonly string[]): ReadonlySet<string> {
  const folders = files.flatMap((path) =>
    path.split('/').map((_, index, steps) => steps.slice(0, index).join('/')),
  );
  return new Set([...files, ...folders]);
}

/** The README's first block of a language that starts with a text. */
function fenceOf(language: string, beginning = ''): string {
  const found = readme.fences.find(
    (fence) => fence.language === language && fence.text.startsWith(beginning),
  );
  if (!found) throw new Error(`the README has no block of ${language}`);
  return found.text;
}

/** Lines that the demo prints about its first day: one per share, and the result of the run. */
async function demoLines(): Promise<ReadonlySet<string>> {
  const sandbox = await createSandbox();
  await sandbox.stop();
  const { deliveries } = seedFirstDay(sandbox.salesforce, sandbox.clock);
  const grants = seedDriveDay(sandbox.google, sandbox.clock);
  const lines = [...deliveries, ...grants].map(({ line }) => `- ${line}`);
  return new Set([...lines, withoutTime(runLine(deliveries, grants))]);
}

/** Lines of an excerpt that the demo cannot print. */
function unknownLines(excerpt: string, printed: ReadonlySet<string>): string[] {
  return excerpt.split('\n').filter((line) => {
    if (line === '…' || printed.has(line) || printed.has(withoutTime(line))) return false;
    return !phrasesOf(line).every(isKnown);
  });
}

/** True if the code contains the phrase. A person's name can be in separate words there. */
function isKnown(phrase: string): boolean {
  const isName = /^\p{Lu}[\p{L}']*(?: \p{Lu}[\p{L}']*)*$/u.test(phrase);
  if (isQuoteOf(phrase, texts)) return true;
  return isName && phrase.split(' ').every((word) => isQuoteOf(word, texts));
}

/** The phrases between numbers, and titles separately. */
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
