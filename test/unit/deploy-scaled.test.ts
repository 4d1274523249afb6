import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseArguments } from '../../src/cli/command-line/parse.ts';
import { definitions } from '../../src/cli/definitions.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { LEASE_LIMITS, POSTGRES_LIMITS } from '../../src/db/limits.ts';
import type { QueueDepth } from '../../src/db/workers.ts';
import { STOP_LIMITS } from '../../src/lib/limits.ts';
import { isPostgresUrl, parsePostgresUrl } from '../../src/lib/postgres-url.ts';
import { QUEUE_LIMITS } from '../../src/queue/limits.ts';
import { sandboxTenantYaml } from '../../src/sandbox/configuration-folder.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { createMetrics } from '../../src/web/metrics/metrics.ts';
import { readProject } from '../support/tidy/tree.ts';

const project = new Map(readProject().map(({ path, text }) => [path, text]));
const SCALED = 'deploy/kubernetes/scaled';
const { version } = z.object({ version: z.string() }).parse(JSON.parse(textOf('package.json')));
const image = `sharetrail:${version}`;

function textOf(path: string): string {
  const text = project.get(path);
  if (text === undefined) throw new Error(`${path} does not exist`);
  return text;
}

/** The only document of a file. */
function yamlOf(path: string): unknown {
  const [document, ...others] = parseAllDocuments(textOf(path), { strict: true, merge: true });
  if (document === undefined || others.length > 0) throw new Error(`${path} is not one document`);
  if (!('toJS' in document)) throw new Error(`${path} is empty`);
  expect(document.errors.concat(document.warnings)).toEqual([]);
  return document.toJS();
}

/** What the program parses from the words. Throws if they are invalid. */
function commandOf(words: readonly string[]) {
  const parsed = parseArguments(definitions, words);
  if (parsed.kind !== 'run') throw new Error(`${words.join(' ')} is not a complete command`);
  return { name: parsed.definition.name, options: parsed.options };
}

const probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const container = z.looseObject({
  image: z.string(),
  args: z.array(z.string()),
  ports: z.tuple([z.object({ name: z.string(), containerPort: z.int() })]),
  livenessProbe: probe,
  readinessProbe: probe,
  env: z.array(z.object({ name: z.string(), value: z.string() })),
});
const deployment = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.int().optional(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.int(),
        containers: z.tuple([container]),
      }),
    }),
  }),
});
const single = deployment.parse(yamlOf('deploy/kubernetes/deployment.yaml'));
const start = deployment.parse(yamlOf(`${SCALED}/start.yaml`));
const worker = deployment.parse(yamlOf(`${SCALED}/worker.yaml`));

function containerOf({ spec }: z.output<typeof deployment>) {
  return spec.template.spec.containers[0];
}

describe.each([
  ['start', start],
  ['worker', worker],
])('%s on Kubernetes', (name, { metadata, spec }) => {
  const pod = spec.template.spec;
  const [found] = pod.containers;

  test('runs its command in the image', () => {
    expect(commandOf(found.args).name).toBe(name);
    expect(found.image).toBe(image);
    expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
    expect(found.env).toEqual([
      {
        name: 'SHARETRAIL_COMMAND',
        value: `kubectl exec deployment/${metadata.name} -- sharetrail`,
      },
    ]);
  });

  test('has the probes, the restrictions, and the configuration of the single pod', () => {
    const { args: _args, env: _env, resources: _resources, ...one } = containerOf(single);
    const { args: _own, env: _its, resources: _used, ...mine } = found;
    const named = (list: unknown) => z.array(z.looseObject({ name: z.string() })).parse(list);
    const withoutData = (list: unknown) => named(list).filter((v) => v.name !== 'data');
    expect(mine).toEqual({ ...one, volumeMounts: withoutData(one['volumeMounts']) });
    const { containers: _one, volumes, ...rest } = single.spec.template.spec;
    const { containers: _mine, volumes: ownVolumes, ...ownRest } = pod;
    expect(ownRest).toEqual(rest);
    expect(ownVolumes).toEqual(withoutData(volumes));
  });

  test('probes paths and a port that the program serves', () => {
    const routes = textOf('src/web/routes/health-routes.ts');
    for (const { httpGet } of [found.livenessProbe, found.readinessProbe]) {
      expect(routes).toContain(`app.get('${httpGet.path}'`);
      expect(httpGet.port).toBe(found.ports[0].name);
    }
    expect(found.livenessProbe.httpGet.path).not.toBe(found.readinessProbe.httpGet.path);
    const grace = pod.terminationGracePeriodSeconds * 1_000;
    expect(grace).toBeGreaterThan(STOP_LIMITS.drainMsMax * 2);
    expect(grace).toBeLessThan(LEASE_LIMITS.leaseMs);
  });
});

