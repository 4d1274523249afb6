import type { Workspace } from '../google/workspace.ts';
import { INTERNAL_DOMAIN, SALES_USERS } from './company.ts';
import { type NamedObject, timeOf } from './types.ts';

/** One act of sharing in the made-up Drive, told for a demo and held to by tests. */
export interface ScenarioShare {
  readonly fileId: string;
  readonly title: string;
  /** who gave what to whom, and what makes it worth telling: one sentence */
  readonly line: string;
  /** epoch milliseconds */
  readonly at: number;
  /** emails of those outside who are named */
  readonly recipients: readonly string[];
  /**
   * what sharetrail's contract makes of it where both detectors run; `unrecorded`: it is no share,
   * and leaves no row
   */
  readonly outcome: 'reported' | 'skipped' | 'unrecorded';
  /** the contract's word for a share that is not reported */
  readonly reason?: string;
  /** empty where it is not reported */
  readonly names: readonly NamedObject[];
}

type SharePart = Omit<ScenarioShare, 'at' | 'recipients' | 'outcome' | 'names'> &
  Partial<Pick<ScenarioShare, 'recipients' | 'outcome' | 'names'>>;

/** Something that is done at a time of the day; not all of it is worth telling. */
interface Step {
  readonly perform: (at: number) => void;
  readonly share?: SharePart;
}

const MINUTE_MS = 60_000;
const WORKDAY_MS = 9 * 60 * MINUTE_MS;
/** Later than a run's last minute, which may wait for the next run anyway. */
const LAST_BEFORE_MS = 2 * MINUTE_MS;
const WITH_DEAL = ['Opportunity', 'Account', 'Contact'] as const;

/** People of the first day's world: all but Marta are Contacts, she is a Lead. */
const INES = 'ines@brightwater.example';
const JONAS = 'jonas@halden.example';
const MARTA = 'marta@cobalt.example';
const SVEN = 'sven@solveig.example';

/**
 * What the salespeople share from Drive on the first day, the last of it two minutes before now:
 * `seedFirstDay` makes the Contacts and the Lead that it is shared with. Gives all of it in the
 * order of time.
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
  return steps.flatMap(({ perform: act, share: told }, index) => {
    const at = timeOf(times, { number: index + 1, count: steps.length });
    act(at);
    if (!told) return [];
    return [{ recipients: [], outcome: 'reported' as const, names: [], ...told, at }];
  });
}

/** One act for two prospects; one that goes to colleagues; one that is taken back and given anew. */
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
        line: 'Ada shares a brochure from Drive with Inês, a Contact, and Marta, a Lead, in one act.',
        recipients: [INES, MARTA],
        names: [...WITH_DEAL, 'Lead'],
      },
    },
    {
      perform: (at) => google.share(pricing, { to: JONAS, role: 'commenter', by: bilal, at }),
      share: {
        ...renewal,
        line: 'Bilal lets Jonas of Halden comment on a price list in Drive.',
        names: WITH_DEAL,
      },
    },
    {
      perform: (at) => google.share(checklist, { to: bilal, role: 'writer', by: esther, at }),
      share: {
        fileId: checklist,
        title: 'Onboarding checklist',
        line: 'Esther shares a checklist with Bilal, a colleague: that is no share.',
        outcome: 'unrecorded',
      },
    },
    { perform: (at) => google.revoke(pricing, { to: JONAS, by: bilal, at }) },
    {
      perform: (at) => google.share(pricing, { to: JONAS, by: bilal, at }),
      share: {
        ...renewal,
        line: 'Bilal took the price list back; now Jonas gets it again: a share of its own.',
        names: WITH_DEAL,
      },
    },
  ];
}

/** A link that names nobody, and a file of a shared drive, which no person owns. */
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
        line: 'Chiara opens a gallery to anyone who has the link: it names nobody.',
        outcome: 'skipped',
        reason: 'link-only',
      },
    },
    {
      perform: (at) => google.share(measurements, { to: SVEN, by: dmitri, at }),
      share: {
        fileId: measurements,
        title: 'Grid measurements',
        line: 'Dmitri shares a file of a shared drive with Sven of Solveig: the drive owns it.',
        recipients: [SVEN],
        names: WITH_DEAL,
      },
    },
  ];
}

function salesEmail(name: string): string {
  return `${name}@${INTERNAL_DOMAIN}`;
}
