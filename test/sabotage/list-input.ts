import type { Sabotage } from './sabotage.ts';

const CRON = 'test/unit/config-cron-problem.test.ts';

/** What operators type and configure. */
export const INPUT: readonly Sabotage[] = [
  {
    name: 'cron-backward',
    file: 'src/config/cron-problem.ts',
    find: 'if (ends && first > last) return backward(ends, field);',
    put: 'void backward;',
    effect: 'A schedule with `5-1` for `1-5` runs in 57 minutes of an hour.',
    caughtBy: { file: CRON, name: 'runs backward' },
  },
  {
    name: 'cron-step',
    file: 'src/config/cron-problem.ts',
    find: 'Number(step) <= size',
    put: 'Number(step) > 0',
    effect: 'A schedule of every 90 minutes runs once an hour.',
    caughtBy: { file: CRON, name: 'has a step that is too large' },
  },
  {
    name: 'cron-sunday',
    file: 'src/config/cron-problem.ts',
    find: 'last === SUNDAY ? NEXT_SUNDAY : last',
    put: 'last',
    effect: 'A schedule from Monday to Sunday is rejected.',
    caughtBy: { file: CRON, name: 'Sunday begins or ends the week' },
  },
  {
    name: 'cron-problem',
    file: 'src/config/tenant-schema.ts',
    find: '(expression) => cronProblem(expression) === undefined',
    put: "(expression) => expression !== ''",
    effect: 'A schedule that does not do what it says is accepted.',
    caughtBy: { file: 'test/unit/config-invalid-values.test.ts', name: 'is not a schedule either' },
  },
  {
    name: 'start-date-local',
    file: 'src/config/tenant-schema.ts',
    find: 'firstMoment(zone, moment)',
    put: 'firstMoment("UTC", moment)',
    effect: '`start: 2026-11-01` leaves out the first or reports the last hours of another day.',
    caughtBy: { file: 'test/unit/config-load.test.ts', name: 'is midnight in the timezone' },
  },
  {
    name: 'when-local',
    file: 'src/cli/command-line/parse-date-or-time.ts',
    find: 'time && !hasOffset ? `${text}Z` : text',
    put: 'text',
    effect: '`--since 2026-05-01T10:00` depends on the machine that runs the command.',
    caughtBy: {
      file: 'test/unit/date-or-time.test.ts',
      name: "does not depend on the machine's timezone",
    },
  },
  {
    name: 'when-split-by-the-shell',
    file: 'src/cli/command-line/parse.ts',
    find: 'if (split !== undefined) throw split;',
    put: '',
    effect: '`--since 2026-11-30 10:00` ends with `unknown command`, and no word about the blank.',
    caughtBy: { file: 'test/cli/parse.test.ts', name: 'the shell has split a time' },
  },
  {
    name: 'when-earliest',
    file: 'src/cli/command-line/parse-date-or-time.ts',
    find: 'Math.max(EARLIEST, hasOffset ? moment : firstMoment(timezone, moment))',
    put: '[EARLIEST, hasOffset ? moment : firstMoment(timezone, moment)][1] ?? 0',
    effect: '`--since 0001-01-01` ends with a year that no vendor understands.',
    caughtBy: { file: 'test/unit/date-or-time.test.ts', name: 'before 1970 counts as 1970' },
  },
  {
    name: 'before-utc',
    file: 'src/web/event-query.ts',
    find: 'isLocal ? `${text}Z` : text',
    put: 'isLocal ? text : text',
    effect: "What `before` selects depends on the server's timezone.",
    caughtBy: {
      file: 'test/unit/web-event-query.test.ts',
      name: 'in any timezone of the machine',
    },
  },
  {
    name: 'hints-as-typed',
    file: 'src/web/pages/parts.ts',
    find: 'withoutControls(asTyped(text)).split(',
    put: 'withoutControls(text).split(',
    effect: 'Commands on the page lack the prefix and the configuration that the operator needs.',
    caughtBy: {
      file: 'test/web/hints.test.ts',
      name: 'the hints of recorded runs show commands as the service was started',
    },
  },
  {
    name: 'repeated-parameter',
    file: 'src/web/parameters.ts',
    find: 'if (others.length === 0) return value;',
    put: 'if (others.length >= 0) return value;',
    effect: 'A program that asks for two states gets the events of one, and does not notice.',
    caughtBy: { file: 'test/web/bad-requests.test.ts', name: 'is refused with its name, by' },
  },
  {
    name: 'repeated-tenant',
    file: 'src/web/parameters.ts',
    find: "c.req.queries('tenant') ?? []",
    put: "(c.req.queries('tenant') ?? []).slice(0, 1)",
    effect: 'A program that asks for two tenants gets one, and does not notice.',
    caughtBy: {
      file: 'test/web/bad-requests.test.ts',
      name: 'selects several tenants in the API, like --tenant',
    },
  },
];
