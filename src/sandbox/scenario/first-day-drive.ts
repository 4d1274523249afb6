import type { Workspace } from '../google/workspace.ts';
import { INTERNAL_DOMAIN, SALES_USERS } from './company.ts';
import { type NamedObject, timeOf } from './types.ts';

/** One share in the simulated Drive, shown by the demo and verified by tests. */
export interface ScenarioShare {
  readonly fileId: string;
  readonly title: string;
  /** one sentence: who shared what with whom, and what the example shows */
  readonly line: string;
  /** epoch milliseconds */
  readonly at: number;
  /** emails of the external grantees */
  readonly recipients: readonly string[];
  /**
   * the expected outcome with both detectors; `unrecorded`: it is not a share and leaves no row
   */
  readonly outcome: 'reported' | 'skipped' | 'unrecorded';
  /** the reason if the share is not reported */
  readonly reason?: string;
  /** empty if not reported */
  readonly names: readonly NamedObject[];
}

type SharePart = Omit<ScenarioShare, 'at' | 'recipients' | 'outcome' | 'names'> &
  Partial<Pick<ScenarioShare, 'recipients' | 'outcome' | 'names'>>;

/** An action at a time of the day. Only some of them are shares to show. */
interface Step {
  readonly perform: (at: number) => void;
  readonly share?: SharePart;
}

const MINUTE_MS = 60_000;
const WORKDAY_MS = 9 * 60 * MINUTE_MS;
/** Older than one minute: a run may leave newer entries to the next run. */
const LAST_BEFORE_MS = 2 * MINUTE_MS;
const WITH_DEAL = ['Opportunity', 'Account', 'Contact'] as const;

/** People of the first day. All are Contacts, except Marta, who is a Lead. */
const INES = 'ines@brightwater.example';
const JONAS = 'jonas@halden.example';
const MARTA = 'marta@cobalt.example';
const SVEN = 'sven@solveig.example';

/**
 * Seeds what the salespeople share from Drive on the first day, the last share two minutes before
 * now. `seedFirstDay` creates the Contacts and the Lead. Returns the shares, oldest first.
 */
export function seedDriveDay(
  google: Workspace,
  clock: { now(): number },
): readonly ScenarioShare[] {
  const now = clock.now();
  const times = { from: now - WORKDAY_MS, until: now - LAST_BEFORE_MS };
  for (const [name, { FirstName, LastName }] of Object.entries(SALES_USERS))
    google.addUser({ email: salesEmail(name), givenName: FirstName, familyName: LastName });
  const steps = [...prospectSteps(google, times.from), ...fileSteps(google, times.from)];
  return steps.flatMap(({ perform, share }, index) => {
    const at = timeOf(times, { number: index + 1, count: steps.length });
    perform(at);
    if (!share) return [];
    return [{ recipients: [], outcome: 'reported' as const, names: [], ...share, at }];
  });
}

/** One share with two prospects, one with a colleague, and one that is revoked and repeated. */
function prospectSteps(google: Workspace, madeAt: number): readonly Step[] {
  const [ada, bilal, esther] = [salesEmail('ada'), salesEmail('bilal'), salesEmail('esther')];
  const make = (name: string, owner: string) => google.createFile({ name, owner, at: madeAt });
  const brochure = make('Pilot brochure', ada);
  const checklist = make('Onboarding checklist', esther);
  const pricing = make('Fleet pricing', bilal);
  const renewal = { fileId: pricing, title: 'Fleet pricing', recipients: [JONAS] };
  return [
    {
      perform: (at) => google.share(brochure, { to: [INES, MARTA], by: ada, at }),
      share: {
        fileId: brochure,
        title: 'Pilot brochure',
        line: 'Ada shares a brochure with Inês, a Contact, and Marta, a Lead, in one action.',
        recipients: [INES, MARTA],
        names: [...WITH_DEAL, 'Lead'],
      },
    },
    {
      perform: (at) => google.share(pricing, { to: JONAS, role: 'commenter', by: bilal, at }),
      share: {
        ...renewal,
        line: 'Bilal lets Jonas of Halden comment on a price list.',
        names: WITH_DEAL,
      },
    },
    {
      perform: (at) => google.share(checklist, { to: bilal, role: 'writer', by: esther, at }),
      share: {
        fileId: checklist,
        title: 'Onboarding checklist',
        line: 'Esther shares a checklist with Bilal, a colleague. This does not count as a share.',
        outcome: 'unrecorded',
      },
    },
    { perform: (at) => google.revoke(pricing, { to: JONAS, by: bilal, at }) },
    {
      perform: (at) => google.share(pricing, { to: JONAS, by: bilal, at }),
      share: {
        ...renewal,
        line: 'Bilal revoked the price list, and now shares it with Jonas again: a second share.',
        names: WITH_DEAL,
      },
    },
  ];
}

/** A link that names no one, and a file on a shared drive, which has no owner. */
function fileSteps(google: Workspace, madeAt: number): readonly Step[] {
  const [chiara, dmitri] = [salesEmail('chiara'), salesEmail('dmitri')];
  const gallery = google.createFile({ name: 'Looms: gallery', owner: chiara, at: madeAt });
  const drive = google.addSharedDrive({
    name: 'Customer projects',
    members: { [salesEmail('finn')]: 'organizer', [dmitri]: 'writer' },
    at: madeAt,
  });
  const study = { name: 'Grid measurements', drive, by: dmitri, at: madeAt };
  const measurements = google.createFile(study);
  return [
    {
      perform: (at) => google.share(gallery, { anyone: true, by: chiara, at }),
      share: {
        fileId: gallery,
        title: 'Looms: gallery',
        line: 'Chiara opens a gallery to anyone with the link. It names no one.',
        outcome: 'skipped',
        reason: 'link-only',
      },
    },
    {
      perform: (at) => google.share(measurements, { to: SVEN, by: dmitri, at }),
      share: {
        fileId: measurements,
        title: 'Grid measurements',
        line: 'Dmitri shares a file on a shared drive, which no user owns, with Sven of Solveig.',
        recipients: [SVEN],
        names: WITH_DEAL,
      },
    },
  ];
}

function salesEmail(name: string): string {
  return `${name}@${INTERNAL_DOMAIN}`;
}
