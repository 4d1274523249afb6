/** The parts of docs/configuration.md that no schema can tell. */

export const introduction = `# Configuration

<!-- Made from src/config; a test holds this file to it. To renew it:
     npx vitest run test/unit/config-files.test.ts --update -->

sharetrail reads one folder: \`--config DIR\`, else \`SHARETRAIL_CONFIG\`, else \`./config\`.

| file | holds |
|---|---|
| \`DIR/sharetrail.yaml\` | what holds for all tenants; may be missing |
| \`DIR/tenants/NAME.yaml\` | one tenant; \`*.example.yaml\` is ignored |

To begin, copy \`config/tenants/acme.example.yaml\` to \`config/tenants/NAME.yaml\`; its first line
names the schema, so that an editor with a YAML language server completes and checks the keys.
\`sharetrail config show\` prints what counts in the end.

Both kinds of file are strict YAML 1.2: an unknown key, a wrong type, a missing value or a key that
stands twice is refused. All problems of all files are told at once, one a line:

\`\`\`
config/tenants/acme.yaml:7:3 salesforce.auth.flow: missing; expected one of jwt-bearer, …
\`\`\`

## References

Any text may hold references:

| written | gives |
|---|---|
| \`\${NAME}\` | the environment variable; not set or empty is a problem |
| \`\${file:PATH}\` | the content of a file, relative to \`DIR\`, without one newline at its end |
| \`$\${\` | \`\${\` itself |

A reference gives text. Numbers and \`true\` or \`false\` are written as they are. What a variable or
file holds is not read for references again.

\`.env\` in the working directory is read if it is there; a variable that is set already wins.
\`SHARETRAIL_CONFIG\` and \`SHARETRAIL_DATABASE\` may stand there too. \`SHARETRAIL_DATABASE\` wins over
\`database\`.

## Secrets

Keys marked 🔑 take one reference and nothing else, so that no secret stands in a YAML file, where
it would be copied, committed and mailed. A secret in its place is refused, and never printed.
Values of these keys show as \`•••\` everywhere: in \`config show\`, in logs, in errors. So do
\`http.token\` and the password of a \`postgres://\` URL, although these may stand in the file.

Keys that span lines, such as \`privateKey\`, are easiest as files:
\`privateKey: \${file:../secrets/acme-salesforce.pem}\`, readable by their owner only.

Every URL must be https, except on loopback (\`localhost\`, \`127.0.0.0/8\`, \`[::1]\`).
`;

export const serviceHeading = `## sharetrail.yaml

\`config/sharetrail.example.yaml\` shows every key.
`;

export const tenantHeading = `## tenants/NAME.yaml

\`config/tenants/acme.example.yaml\` shows every key.
`;
