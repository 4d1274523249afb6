import type { Sabotage } from './sabotage.ts';

/** Secrets, and who can see or change what. */
export const ACCESS: readonly Sabotage[] = [
  {
    name: 'file-mode',
    file: 'src/db/open.ts',
    find: 'const OWNER_ONLY_FILE = 0o600;',
    put: 'const OWNER_ONLY_FILE = 0o644;',
    effect: 'Every user of the machine can read the database.',
    caughtBy: {
      file: 'test/unit/db-open.test.ts',
      name: 'only the owner can read the file, SQLite’s side files and new folders, whatever the umask',
    },
  },
  {
    name: 'exposed-file',
    file: 'src/db/require-own-file.ts',
    find: 'if (first === undefined || isAnotherFile(path)) return;',
    put: "if (path !== '') return;",
    effect: 'A database that others can read is used silently.',
    caughtBy: {
      file: 'test/faults/exposed-files.test.ts',
      name: 'exit 2 with the chmod line, for every command that opens it',
    },
  },
  {
    name: 'scrub-log',
    file: 'src/cli/logging/logger.ts',
    find: 'escapeControlsBeyondAscii(scrub(line))',
    put: 'escapeControlsBeyondAscii(line)',
    effect: 'A secret that becomes known during a run is in its log lines.',
    caughtBy: {
      file: 'test/cli/logger.test.ts',
      name: 'even if it became known after the field was bound',
    },
  },
  {
    name: 'scrub-report',
    file: 'src/runs/stage-errors.ts',
    find: 'message: scrub(messageOf(cause)),',
    put: 'message: messageOf(cause),',
    effect: 'Secrets that a vendor quotes are stored in the report of the run.',
    caughtBy: {
      file: 'test/unit/runs-stop.test.ts',
      name: 'an error of a run shows no secret, in its message and in its hint',
    },
  },
  {
    name: 'scrub-hint',
    file: 'src/runs/stage-errors.ts',
    find: 'hint: scrub(hint),',
    put: 'hint,',
    effect: 'A hint that quotes a secret is stored in the report of the run.',
    caughtBy: {
      file: 'test/unit/runs-stop.test.ts',
      name: 'an error of a run shows no secret, in its message and in its hint',
    },
  },
  {
    name: 'scrub-response',
    file: 'src/vendors/gong/response-body.ts',
    find: 'scrub(text).slice(',
    put: 'text.slice(',
    effect: 'A secret that is truncated in a response of Gong is stored in part.',
    caughtBy: {
      file: 'test/faults/gong-client.test.ts',
      name: 'masks the key in every form in which a proxy can repeat it',
    },
  },
  {
    name: 'secret-prints',
    file: 'src/lib/secret.ts',
    find: `toJSON(): string {
    return MASK;`,
    put: `toJSON(): string {
    return this.#value;`,
    effect: 'config show and logs print secrets.',
    caughtBy: {
      file: 'test/unit/config-secrets.test.ts',
      name: 'for every secret, in the order and shape of the files',
    },
  },
  {
    name: 'sealed-token-row',
    file: 'src/db/secrets.ts',
    find: 'const associated = `${tenant}/${name}`;',
    put: 'const associated = name;',
    effect: 'A token that is copied to the row of another tenant is accepted.',
    caughtBy: {
      file: 'test/unit/db-secrets.test.ts',
      name: 'an encrypted token that is changed, or moved to another tenant or name, is refused',
    },
  },
  {
    name: 'https-only',
    file: 'src/config/addresses.ts',
    find: "return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));",
    put: 'return true;',
    effect: 'Credentials travel unencrypted because of a typing mistake.',
    caughtBy: {
      file: 'test/unit/config-invalid-values.test.ts',
      name: 'an invalid value is rejected',
    },
  },
  {
    name: 'host-check',
    file: 'src/web/guard/access.ts',
    find: "if (isLoopbackHeader(c.req.header('host'))) return next();",
    put: 'if (c !== undefined) return next();',
    effect: 'A web page on the internet reads the operator page through DNS rebinding.',
    caughtBy: { file: 'test/web/access.test.ts', name: 'a request for the host' },
  },
  {
    name: 'token-check',
    file: 'src/web/guard/access.ts',
    find: "if (isSameSecret(token, login.token)) return 'right';",
    put: "if (token !== '') return 'right';",
    effect: 'Any token opens the operator page.',
    caughtBy: {
      file: 'test/web/access.test.ts',
      name: 'programs send it as a bearer token; wrong, missing and repeated ones are refused',
    },
  },
  {
    name: 'session-check',
    file: 'src/web/guard/sessions.ts',
    find: '!isSameSecret(signature, sign(`${expiry}.${nonce}`))',
    put: "signature === ''",
    effect: 'A forged cookie opens the operator page.',
    caughtBy: {
      file: 'test/web/access.test.ts',
      name: 'end after their time, and if they were changed or signed with another token',
    },
  },
  {
    name: 'session-expiry',
    file: 'src/web/guard/sessions.ts',
    find: 'return now < until && until <= now + LOGIN_LIMITS.sessionMsMax;',
    put: 'return true;',
    effect: 'A stolen cookie works forever.',
    caughtBy: {
      file: 'test/web/access.test.ts',
      name: 'end after their time, and if they were changed or signed with another token',
    },
  },
  {
    name: 'wrong-tokens',
    file: 'src/web/guard/login-attempts.ts',
    find: "if (address === undefined || address.wrong < LOGIN_LIMITS.wrongMax) return 'admitted';",
    put: "if (name !== '') return 'admitted';",
    effect: 'Tokens can be guessed at full speed.',
    caughtBy: {
      file: 'test/web/access.test.ts',
      name: 'each attempt of the address waits, right or wrong; other addresses do not',
    },
  },
  {
    name: 'form-token',
    file: 'src/web/guard/forms.ts',
    find: 'if (isValid) return next();',
    put: 'if (token !== isValid) return next();',
    effect: "Another page in the operator's browser can skip events.",
    caughtBy: {
      file: 'test/web/changes.test.ts',
      name: 'is refused from another site, and without the token of a form',
    },
  },
  {
    name: 'form-origin',
    file: 'src/web/guard/forms.ts',
    find: 'if (!isOwnOrigin(headers)) {',
    put: "if (headers.host === '') {",
    effect: 'Another site can post to the operator page.',
    caughtBy: {
      file: 'test/web/changes.test.ts',
      name: 'is refused from another site, and without the token of a form',
    },
  },
  {
    name: 'page-body-limit',
    file: 'src/web/app.ts',
    find: "app.post('*', limitBody);",
    put: '',
    effect: 'One large form fills the memory.',
    caughtBy: { file: 'test/web/bad-requests.test.ts', name: 'headers and bodies are bounded' },
  },
  {
    name: 'terminal-controls',
    file: 'src/cli/terminal/escape.ts',
    find: 'replace(UNSAFE, (found) => NAMED[found] ?? codePointOf(found))',
    put: 'slice()',
    effect: 'The title of a file moves the cursor and fakes lines on the terminal.',
    caughtBy: {
      file: 'test/cli/write.test.ts',
      name: 'is not wrapped in a file or a pipe, and is escaped everywhere',
    },
  },
  {
    name: 'page-controls',
    file: 'src/web/pages/parts.ts',
    find: "return text.replace(CONTROLS, '').toWellFormed();",
    put: 'return text;',
    effect: 'A title with hidden characters reverses the page.',
    caughtBy: { file: 'test/unit/web-pages.test.ts', name: 'text of vendors' },
  },
  {
    name: 'log-controls',
    file: 'src/cli/logging/logger.ts',
    find: 'io.err(escapeControlsBeyondAscii(scrub(line)))',
    put: 'io.err(scrub(line))',
    effect: 'A title in the log colors the screen of who reads it.',
    caughtBy: {
      file: 'test/cli/logger.test.ts',
      name: 'are escaped, and the values stay equal (columns:',
    },
  },
  {
    name: 'security-headers',
    file: 'src/web/headers.ts',
    find: "headers.set('Content-Security-Policy', CONTENT_SECURITY_POLICY);",
    put: '',
    effect:
      'A title with markup that slips through an escape runs as a script in the operator page.',
    caughtBy: {
      file: 'test/web/access.test.ts',
      name: 'every response forbids inline scripts, other origins, frames and caching',
    },
  },
  {
    name: 'frame-of-others',
    file: 'src/web/headers.ts',
    find: `"frame-ancestors 'none'",`,
    put: '',
    effect: 'Another site shows the operator page in a frame and steals clicks.',
    caughtBy: {
      file: 'test/web/access.test.ts',
      name: 'every response forbids inline scripts, other origins, frames and caching',
    },
  },
  {
    name: 'scrub',
    file: 'src/lib/secret.ts',
    find: 'const ranges = secretsIn(text, index);',
    put: 'const ranges: TextRange[] = [];',
    effect: 'Secrets that a vendor or a proxy quotes are in logs, errors, and reports.',
    caughtBy: { file: 'test/unit/secret-forms.test.ts', name: 'is scrubbed: ' },
  },
  {
    name: 'literal-secret',
    file: 'src/config/interpolate-document.ts',
    find: "secret === 'reference' && references !== 'whole'",
    put: "secret === 'reference' && value === ''",
    effect: 'A secret in a YAML file is accepted, and is then committed to a repository.',
    caughtBy: {
      file: 'test/unit/config-reference-problems.test.ts',
      name: 'a literal secret is rejected',
    },
  },
  {
    name: 'cookie-of-scripts',
    file: 'src/web/guard/cookies.ts',
    find: 'httpOnly: true',
    put: 'httpOnly: false',
    effect: 'A script in the page can read the session.',
    caughtBy: {
      file: 'test/web/access.test.ts',
      name: 'a browser logs in once; the cookie is not readable by scripts or other sites',
    },
  },
  {
    name: 'cookie-of-other-sites',
    file: 'src/web/guard/cookies.ts',
    find: "sameSite: 'Strict'",
    put: "sameSite: 'Lax'",
    effect: 'Links and forms of other sites carry the session.',
    caughtBy: {
      file: 'test/web/access.test.ts',
      name: 'a browser logs in once; the cookie is not readable by scripts or other sites',
    },
  },
  {
    name: 'public-link-fragment',
    file: 'src/outbox/search-terms.ts',
    find: "if (!url.hash.includes('/')) url.hash = '';",
    put: "url.hash = '';",
    effect: 'A public link whose path is in the fragment finds every such delivery of the org.',
    caughtBy: {
      file: 'test/unit/outbox-search.test.ts',
      name: 'tells public links apart whose path is in the fragment',
    },
  },
  {
    name: 'explained-mailbox',
    file: 'src/operator/explain-absence.ts',
    find: 'grantee: mailboxOf(email)',
    put: 'grantee: email',
    effect: 'explain does not know the access of a person with a Gmail address.',
    caughtBy: {
      file: 'test/pipeline/explain-baseline.test.ts',
      name: 'a baseline grant to a Gmail address is found by the spelling',
    },
  },
];
