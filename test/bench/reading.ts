/**
 * The speed and the peak memory of a first sync without its push, in a small and in a large org.
 * Arguments: deliveries of the small org, deliveries of the large org.
 */
import { compareOrgs } from './compare-orgs.ts';

await compareOrgs(['sync', '--no-push']);
