/**
 * The same for a backfill of everything: how fast, and in how much memory. Arguments: deliveries of
 * the small and of the large org.
 */
import { compareOrgs } from './compare-orgs.ts';

// Before the first delivery of any org.
await compareOrgs(['backfill', '--since', '2020-01-01', '--no-push']);
