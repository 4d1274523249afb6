import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { readPage } from '../support/docs/page.ts';
import { invalidCommands, unknownOptions } from '../support/docs/rules.ts';
import { readProject } from '../support/tidy/tree.ts';

const project = readProject();
const paths = new Set(project.map(({ path }) => path));
const files = new Map(
  project
    .filter(({ path }) => path.startsWith('.github/') && /\.ya?ml$/.test(path))
    .map(({ path, text }) => [path, text]),
);
const FORMS = pathsIn('.github/ISSUE_TEMPLATE/').filter((path) => !path.endsWith('/config.yml'));
const WORKFLOWS = pathsIn('.github/workflows/');
/** a commit, and the version that it is in a comment, which Dependabot updates too */
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

const permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));
const step = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  run: z.string().optional(),
});
const job = z.strictObject({
  'runs-on': z.string(),
  'timeout-minutes': z.int().positive(),
  steps: z.array(step).min(1),
  needs: z.string().optional(),
  environment: z.string().optional(),
  permissions: permissions.optional(),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions,
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), job),
});

const label = z.string().min(1);
const common = {
  id: z.string().regex(/^[A-Za-z0-9_-]+$/),
  validations: z.strictObject({ required: z.boolean() }).optional(),
};
const textAttributes = z.strictObject({
  label,
  description: z.string().optional(),
  placeholder: z.string().optional(),
});
/** GitHub ignores a form with an unknown key, a missing label, or two fields of one name. */
const field = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: label }) }),
  z.strictObject({ type: z.literal('input'), ...common, attributes: textAttributes }),
  z.strictObject({
    type: z.literal('textarea'),
    ...common,
    attributes: textAttributes.extend({ render: z.string().optional() }),
  }),
  z.strictObject({
    type: z.literal('dropdown'),
    ...common,
    attributes: textAttributes.extend({
      options: z.array(z.string().min(1)).min(1),
      multiple: z.boolean().optional(),
    }),
  }),
]);
const form = z.strictObject({
  name: z.string().min(3),
  description: z.string().min(3),
  labels: z.array(z.string()).optional(),
  body: z.array(field).min(1),
});
const update = z.strictObject({
  'package-ecosystem': z.enum(['npm', 'github-actions', 'docker']),
  directory: z.string(),
  schedule: z.strictObject({ interval: z.enum(['daily', 'weekly', 'monthly']) }),
  groups: z.record(z.string(), z.unknown()).optional(),
});
const dependabot = z.strictObject({ version: z.literal(2), updates: z.array(update) });

function pathsIn(folder: string): string[] {
  return [...files.keys()].filter((path) => path.startsWith(folder));
}

function textOf(path: string): string {
  const found = files.get(path);
  if (found === undefined) throw new Error(`${path} does not exist`);
  return found;
}

function read<Shape extends z.ZodType>(path: string, shape: Shape): z.output<Shape> {
  const document = parseDocument(textOf(path));
  const parsed = shape.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
}

test.each([...files.keys()])('%s is YAML without errors and warnings', (path) => {
  const { errors, warnings } = parseDocument(textOf(path), { strict: true, uniqueKeys: true });
  expect([...errors, ...warnings]).toEqual([]);
});

describe.each(WORKFLOWS)('%s', (path) => {
  const { permissions: granted, jobs } = read(path, workflow);

  test('pins every action to a commit', () => {
    const uses = [...textOf(path).matchAll(/\buses: *(.*)$/gm)].map(([, action]) => action);
    const used = Object.values(jobs).flatMap(({ steps }) =>
      steps.flatMap((each) => each.uses ?? []),
    );
    expect(uses).toHaveLength(used.length);
    for (const action of uses) expect(action).toMatch(PINNED);
  });

  test('leaves no token in the checkout, and takes the Node version of the project', () => {
    for (const { steps } of Object.values(jobs)) {
      const [checkout, node] = steps;
      expect(checkout?.uses).toMatch(/^actions\/checkout@/);
      expect(checkout?.with).toMatchObject({ 'persist-credentials': false });
      expect(node?.uses).toMatch(/^actions\/setup-node@/);
      expect(node?.with).toMatchObject({ 'node-version-file': '.node-version' });
    }
    expect(paths).toContain('.node-version');
  });

  test('puts nothing that others write into a shell', () => {
    const commands = Object.values(jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => run ?? []),
    );
    for (const command of commands) expect(command).not.toContain('${{');
  });

  test('grants by default at most to read the repository', () => {
    expect([{}, { contents: 'read' }]).toContainEqual(granted);
  });
});

