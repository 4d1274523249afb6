import type { Sabotage } from './sabotage.ts';

/** How addresses are compared, and in which case they are sent. */
export const ADDRESSES: readonly Sabotage[] = [
  {
    name: 'case-as-given',
    file: 'src/sources/drive/external-grantees.ts',
    find: 'email: addressAsGiven(facts.email, email),',
    put: 'email,',
    effect: 'Gong receives the addresses of grantees in lower case.',
    caughtBy: { file: 'test/pipeline/drive-letter-case.test.ts', name: 'is sent as given' },
  },
  {
    name: 'case-of-sharer',
    file: 'src/sources/drive/shares-from-audit-log.ts',
    find: '...(actorEmail !== undefined && { actorEmail }),',
    put: '',
    effect: 'Gong receives the addresses of sharers in lower case.',
    caughtBy: { file: 'test/pipeline/drive-letter-case.test.ts', name: 'is sent as given' },
  },
  {
    name: 'id-without-case',
    file: 'src/sources/drive/build-share.ts',
    find: '(email ? comparedAddress(email) : key)',
    put: '(email ?? key)',
    effect: 'Shares with capital letters in an address are reported again after an upgrade.',
    caughtBy: {
      file: 'test/unit/drive-letter-case.test.ts',
      name: 'keep the id that an earlier version gave to the same share of the audit log',
    },
  },
  {
    name: 'domain-case',
    file: 'src/share/address.ts',
    find: "return ASCII.test(given.slice(given.lastIndexOf('@'))) ? given : compared;",
    put: 'return given;',
    effect: 'forget does not find an address whose domain SQLite does not compare without case.',
    caughtBy: { file: 'test/unit/share-address.test.ts', name: 'is given as' },
  },
  {
    name: 'recipient-case',
    file: 'src/crm/recipients.ts',
    find: 'const compared = comparedAddress(grantee.email);',
    put: 'const compared = grantee.email;',
    effect: 'A grantee in two cases is two recipients.',
    caughtBy: {
      file: 'test/unit/crm-recipients.test.ts',
      name: 'a grantee named twice is one recipient',
    },
  },
  {
    name: 'owner-case',
    file: 'src/sources/drive/seen-items.ts',
    find: 'addresses.includes(comparedAddress(email))',
    put: 'addresses.includes(email)',
    effect: 'A file whose owner Google writes in capitals is not read.',
    caughtBy: { file: 'test/pipeline/drive-letter-case.test.ts', name: 'is sent as given' },
  },
  {
    name: 'member-case',
    file: 'src/sources/drive/shared-drive-readers.ts',
    find: 'accountOf(comparedAddress(email))',
    put: 'accountOf(email)',
    effect: 'A shared drive whose members Google writes in capitals is not read.',
    caughtBy: {
      file: 'test/pipeline/drive-letter-case.test.ts',
      name: 'of a group, and of a member of a shared drive, is sent as given',
    },
  },
  {
    name: 'forgotten-sharer-case',
    file: 'src/sources/drive/forget-person.ts',
    find: 'return actor === undefined ? entry : { ...others, actor };',
    put: 'return { ...entry, actor: actor ?? entry.actor };',
    effect:
      'forget leaves a trace of the sharer in staged entries that a new reading does not have.',
    caughtBy: {
      file: 'test/pipeline/drive-letter-case.test.ts',
      name: 'who shared is not in the staged entries, as if these were read again',
    },
  },
  {
    name: 'record-case',
    file: 'src/crm/person.ts',
    find: 'records.contactsOfEmail.get(comparedAddress(email)) ?? []',
    put: 'records.contactsOfEmail.get(email) ?? []',
    effect: 'A share with capital letters in an address is sent without its customer.',
    caughtBy: {
      file: 'test/unit/crm-recipients.test.ts',
      name: 'emails compare case-insensitively',
    },
  },
  {
    name: 'look-up-case',
    file: 'src/crm/missing-records.ts',
    find: 'emails.add(comparedAddress(email))',
    put: 'emails.add(email)',
    effect: 'Salesforce is queried again for each case of an address.',
    caughtBy: {
      file: 'test/unit/crm-emails.test.ts',
      name: 'an email in many shares is queried once, ignoring case',
    },
  },
  {
    name: 'logged-case',
    file: 'src/sources/drive/access-changes.ts',
    find: 'emails.has(compared)) emails.set(compared, email)',
    put: 'emails.has(email)) emails.set(email, email)',
    effect: 'The keys of audit log entries change, and the same entry is applied again.',
    caughtBy: {
      file: 'test/unit/drive-audit-entries.test.ts',
      name: 'exists for each external grantee of a parameter with several values',
    },
  },
  {
    name: 'end-of-an-address',
    file: 'src/share/forgotten.ts',
    find: "[^\\p{L}\\p{N}._+'%-]|%",
    put: '[^\\p{L}\\p{N}]|%',
    effect: 'forget lee@… permanently spoils the events of ann.lee@….',
    caughtBy: {
      file: 'test/pipeline/forget.test.ts',
      name: 'stays, whose address ends in that of a forgotten person',
    },
  },
  {
    name: 'forget-key-order',
    file: 'src/outbox/forget-events.ts',
    find: 'isDeepStrictEqual(changed, content)',
    put: 'JSON.stringify(changed) === JSON.stringify(content)',
    effect: 'forget rewrites and counts events that do not name the person.',
    caughtBy: {
      file: 'test/pipeline/forget.test.ts',
      name: 'a person whom nothing names changes no row, although others are of the same domain',
    },
  },
  {
    name: 'unknown-role-elsewhere',
    file: 'src/sources/drive/grants-under-other-address.ts',
    find: "one === other || one === '' || other === ''",
    put: 'one === other',
    effect: 'A new member who is logged under an alias, without a role, is reported twice.',
    caughtBy: {
      file: 'test/unit/drive-logged-elsewhere.test.ts',
      name: 'a grant that is logged as',
    },
  },
];
