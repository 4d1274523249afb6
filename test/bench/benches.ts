import { driveAuditLog } from './drive-audit-log.ts';
import type { Figure } from './figure.ts';
import { firstSend } from './first-send.ts';
import { ingest } from './ingest.ts';
import { ingestPostgres } from './ingest-postgres.ts';
import { pacedCall } from './paced-call.ts';
import { pacing } from './pacing.ts';
import { pushing } from './pushing.ts';
import { quietRun } from './quiet-run.ts';
import type { Sizes } from './sizes.ts';
import { workers } from './workers.ts';

/** Measures figures; throws if anything is lost, refused, or counted wrong, whatever the speed. */
type Bench = (sizes: Sizes) => Promise<readonly Figure[]>;

/** By the name that `--only` takes, in the order of the table. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  push: pushing,
  pacing,
  'paced-call': pacedCall,
  'first-send': firstSend,
  'quiet-run': quietRun,
  ingest,
  'ingest-postgres': ingestPostgres,
  drive: driveAuditLog,
  workers,
};
