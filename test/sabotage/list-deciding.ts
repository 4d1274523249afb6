import type { Sabotage } from './sabotage.ts';

/** Which shares are reported, and whom events name. */
export const DECIDING: readonly Sabotage[] = [
  {
    name: 'before-start',
    file: 'src/share/policy.ts',
    find: 'rules.start !== undefined && share.sharedAt < rules.start',
    put: 'rules.start !== undefined && share.sharedAt < 0',
    effect: 'The first run reports shares that were made before the start.',
    caughtBy: {
      file: 'test/unit/share-policy.test.ts',
      name: 'a share before the start is skipped; a share at the start is not',
    },
  },
  {
    name: 'subdomains',
    file: 'src/share/address.ts',
    find: 'domain.endsWith(`.${internal}`)',
    put: 'domain.endsWith(internal)',
    effect: 'A customer at notacme.com counts as internal, and their shares are not reported.',
    caughtBy: {
      file: 'test/unit/share-address.test.ts',
      name: 'a domain that only ends with the same letters',
    },
  },
  {
    name: 'all-internal',
    file: 'src/share/policy.ts',
    find: 'const allInternal = emails.every((email)',
    put: 'const allInternal = emails.some((email)',
    effect: 'A share with a colleague and a customer is not reported.',
    caughtBy: {
      file: 'test/unit/share-policy.test.ts',
      name: 'a share with one external recipient is reported, and so is one without recipients',
    },
  },
  {
    name: 'alias',
    file: 'src/share/address.ts',
    find: 'addresses.has(email.trim().toLowerCase()) || isInternalAddress',
    put: 'isInternalAddress',
    effect: 'A share with a colleague at another domain of the company is reported.',
    caughtBy: {
      file: 'test/pipeline/drive-users.test.ts',
      name: 'address at the old one is no outsider',
    },
  },
  {
    name: 'external-sharer',
    file: 'src/share/policy.ts',
    find: "if (isExternalSharer(share.sharer, insiders)) return 'external-sharer';",
    put: '',
    effect: "What a customer passes on is reported as the company's share.",
    caughtBy: {
      file: 'test/unit/share-policy.test.ts',
      name: 'a share by an external sharer is skipped',
    },
  },
  {
    name: 'link-only',
    file: 'src/share/policy.ts',
    find: 'if (unnamed !== undefined && !reported) return unnamed;',
    put: '',
    effect: 'Links that name no one are reported as shares.',
    caughtBy: {
      file: 'test/unit/share-policy.test.ts',
      name: 'without a named grantee is skipped with its reason',
    },
  },
  {
    name: 'robot',
    file: 'src/sources/drive/build-share.ts',
    find: 'if (isRobotAddress(email)) return [];',
    put: '',
    effect: 'Gong receives service accounts as recipients.',
    caughtBy: { file: 'test/unit/drive-build-share.test.ts', name: 'says why it names no one' },
  },
  {
    name: 'unmatched-hold',
    file: 'src/share/policy.ts',
    find: 'if (facts.now < notBefore) return',
    put: 'if (facts.now < 0) return',
    effect: 'A share is sent without its customer, who is entered in Salesforce the next day.',
    caughtBy: {
      file: 'test/unit/share-policy.test.ts',
      name: 'without one, it is held until three days after the share',
    },
  },
  {
    name: 'audit-log-hold',
    file: 'src/share/policy.ts',
    find: 'if (facts.awaitsAuditLog) {',
    put: 'if (facts.now < 0) {',
    effect: 'A share is sent with the owner as its sharer and a wrong time.',
    caughtBy: {
      file: 'test/unit/share-policy.test.ts',
      name: 'that awaits the audit log is held for a day, matched or not',
    },
  },
  {
    name: 'lookup-refused',
    file: 'src/share/policy.ts',
    find: 'if (facts.isLookUpRefused) return',
    put: 'if (facts.now < 0) return',
    effect: 'A refused lookup counts as no match, and the share is sent without its customer.',
    caughtBy: {
      file: 'test/pipeline/refused-fields.test.ts',
      name: 'holds the shares that need it',
    },
  },
  {
    name: 'lookup-refused-retry',
    file: 'src/operator/retry-and-skip.ts',
    find: 'if (refusal !== undefined) throw refusal;',
    put: '',
    effect: 'retry sends an event without its customer if Salesforce refuses the lookup.',
    caughtBy: {
      file: 'test/pipeline/refused-fields.test.ts',
      name: 'retry does not take it for "no match"',
    },
  },
  {
    name: 'final-states',
    file: 'src/outbox/write-events.ts',
    find: ".where('state', 'in', statesAllowing(event.stateEvent))",
    put: '',
    effect: 'retry sends a delivered event again.',
    caughtBy: { file: 'test/unit/outbox-operator.test.ts', name: 'only if its state allows it' },
  },
  {
    name: 'forgotten-retry',
    file: 'src/outbox/write-events.ts',
    find: ".where((where) => where.or([where('reason', 'is', null), where('reason', '!=', FORGOTTEN)]))",
    put: '',
    effect: 'A retry stores a forgotten person again.',
    caughtBy: {
      file: 'test/unit/outbox-retention.test.ts',
      name: 'a retry that has read an event before its people were forgotten does not write it',
    },
  },
  {
    name: 'forgotten-hash',
    file: 'src/share/forgotten.ts',
    find: 'return this.#hashes.has(hash) ?',
    put: 'return this.#hashes.has(email) ?',
    effect: 'A forgotten person is stored and reported again.',
    caughtBy: {
      file: 'test/pipeline/forget.test.ts',
      name: 'is not in what is shared with them later, nor in what was never read before',
    },
  },
  {
    name: 'forgotten-everywhere',
    file: 'src/runs/decide-share.ts',
    find: 'return withoutForgotten(event, forgotten);',
    put: 'return event;',
    effect: 'A share with a forgotten person and others names that person to Gong.',
    caughtBy: {
      file: 'test/pipeline/forget.test.ts',
      name: 'is not in what is shared with them later, nor in what was never read before',
    },
  },
  {
    name: 'gmail',
    file: 'src/share/address.ts',
    find: 'const isGmail = GMAIL_DOMAINS.has(address.slice(at + 1));',
    put: 'const isGmail = false;',
    effect: 'One Gmail mailbox in two spellings is two people.',
    caughtBy: { file: 'test/unit/share-address.test.ts', name: 'the mailbox of' },
  },
  {
    name: 'retention-keeps-keys',
    file: 'src/outbox/retention.ts',
    find: `.updateTable('event')
    .set({ share, match: null, body: null, errors: null, erased_at: now })`,
    put: ".deleteFrom('event')",
    effect: 'A share that is older than retentionDays is reported again when it is read again.',
    caughtBy: {
      file: 'test/unit/outbox-retention.test.ts',
      name: 'does not let the event be inserted a second time',
    },
  },
  {
    name: 'retention-settled-only',
    file: 'src/outbox/retention.ts',
    find: '.where(SETTLED)',
    put: '',
    effect: 'A pending event loses its body before it is sent.',
    caughtBy: {
      file: 'test/unit/outbox-retention.test.ts',
      name: 'waiting events and recently settled ones are not erased',
    },
  },
  {
    name: 'account-change',
    file: 'src/runs/execute-run.ts',
    find: 'if (changes.length > 0) return refuse(run, changes);',
    put: '',
    effect: 'A changed login reads the shares of one company into the Gong of another.',
    caughtBy: {
      file: 'test/pipeline/another-account.test.ts',
      name: 'fails, reads and sends nothing, and names the command',
    },
  },
  {
    name: 'org-of-each-login',
    file: 'src/runs/accounts.ts',
    find: 'if (salesforce === undefined || salesforce.identity.orgId === orgId) return;',
    put: "if (orgId !== '') return;",
    effect: 'A login that leads to another org is read.',
    caughtBy: {
      file: 'test/pipeline/another-account.test.ts',
      name: 'a dry run says the same, and shows nothing',
    },
  },
  {
    name: 'tenants-independent',
    file: 'src/runs/tenant-run.ts',
    find: 'return { tenant, report, broken: error };',
    put: 'throw error;',
    effect: 'A failure of one tenant ends the runs of all others.',
    caughtBy: {
      file: 'test/pipeline/counting.test.ts',
      name: 'a run that cannot begin is reported, and the other tenants run',
    },
  },
  {
    name: 'lookup-failed',
    file: 'src/crm/look-up.ts',
    find: `if (!isFieldRefusal(error)) throw error;
    for (const query of round)`,
    put: `if (!isFieldRefusal(error)) return;
    for (const query of round)`,
    effect: 'If Salesforce fails during a lookup, every share of the page counts as unmatched.',
    caughtBy: {
      file: 'test/unit/crm-look-up.test.ts',
      name: 'a lookup that fails in any round throws',
    },
  },
  {
    name: 'lookup-incomplete',
    file: 'src/crm/look-up.ts',
    find: 'if (results.length !== soqls.length) {',
    put: 'if (results.length < 0) {',
    effect: 'If Salesforce omits a part of its response, shares count as unmatched.',
    caughtBy: {
      file: 'test/unit/crm-look-up.test.ts',
      name: 'fewer or more results than queries throw',
    },
  },
  {
    name: 'link-of-file',
    file: 'src/sources/drive/seen-items.ts',
    find: 'const url = linkOf(file.webViewLink);',
    put: 'const url = file.webViewLink;',
    effect: 'A share is rejected permanently because of a link that Google did not fill in.',
    caughtBy: { file: 'test/unit/share-link.test.ts', name: 'a file whose webViewLink is invalid' },
  },
];
