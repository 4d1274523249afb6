import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import type { NamedTest } from './sabotage.ts';

/** A test that hangs without its guard fails after this time. */
const TEST_MS_MAX = 60_000;
const RUN_MS_MAX = 30 * 60_000;
const REPORT = 'vitest-report.json';

export interface TestResult {
  /** relative to the copy's folder */
  readonly file: string;
  readonly name: string;
  readonly status: 'passed' | 'failed';
  /** the first line of why it failed */
  readonly reason: string;
}

export interface RunTestsOptions {
  readonly folder: string;
  /** `all`: every test of the project */
  readonly tests: readonly NamedTest[] | 'all';
  readonly workers: number;
  readonly signal: AbortSignal;
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().optional(),
      status: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()),
        }),
      ),
    }),
  ),
});
type Report = z.infer<typeof reportSchema>;

/**
 * Runs tests of a copy of the project. Returns those that ran. Throws if a file could not be loaded
 * or vitest itself failed: then no test says anything.
 */
export async function runTests(options: RunTestsOptions): Promise<TestResult[]> {
  const { folder, signal } = options;
  const reportFile = join(folder, REPORT);
  rmSync(reportFile, { force: true });
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...wordsOf(options)], {
    cwd: folder,
    stdio: 'ignore',
    signal,
    timeout: RUN_MS_MAX,
    killSignal: 'SIGKILL',
  });
  await once(child, 'close');
  const { testResults } = readReport(reportFile);
  return testResults.flatMap((file) => resultsOf(file, relative(folder, file.name)));
}

function wordsOf({ tests, workers }: RunTestsOptions): string[] {
  const words = ['--reporter=json', `--outputFile=${REPORT}`, `--maxWorkers=${workers}`];
  words.push(`--testTimeout=${TEST_MS_MAX}`);
  if (tests === 'all') return words;
  const names = tests.map(({ name }) => RegExp.escape(name));
  const files = new Set(tests.map(({ file }) => file));
  return [...words, '-t', names.join('|'), ...files];
}

function readReport(path: string): Report {
  try {
    return reportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new Error('vitest ended without a report', { cause });
  }
}

function resultsOf(
  { assertionResults, status, message = '' }: Report['testResults'][number],
  file: string,
): TestResult[] {
  const results = assertionResults.flatMap(
    ({ fullName: name, status: result, failureMessages: [failure = ''] }) =>
      result === 'passed' || result === 'failed'
        ? [{ file, name, status: result, reason: firstLineOf(failure) } as const]
        : [],
  );
  const isBroken = status === 'failed' && results.every((each) => each.status === 'passed');
  if (isBroken) throw new Error(`${file} could not run: ${firstLineOf(message)}`);
  return results;
}

function firstLineOf(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
