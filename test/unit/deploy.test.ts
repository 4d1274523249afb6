import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseArguments } from '../../src/cli/command-line/parse.ts';
import { definitions } from '../../src/cli/definitions.ts';
import { LEASE_LIMITS } from '../../src/db/limits.ts';
import { STOP_LIMITS } from '../../src/lib/limits.ts';
import { readProject } from '../support/tidy/tree.ts';

const project = new Map(readProject().map(({ path, text }) => [path, text]));
const manifest = z
  .object({
    version: z.string(),
    engines: z.object({ node: z.string() }),
    bin: z.object({ sharetrail: z.string() }),
    devDependencies: z.looseObject({ node: z.string() }),
  })
  .parse(JSON.parse(textOf('package.json')));
const nodeMajor = /\d+/.exec(manifest.engines.node)?.[0] ?? '';
const image = `sharetrail:${manifest.version}`;
const dockerfile = textOf('deploy/Dockerfile');

function textOf(path: string): string {
  const text = project.get(path);
  if (text === undefined) throw new Error(`${path} does not exist`);
  return text;
}

/** The command that the program parses from the words. Throws if they are invalid. */
function commandOf(words: readonly string[]): string {
  const parsed = parseArguments(definitions, words);
  if (parsed.kind !== 'run') throw new Error(`${words.join(' ')} is not a complete command`);
  return parsed.definition.name;
}

/** The values of a directive of a unit file, in order. */
function directive(unit: string, name: string): string[] {
  const lines = unit.split('\n').filter((line) => line.startsWith(`${name}=`));
  return lines.map((line) => line.slice(name.length + 1));
}

describe('deploy/Dockerfile', () => {
  const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
    (match[1] ?? '').split(' '),
  );

  test('uses the slim image of the Node version in package.json', () => {
    expect(stages).toEqual([`node:${nodeMajor}-slim`, `node:${nodeMajor}-slim`]);
  });

  test('copies only existing files, and the build context contains only them', () => {
    const names = [...project.keys()];
    for (const path of copied) {
      expect(
        names.some((name) => name === path || name.startsWith(`${path}/`)),
        path,
      ).toBe(true);
    }
    const ignore = textOf('deploy/Dockerfile.dockerignore').split('\n');
    expect(ignore.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    const included = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(included.toSorted()).toEqual([...new Set(copied)].toSorted());
  });

  test('runs Node directly, not as root, with the compiled program and a valid command', () => {
    expect(dockerfile).toContain(`ENTRYPOINT ["node", "/app/${manifest.bin.sharetrail}"]`);
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    const words = z.array(z.string()).parse(JSON.parse(/^CMD (.+)$/m.exec(dockerfile)?.[1] ?? ''));
    expect(commandOf(words)).toBe('start');
  });

  test('has the command on the PATH, which its first line starts with Node', () => {
    const program = `/app/${manifest.bin.sharetrail}`;
    expect(dockerfile).toContain(`ln -s ${program} /usr/local/bin/sharetrail`);
    expect(dockerfile).toContain(`chmod 755 ${program}`);
    expect(textOf('src/main.ts')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('sets only variables that the program reads', () => {
    const named = [...dockerfile.matchAll(/\b(SHARETRAIL_\w+)=/g)].map((match) => match[1] ?? '');
    expect(named.toSorted()).toEqual([
      'SHARETRAIL_COMMAND',
      'SHARETRAIL_CONFIG',
      'SHARETRAIL_DATABASE',
    ]);
    const source = [...project].filter(([path]) => path.startsWith('src/'));
    for (const name of named) {
      expect(
        source.some(([, text]) => text.includes(`'${name}'`)),
        name,
      ).toBe(true);
    }
  });

  test('names commands in hints as the docs run the image', () => {
    const prefix = /^ENV SHARETRAIL_COMMAND="(.+)"$/m.exec(dockerfile)?.[1] ?? '';
    const documented = textOf('docs/operations.md').replaceAll('\\\n  ', '');
    expect(prefix).toMatch(/^docker run .+:[\d.]+$/);
    expect(documented).toContain(`${prefix} sync\n`);
    expect(prefix.endsWith(` ${image}`)).toBe(true);
  });

  test('installs packages without running their scripts', () => {
    expect(dockerfile.match(/npm (?:ci|prune|install).*/g)).toEqual([
      'npm ci --ignore-scripts',
      'npm prune --omit=dev --ignore-scripts',
    ]);
  });
});

describe.each([
  ['deploy/systemd/sharetrail.service', 'start', 'exec'],
  ['deploy/systemd/sharetrail-sync.service', 'sync', 'oneshot'],
])('%s', (path, command, type) => {
  const unit = textOf(path);

  test('runs Node directly, from a checkout, with a valid command', () => {
    const [, node, main, ...words] =
      /^(\S+\/node_modules\/\.bin\/node) (\S+) (.+)$/.exec(directive(unit, 'ExecStart')[0] ?? '') ??
      [];
    const [folder = ''] = directive(unit, 'WorkingDirectory');
    expect(node?.startsWith(`${folder}/`)).toBe(true);
    expect(project.has(main ?? '')).toBe(true);
    expect(commandOf(words)).toBe(command);
    expect(directive(unit, 'Type')).toEqual([type]);
  });

  test('can write only to the folder of the database', () => {
    const database = /sqlite:\.\/([^/\s]+)\//.exec(textOf('config/sharetrail.example.yaml'))?.[1];
    const [folder] = directive(unit, 'WorkingDirectory');
    expect(directive(unit, 'ReadWritePaths')).toEqual([`${folder}/${database}`]);
    expect(directive(unit, 'ProtectSystem')).toEqual(['strict']);
  });

  test('gives running runs enough time to end', () => {
    const [seconds] = directive(unit, 'TimeoutStopSec').map(Number);
    expect((seconds ?? 0) * 1_000).toBeGreaterThan(STOP_LIMITS.drainMsMax * 2);
  });

  test('allows the memory mappings and system calls that V8 needs', () => {
    expect(directive(unit, 'MemoryDenyWriteExecute')).toEqual([]);
    expect(directive(unit, 'SystemCallFilter')).toEqual(['@system-service']);
  });
});

test('the two services have the same restrictions, and the timer starts an existing one', () => {
  const guards = (path: string) => {
    const text = textOf(path);
    return text.slice(text.indexOf('ProtectSystem='), text.indexOf('SystemCallErrorNumber='));
  };
  const [start, sync] = ['sharetrail.service', 'sharetrail-sync.service'];
  expect(guards(`deploy/systemd/${start}`)).toBe(guards(`deploy/systemd/${sync}`));
  expect(guards(`deploy/systemd/${start}`)).toContain('NoNewPrivileges=yes');
  // Without Unit=, a timer starts the service of the same name.
  const timer = textOf('deploy/systemd/sharetrail-sync.timer');
  expect(directive(timer, 'Unit')).toEqual([]);
  expect(directive(timer, 'Persistent')).toEqual(['true']);
});

const podSpec = z.object({
  securityContext: z.looseObject({ runAsNonRoot: z.literal(true), runAsUser: z.int().positive() }),
  automountServiceAccountToken: z.literal(false),
  terminationGracePeriodSeconds: z.int(),
  restartPolicy: z.string().optional(),
  containers: z.tuple([
    z.object({
      name: z.string(),
      image: z.string(),
      args: z.array(z.string()),
      envFrom: z.tuple([z.object({ secretRef: z.object({ name: z.string() }) })]),
      securityContext: z.object({
        allowPrivilegeEscalation: z.literal(false),
        readOnlyRootFilesystem: z.literal(true),
        capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
      }),
      resources: z.looseObject({}),
      volumeMounts: z.array(
        z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }),
      ),
    }),
  ]),
  volumes: z.array(z.looseObject({ name: z.string() })),
});
const deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({
    replicas: z.literal(1),
    strategy: z.object({ type: z.literal('Recreate') }),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: podSpec,
    }),
  }),
});
const cronJob = z.object({
  kind: z.literal('CronJob'),
  spec: z.looseObject({
    timeZone: z.string(),
    concurrencyPolicy: z.literal('Forbid'),
    jobTemplate: z.object({
      spec: z.object({
        backoffLimit: z.literal(0),
        template: z.looseObject({ spec: podSpec }),
      }),
    }),
  }),
});