test('several schedulers run; their two sets of pods do not select each other', () => {
  expect(start.spec.replicas).toBeGreaterThan(1);
  expect(start.spec.selector).not.toEqual(worker.spec.selector);
  const created = [
    ...textOf(`${SCALED}/start.yaml`).matchAll(/create (?:configmap|secret generic) (\S+)/g),
  ];
  expect(created).toHaveLength(3);
  for (const [, name = ''] of created)
    for (const file of ['start', 'worker'])
      expect(textOf(`${SCALED}/${file}.yaml`)).toMatch(new RegExp(`name: ${name}$`, 'm'));
});

describe('the autoscaler', () => {
  const { spec } = z
    .object({
      kind: z.literal('HorizontalPodAutoscaler'),
      spec: z.looseObject({
        scaleTargetRef: z.object({ kind: z.string(), name: z.string() }).loose(),
        minReplicas: z.int().positive(),
        maxReplicas: z.int(),
        metrics: z.tuple([
          z.object({
            type: z.literal('External'),
            external: z.object({
              metric: z.object({ name: z.string() }),
              target: z.object({ type: z.literal('AverageValue'), averageValue: z.string() }),
            }),
          }),
        ]),
      }),
    })
    .parse(yamlOf(`${SCALED}/autoscaler.yaml`));
  const [{ external }] = spec.metrics;

  test('scales the workers, which have no number of pods of their own', () => {
    expect(spec.scaleTargetRef).toMatchObject({ kind: 'Deployment', name: worker.metadata.name });
    expect(worker.spec.replicas).toBeUndefined();
    expect(external.target.averageValue).toBe(
      String(commandOf(containerOf(worker).args).options['atOnce']),
    );
  });

  test('says how many connections a worker uses', () => {
    const { connectionsMax, readingConnectionsMax } = POSTGRES_LIMITS;
    const all = connectionsMax + readingConnectionsMax + QUEUE_LIMITS.connectionsMax;
    expect(textOf(`${SCALED}/autoscaler.yaml`)).toContain(`up to ${all} connections`);
    expect(textOf('docs/scaling.md')).toContain(`up to ${all} connections`);
  });

  test('uses a metric and states that the program reports', () => {
    const rules = z
      .object({
        rules: z.object({
          external: z.tuple([
            z.looseObject({
              seriesQuery: z.string(),
              name: z.object({ as: z.string() }),
              metricsQuery: z.string(),
            }),
          ]),
        }),
      })
      .parse(yamlOf(`${SCALED}/adapter-rules.yaml`));
    const [rule] = rules.rules.external;
    expect(rule.name.as).toBe(external.metric.name);
    expect(createMetrics().names()).toContain(rule.seriesQuery);
    const [, series, states = ''] = /\((\w+)\{state=~"([\w|]+)"\}\)/.exec(rule.metricsQuery) ?? [];
    expect(series).toBe(rule.seriesQuery);
    const known: QueueDepth = { waiting: 0, delayed: 0, active: 0 };
    for (const state of states.split('|')) expect(Object.keys(known)).toContain(state);
  });
});

