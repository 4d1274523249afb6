import type { GoogleFinder } from '../../vendors/google/google-client.ts';
import type { Page } from '../../vendors/google/rows.ts';
import { CHECK_LIMITS } from './limits.ts';

/** The same requests, except that long lists of users and drives end early: a check must be quick. */
export function shortLists(client: GoogleFinder): {
  readonly finder: GoogleFinder;
  readonly wasCut: () => boolean;
} {
  let isCut = false;
  async function* firstPages<Row>(pages: AsyncGenerator<Page<Row>>): AsyncGenerator<Page<Row>> {
    let count = 0;
    for await (const page of pages) {
      yield page;
      count += 1;
      isCut ||= count === CHECK_LIMITS.listedPagesMax && page.nextPageToken !== undefined;
      if (isCut) return;
    }
  }
  const finder: GoogleFinder = {
    whoAmI: (subject) => client.whoAmI(subject),
    findUser: (address) => client.findUser(address),
    listDomains: () => client.listDomains(),
    listDriveMembers: (driveId) => client.listDriveMembers(driveId),
    listUsers: () => firstPages(client.listUsers()),
    listDrives: () => firstPages(client.listDrives()),
  };
  return { finder, wasCut: () => isCut };
}
