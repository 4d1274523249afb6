/**
 * The speed and the peak memory of a backfill of all deliveries, in a small and in a large org.
 * Arguments: deliveries of the small org, deliveries of the large org.
 */
import { compareOrgs } from './compare-orgs.ts';

// This date is before the first delivery of each org.
await compareOrgs(['backfill', '--since', '2020-01-01', '--no-push']);