/** The only document of a file. Throws for a duplicate key, a tab, or a second document. */
function yamlOf(path: string): unknown {
  const [document, ...others] = parseAllDocuments(textOf(path), { strict: true });
  if (document === undefined || others.length > 0) throw new Error(`${path} is not one document`);
  if (!('toJS' in document)) throw new Error(`${path} is empty`);
  expect(document.errors.concat(document.warnings)).toEqual([]);
  return document.toJS();
}

describe('deploy/kubernetes', () => {
  const { spec } = deployment.parse(yamlOf('deploy/kubernetes/deployment.yaml'));
  const cron = cronJob.parse(yamlOf('deploy/kubernetes/cronjob.yaml')).spec;
  const pods = { start: spec.template.spec, sync: cron.jobTemplate.spec.template.spec };

  test.each(['start', 'sync'] as const)('the pod of %s matches the image', (command) => {
    const pod = pods[command];
    const [container] = pod.containers;
    expect(commandOf(container.args)).toBe(command);
    expect(container.image).toBe(image);
    expect(dockerfile).toContain(`USER ${pod.securityContext.runAsUser}:`);
    expect(dockerfile).toContain(`-t ${image} `);
    const paths = container.volumeMounts.map(({ mountPath }) => mountPath);
    expect(paths).toEqual(['/data', '/etc/sharetrail', '/tmp']);
    expect(dockerfile).toMatch(/SHARETRAIL_CONFIG=\/etc\/sharetrail\b/);
    expect(dockerfile).toContain('SHARETRAIL_DATABASE=sqlite:/data/');
    const mounted = container.volumeMounts.map(({ name }) => name);
    expect(mounted).toEqual(pod.volumes.map(({ name }) => name));
    const graceMs = pod.terminationGracePeriodSeconds * 1_000;
    expect(graceMs).toBeGreaterThan(STOP_LIMITS.drainMsMax * 2);
    expect(graceMs).toBeLessThan(LEASE_LIMITS.leaseMs);
  });

  test('the two pods differ only in their command and restart policy', () => {
    const { restartPolicy, ...sync } = pods.sync;
    expect(restartPolicy).toBe('Never');
    const withArgs = { ...sync.containers[0], args: ['start'] };
    expect({ ...sync, containers: [withArgs] }).toEqual(pods.start);
  });

  test('the deployment selects its pods, and they mount the claimed volume', () => {
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    const claim = z
      .object({
        kind: z.literal('PersistentVolumeClaim'),
        metadata: z.object({ name: z.string() }),
      })
      .parse(yamlOf('deploy/kubernetes/volume.yaml'));
    expect(pods.start.volumes[0]).toEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: claim.metadata.name },
    });
  });

  test('the commands in the comments create the objects that the manifest names', () => {
    for (const file of ['deployment.yaml', 'cronjob.yaml']) {
      const text = textOf(`deploy/kubernetes/${file}`);
      const created = [...text.matchAll(/create (?:configmap|secret generic) (\S+)/g)];
      expect(created.map((match) => match[1])).toEqual([
        'sharetrail-config',
        'sharetrail-keys',
        'sharetrail-env',
      ]);
      for (const [, name = ''] of created) expect(text).toMatch(new RegExp(`name: ${name}$`, 'm'));
      expect(text).toContain(`-f deploy/kubernetes/${file}`);
    }
  });

  test('control: the parser of this test rejects a duplicate key', () => {
    const [duplicate] = parseAllDocuments('a: 1\na: 2\n', { strict: true });
    expect(duplicate && 'errors' in duplicate ? duplicate.errors : []).toHaveLength(1);
  });
});

