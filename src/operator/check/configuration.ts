import { type Problem, placeOf } from '../../config/config-error.ts';
import type { Config, FaultyTenant, TenantConfig } from '../../config/types.ts';
import { chmodLine } from '../../lib/file-exposure.ts';
import { type Check, type Finding, failed, ok, warning } from './types.ts';

const AREA = 'configuration';

/** What reading the files has shown. */
export function configurationChecks(
  config: Config,
  {
    tenants,
    faulty,
    now,
  }: {
    readonly tenants: readonly TenantConfig[];
    readonly faulty: readonly FaultyTenant[];
    readonly now: number;
  },
): readonly Check[] {
  return [
    checkOf(undefined, 'sharetrail.yaml', ok(`valid, in ${config.dir}`)),
    ...(config.exposedFiles ?? []).map((path) =>
      checkOf(undefined, 'file permissions', exposed(path)),
    ),
    ...tenants.flatMap((tenant) => tenantChecks(tenant, now)),
    ...faulty.flatMap(faultyChecks),
  ];
}

function exposed(path: string): Finding {
  const message = `other users can read or write ${path}, which has secrets`;
  return warning(message, `Run: ${chmodLine([path])}`);
}

function tenantChecks({ tenant, start }: TenantConfig, now: number): Check[] {
  const valid = checkOf(tenant, 'tenant file', ok('valid'));
  if (start === undefined || start <= now) return [valid];
  const at = new Date(start).toISOString();
  const early = warning(
    `start is in the future (${at}): runs report nothing until then`,
    'Set `start` to the time of the first share to report, or remove it.',
  );
  return [valid, checkOf(tenant, 'start', early)];
}

function faultyChecks({ tenant, problems }: FaultyTenant): Check[] {
  return problems.map((problem) => {
    const name = problem.path === '' ? 'tenant file' : problem.path;
    const message = `${problem.message} (${placeOf(problem)})`;
    return checkOf(tenant, name, failed(message, `${remedyOf(problem)} ${UNTIL_THEN}`));
  });
}

const UNTIL_THEN = 'Until then, this tenant does not run.';

function remedyOf({ message }: Problem): string {
  const isVariable = message.startsWith('the environment variable ');
  return isVariable ? 'Set it in .env, or in the environment.' : 'Correct this line.';
}

function checkOf(tenant: string | undefined, name: string, finding: Finding): Check {
  return { tenant, area: AREA, name, ...finding };
}