describe('deploy/compose', () => {
  const service = z.looseObject({
    image: z.string(),
    command: z.array(z.string()).optional(),
    environment: z.record(z.string(), z.string()).optional(),
    network_mode: z.string().optional(),
    volumes: z.array(z.string()).optional(),
  });
  const { services } = z
    .looseObject({ services: z.record(z.string(), service) })
    .parse(yamlOf('deploy/compose/compose.yaml'));
  const ours = Object.entries(services).filter(([name]) => name !== 'postgres');

  test('starts PostgreSQL, the sandbox, a scheduler, and two workers', () => {
    const commands = ours.map(([, { command = [] }]) => commandOf(command).name);
    expect(commands.toSorted()).toEqual(['sandbox', 'start', 'worker', 'worker']);
    for (const [, { image: used }] of ours) expect(used).toBe(image);
    const major = Number(/^postgres:(\d+)$/.exec(services['postgres']?.image ?? '')?.[1]);
    expect(major).toBeGreaterThanOrEqual(POSTGRES_LIMITS.versionMin);
  });

  test('its clients reach the database and the sandbox', () => {
    for (const [name, { environment = {}, network_mode: network }] of ours) {
      if (name === 'sandbox') continue;
      expect(network).toBe('service:sandbox');
      const database = (environment['SHARETRAIL_DATABASE'] ?? '').replace(/\$\{\w+:\?\}/, 'x');
      expect(isPostgresUrl(database)).toBe(true);
      expect(parsePostgresUrl(database)).toMatchObject({
        address: { host: 'postgres', database: 'sharetrail', sslMode: 'disable' },
      });
    }
  });

  test('mounts existing files', () => {
    const mounted = ours
      .flatMap(([, { volumes = [] }]) => volumes)
      .map((v) => v.split(':')[0] ?? '');
    const files = mounted.filter((path) => path.startsWith('./'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const path = `deploy/compose/${file.slice(2)}`;
      expect([...project.keys()].some((name) => name === path || name.startsWith(`${path}/`))).toBe(
        true,
      );
    }
  });

  test('the tenant is the one that the sandbox simulates, at the ports of its command', async () => {
    await using stack = new AsyncDisposableStack();
    const sandbox = await createSandbox();
    stack.defer(() => sandbox.stop());
    const settings = { start: 0, timezone: 'UTC', googleDrive: true } as const;
    const { options } = commandOf(services['sandbox']?.command ?? []);
    const { origins } = sandbox;
    const expected = sandboxTenantYaml(sandbox, settings)
      .replaceAll(origins.salesforce, `http://127.0.0.1:${options['portSalesforce']}`)
      .replaceAll(origins.google, `http://127.0.0.1:${options['portGoogle']}`)
      .replaceAll(origins.gong, `http://127.0.0.1:${options['portGong']}`)
      .replaceAll('${file:', `\${file:${String(options['write'])}/`);
    const tenant = parse(textOf('deploy/compose/tenants/sandbox.yaml'));
    const { schedule, start: from, ...rest } = tenant;
    expect(schedule).toBeTypeOf('string');
    expect(Date.parse(from)).toBeLessThan(Date.now());
    const { start: _start, ...generated } = parse(expected);
    expect(rest).toEqual(generated);
  });

  test.each(['start.yaml', 'worker.yaml'])('%s is valid together with the tenant', async (file) => {
    const folder = mkdtempSync(join(tmpdir(), 'sharetrail-compose-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const sandbox = await createSandbox();
    await sandbox.stop();
    const { google, salesforce } = sandbox.credentials;
    const secrets = {
      'salesforce.pem': salesforce.privateKey,
      'google-key.json': google.key,
      'gong-access-key': 'key',
      'gong-access-key-secret': 'secret',
    };
    for (const path of ['secrets', 'tenants']) mkdirSync(join(folder, path));
    for (const [name, text] of Object.entries(secrets))
      writeFileSync(join(folder, 'secrets', name), text, { mode: 0o600 });
    const tenant = textOf('deploy/compose/tenants/sandbox.yaml');
    writeFileSync(join(folder, 'tenants/sandbox.yaml'), tenant.replaceAll('/data/sandbox/', ''));
    writeFileSync(join(folder, 'sharetrail.yaml'), textOf(`deploy/compose/${file}`));
    const config = await loadConfig({
      dir: folder,
      workingDirectory: folder,
      environment: {
        SHARETRAIL_HTTP_TOKEN: 'abc',
        SHARETRAIL_DATABASE: 'postgres://sharetrail:x@postgres/sharetrail?sslmode=disable',
      },
    });
    expect(config.tenants).toHaveLength(1);
    expect(config.service.http?.port).toBe(file === 'start.yaml' ? 8080 : undefined);
  });
});
