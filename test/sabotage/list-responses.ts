import type { Sabotage } from './sabotage.ts';

/** What a vendor can send. */
export const RESPONSES: readonly Sabotage[] = [
  {
    name: 'visibility-unknown',
    file: 'src/vendors/google/access-events.ts',
    find: 'event.name === VISIBILITY || hasAccessAfter(event) !== undefined',
    put: 'hasAccessAfter(event) !== undefined',
    effect:
      'A visibility that says nothing about access ends the run with 1, and many end the reading.',
    caughtBy: {
      file: 'test/unit/google-activities.test.ts',
      name: 'that says what changed can be read',
    },
  },
  {
    name: 'redirect',
    file: 'src/vendors/http/call-api.ts',
    find: 'if (!isRedirect(status)) return;',
    put: 'if (status < 400) return;',
    effect: 'A redirect is read as if it were data.',
    caughtBy: {
      file: 'test/faults/salesforce-transport.test.ts',
      name: 'is refused, and the other host never sees the token',
    },
  },
  {
    name: 'body-limit',
    file: 'src/vendors/http/read-body.ts',
    find: 'if (bytes > bytesMax) break;',
    put: '',
    effect:
      'An endless response keeps a run busy until its time-out, and then counts as a broken connection.',
    caughtBy: {
      file: 'test/faults/http-send.test.ts',
      name: 'is read up to the limit only, even if it never ends',
    },
  },
  {
    name: 'byte-budget',
    file: 'src/vendors/http/byte-budget.ts',
    find: 'const fits = this.#heldBytes + growth <= this.#limits.sharedBytesMax;',
    put: 'const fits = true;',
    effect: 'Large responses together fill the memory.',
    caughtBy: {
      file: 'test/unit/http-byte-budget.test.ts',
      name: 'makes a large response wait until there is room',
    },
  },
  {
    name: 'nesting',
    file: 'src/vendors/http/json.ts',
    find: 'if (levels > jsonLevelsMax) return',
    put: 'if (levels < 0) return',
    effect: 'Deeply nested JSON overflows the stack and ends the process.',
    caughtBy: { file: 'test/unit/http-json.test.ts', name: 'is nested too deeply' },
  },
  {
    name: 'containers',
    file: 'src/vendors/http/json.ts',
    find: 'if (containers > jsonContainersMax) {',
    put: 'if (containers < 0) {',
    effect: 'A few megabytes of brackets become hundreds of megabytes of objects.',
    caughtBy: {
      file: 'test/unit/http-json.test.ts',
      name: 'has too many objects, or too many elements',
    },
  },
  {
    name: 'empty-pages',
    file: 'src/vendors/http/list-progress.ts',
    find: 'if (this.#emptyInRow >= emptyPagesMax)',
    put: 'if (this.#emptyInRow < 0)',
    effect: 'A list without an end keeps a run busy forever.',
    caughtBy: { file: 'test/unit/google-paginate.test.ts', name: 'without rows' },
  },
  {
    name: 'repeated-pages',
    file: 'src/vendors/http/list-progress.ts',
    find: 'if (this.#repeated >= repeatedPagesMax)',
    put: 'if (this.#repeated < 0)',
    effect: 'A list that repeats its pages keeps a run busy forever.',
    caughtBy: { file: 'test/unit/google-paginate.test.ts', name: 'with the same rows' },
  },
  {
    name: 'freed-body-detached',
    file: 'src/vendors/http/growing-buffer.ts',
    find: 'memory.transfer(isLargest ? memory.byteLength : 0)',
    put: 'memory',
    effect: 'Code that keeps a response can read the next one, perhaps of another tenant.',
    caughtBy: {
      file: 'test/unit/http-growing-buffer.test.ts',
      name: 'can no longer be read, also after the next one',
    },
  },
  {
    name: 'spare-used-once',
    file: 'src/vendors/http/growing-buffer.ts',
    find: '  spare = undefined;',
    put: '',
    effect: 'Two responses are written into the same memory.',
    caughtBy: {
      file: 'test/unit/http-growing-buffer.test.ts',
      name: 'is used again for the next one, for one at a time',
    },
  },
  {
    name: 'unusable-token-dropped',
    file: 'src/vendors/google/classify.ts',
    find: 'if (error === undefined && UNUSABLE_URL_STATUSES.has(status)) return true;',
    put: '',
    effect: 'A page token that is too long for a URL is on record, and ends each later run.',
    caughtBy: {
      file: 'test/unit/google-classify.test.ts',
      name: 'for a later page, whose token makes the URL unusable',
    },
  },
  {
    name: 'doubted-token-repeated',
    file: 'src/vendors/google/requests.ts',
    find: 'if (!(error instanceof PageTokenPerhapsLost) || isTokenDoubted) throw error;',
    put: 'if (!(error instanceof Error) || !isTokenDoubted) throw error;',
    effect: 'One web page of a proxy costs a comparison of all files with the database.',
    caughtBy: {
      file: 'test/pipeline/drive-detectors.test.ts',
      name: 'one web page instead of a change log costs no list of all files; two cost one',
    },
  },
  {
    name: 'unreadable-rejection',
    file: 'src/vendors/gong/response-without-body.ts',
    find: 'if (unreadable !== undefined) {',
    put: 'if (unreadable === null) {',
    effect: 'An event whose rejection a proxy encodes uses up five attempts in each run.',
    caughtBy: {
      file: 'test/faults/gong-unread-bodies.test.ts',
      name: 'rejects the event, and says why there are no reasons',
    },
  },
  {
    name: 'broken-proxy-login',
    file: 'src/vendors/gong/response-without-body.ts',
    find: 'isKnown || isFromProxy ?',
    put: 'isKnown ?',
    effect: 'A proxy that requires a login, and whose page breaks off, uses up all attempts.',
    caughtBy: {
      file: 'test/faults/gong-unread-bodies.test.ts',
      name: 'with a 407 of a proxy is a refusal',
    },
  },
  {
    name: 'incomplete-access-event',
    file: 'src/vendors/google/admin-responses.ts',
    find: 'if (missing === undefined) return;',
    put: "if (missing !== '') return;",
    effect: 'An audit log entry that does not say what was shared vanishes.',
    caughtBy: { file: 'test/unit/google-activities.test.ts', name: 'that does not is faulty' },
  },
  {
    name: 'ownerless-entry',
    file: 'src/vendors/google/access-events.ts',
    find: "if (!isMembership && !hasDrive && owner === undefined) return 'owner';",
    put: '',
    effect: 'An audit log entry that does not say whose item was shared vanishes.',
    caughtBy: {
      file: 'test/unit/google-activities.test.ts',
      name: 'that names neither an owner nor a drive is faulty',
    },
  },
  {
    name: 'link-without-domain',
    file: 'src/sources/drive/access-changes.ts',
    find: "domain === undefined ? isAboutAnyone(event) : domain === 'all'",
    put: "domain === 'all'",
    effect: 'A link for anyone counts as internal if Google does not repeat that it is for all.',
    caughtBy: {
      file: 'test/unit/drive-audit-entries.test.ts',
      name: 'of a link without a domain is about anyone if the visibility says so',
    },
  },
  {
    name: 'absent-role-no-revocation',
    file: 'src/vendors/google/access-events.ts',
    find: 'return values.length === 0 ? undefined : values.some(isRole);',
    put: 'return values.some(isRole);',
    effect: 'An audit log entry that does not say what the grantee can do counts as a revocation.',
    caughtBy: { file: 'test/pipeline/odd-rows.test.ts', name: 'that does not say what changed' },
  },
  {
    name: 'membership-type',
    file: 'src/vendors/google/access-events.ts',
    find: 'if (known !== undefined) return known[1];',
    put: '',
    effect: 'A new member of a shared drive whose role Google does not name is not reported.',
    caughtBy: {
      file: 'test/pipeline/odd-rows.test.ts',
      name: 'a new member of a shared drive whose role the audit log does not say is reported',
    },
  },
  {
    name: 'vendor-time-set-back',
    file: 'src/vendors/http/vendor-time.ts',
    find: 'Math.max(this.#clock.now() + this.#offsetMs, this.#latestDate)',
    put: 'this.#clock.now() + this.#offsetMs',
    effect:
      'If the clock is set back during a response, its entries count as faulty and wait for `--full`.',
    caughtBy: {
      file: 'test/unit/http-vendor-time.test.ts',
      name: 'a clock that is set back after a response does not set the time back',
    },
  },
];
