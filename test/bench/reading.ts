/**
 * How fast a first sync reads, matches, builds and queues, and how much memory it takes: a small
 * org and a large one, pushing left out. Arguments: deliveries of the small and of the large org.
 */
import { compareOrgs } from './compare-orgs.ts';

await compareOrgs(['sync', '--no-push']);