describe('the workflows', () => {
  const stepsOf = (path: string) =>
    Object.entries(read(path, workflow).jobs).map(([name, { steps }]) => ({
      name,
      commands: steps.flatMap(({ run }) => run ?? []),
    }));

  test('CI runs the same checks as a developer: .ci/run', () => {
    expect(stepsOf('.github/workflows/ci.yml')).toEqual([{ name: 'check', commands: ['.ci/run'] }]);
    expect(paths).toContain('.ci/run');
    const { on } = read('.github/workflows/ci.yml', workflow);
    expect(on).toEqual({ push: { branches: ['main'] }, pull_request: null });
  });

  test('a release passes the checks first, and publishes with provenance', () => {
    const { on, jobs } = read('.github/workflows/release.yml', workflow);
    expect(on).toEqual({ push: { tags: ['v*'] } });
    expect(jobs['publish']?.needs).toBe('check');
    const [check, publish] = stepsOf('.github/workflows/release.yml');
    expect(check?.commands).toContain('.ci/run');
    expect(check?.commands.join('\n')).toContain('GITHUB_REF_NAME');
    expect(publish?.commands.at(-1)).toBe('npm publish --provenance --access public');
  });

  test('only the job that publishes can sign in to npm; it runs no code of dependencies first', () => {
    const { jobs } = read('.github/workflows/release.yml', workflow);
    const signing = Object.entries(jobs).filter(([, each]) => each.permissions?.['id-token']);
    expect(signing.map(([name]) => name)).toEqual(['publish']);
    const { permissions: granted, steps = [] } = jobs['publish'] ?? {};
    expect(granted).toEqual({ contents: 'read', 'id-token': 'write' });
    const installs = steps.flatMap(({ run = '' }) => (run.startsWith('npm ci') ? [run] : []));
    expect(installs).toEqual(['npm ci --ignore-scripts']);
    expect(textOf('.github/workflows/release.yml')).not.toMatch(
      /NODE_AUTH_TOKEN|NPM_TOKEN|secrets\./,
    );
  });
});

test('Dependabot updates the packages, the actions, and the image', () => {
  const { updates } = read('.github/dependabot.yml', dependabot);
  expect(updates.map((each) => each['package-ecosystem'])).toEqual([
    'npm',
    'github-actions',
    'docker',
  ]);
  for (const { directory } of updates) {
    const inside = directory.slice(1);
    expect([...paths].some((path) => path.startsWith(inside))).toBe(true);
  }
  expect(paths).toContain('deploy/Dockerfile');
});

describe.each(FORMS)('%s', (path) => {
  const { body } = read(path, form);

  test('has fields with different ids and labels, of which some are required', () => {
    const fields = body.flatMap((each) => (each.type === 'markdown' ? [] : each));
    expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
    expect(new Set(fields.map(({ attributes }) => attributes.label)).size).toBe(fields.length);
    expect(fields.some(({ validations }) => validations?.required)).toBe(true);
  });

  test('has no dropdown with a choice twice, or with the reserved choice None', () => {
    const lists = body.flatMap((each) =>
      each.type === 'dropdown' ? [each.attributes.options] : [],
    );
    for (const options of lists) {
      expect(new Set(options).size).toBe(options.length);
      expect(options).not.toContain('None');
    }
  });

  test('names only commands, options, and pages that exist', () => {
    const page = readPage({ path, text: textOf(path) });
    expect(invalidCommands(page)).toEqual([]);
    expect(unknownOptions(page)).toEqual([]);
    const pages = [...textOf(path).matchAll(/[\w/]+\.md\b/g)].map(([name]) => name);
    for (const name of pages) expect(paths).toContain(name);
  });

  test('warns against customer data first', () => {
    expect(body[0]).toMatchObject({ type: 'markdown' });
    expect(JSON.stringify(body[0])).toContain('Do not paste customer data');
  });
});

test('the forms have different names, and every issue uses one', () => {
  const names = FORMS.map((path) => read(path, form).name);
  expect(names.toSorted()).toEqual(['Bug', 'Missing or wrong share']);
  expect(textOf('.github/ISSUE_TEMPLATE/config.yml').trim()).toBe('blank_issues_enabled: false');
});

test('control: the shapes reject what GitHub ignores', () => {
  const bug = read('.github/ISSUE_TEMPLATE/bug.yml', form);
  const first = { type: 'input', id: 'a b', attributes: { label: 'x' } };
  for (const broken of [
    { ...bug, title: ['x'] },
    { ...bug, body: [] },
    { ...bug, body: [first] },
    { ...bug, body: [{ ...first, id: 'ok', attributes: {} }] },
    { ...bug, body: [{ ...first, id: 'ok', attributes: { label: 'x', render: 'text' } }] },
  ]) {
    expect(form.safeParse(broken).success).toBe(false);
  }
  expect('actions/checkout@v5').not.toMatch(PINNED);
  expect('actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8').not.toMatch(PINNED);
});