describe('deploy/logrotate/sharetrail', () => {
  const text = textOf('deploy/logrotate/sharetrail');
  const lines = text.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));

  test('rotates the file that the crontab line in the docs writes', () => {
    const log = /^(\S+) \{$/.exec(lines[0] ?? '')?.[1] ?? '';
    expect(log).toMatch(/^\/var\/log\//);
    const crontab = />> (\S+\.log) 2>&1/;
    for (const page of ['README.md', 'docs/operations.md']) {
      expect(crontab.exec(textOf(page))?.[1], page).toBe(log);
    }
  });

  test('acts as the user of the service, and keeps the log of a run in progress readable', () => {
    const directives = lines.slice(1, -1).map((line) => line.trim());
    const [user] = directive(textOf('deploy/systemd/sharetrail-sync.service'), 'User');
    expect(directives).toContain(`su ${user} ${user}`);
    expect(directives).toContain(`create 0640 ${user} ${user}`);
    expect(directives).toContain('delaycompress');
    expect(directives).not.toContain('copytruncate');
    expect(lines.at(-1)).toBe('}');
  });
});

test('the probes, the scrape job, and the docs use the port and the paths of the page', () => {
  const port = /^ {2}port: (\d+)/m.exec(textOf('config/sharetrail.example.yaml'))?.[1];
  const text = textOf('deploy/kubernetes/deployment.yaml');
  expect(text).toContain(`containerPort: ${port}\n`);
  expect(textOf('deploy/monitoring/prometheus.yaml')).toContain(`:${port}"]`);
  const routes = textOf('src/web/routes/health-routes.ts');
  const probes = [...text.matchAll(/path: (\/\w+)$/gm)].map(([, path = '']) => path);
  expect(probes.filter((path) => path.endsWith('z'))).toEqual(['/healthz', '/readyz']);
  for (const path of ['/healthz', '/readyz']) expect(routes).toContain(`'${path}'`);
});

test('docs/operations.md names existing deployment files', () => {
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  expect(page).toContain(`docker build -f deploy/Dockerfile -t ${image} .`);
  for (const name of [
    'sharetrail.service',
    'sharetrail-sync.timer',
    'deploy/kubernetes',
    'deploy/logrotate',
    'deploy/monitoring',
  ]) {
    expect(page).toContain(name);
    expect(
      [...project.keys()].some((path) => path.includes(name)),
      name,
    ).toBe(true);
  }
});

describe('.github', () => {
  const paths = [...project.keys()].filter((path) => path.startsWith('.github/'));
  const workflow = z.object({
    jobs: z.record(
      z.string(),
      z.object({ steps: z.array(z.looseObject({ run: z.string().optional() })) }),
    ),
  });

  test.each(paths.filter((path) => path.endsWith('.yml')))('%s is one valid document', (path) => {
    expect(yamlOf(path)).toBeTypeOf('object');
  });

  test.each(paths.filter((path) => path.includes('/workflows/')))('%s runs .ci/run', (path) => {
    const [job] = Object.values(workflow.parse(yamlOf(path)).jobs);
    expect(job?.steps.map(({ run }) => run)).toContain('.ci/run');
    expect(textOf(path)).toContain('node-version-file: .node-version');
  });

  test('CI uses the same Node as the npm scripts', () => {
    expect(textOf('.node-version').trim()).toBe(manifest.devDependencies.node);
  });
});
