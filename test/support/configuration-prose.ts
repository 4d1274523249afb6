/** The parts of docs/configuration.md that are not in a schema. */

export const introduction = `# Configuration

<!-- Generated from src/config, and verified by a test. To update it:
     npx vitest run test/unit/config-files.test.ts --update -->

sharetrail reads one folder: \`--config DIR\`, otherwise \`SHARETRAIL_CONFIG\`, otherwise \`./config\`.

| file | content |
|---|---|
| \`DIR/sharetrail.yaml\` | settings for all tenants; optional |
| \`DIR/tenants/NAME.yaml\` | one tenant; \`*.example.yaml\` is ignored |

To start, copy \`config/tenants/acme.example.yaml\` to \`config/tenants/NAME.yaml\` and edit it. The first
line of each example names its JSON Schema, so that an editor with a YAML language server completes
and checks the keys. \`sharetrail config show\` prints the configuration in effect.

Both kinds of file are strict YAML 1.2: an unknown key, a wrong type, a missing value or a duplicate
key is an error. All problems in all files are reported together, one per line:

\`\`\`
config/tenants/acme.yaml:7:3 salesforce.auth.flow: missing; expected one of jwt-bearer, …
\`\`\`

## References

Any text can contain references:

| reference | value |
|---|---|
| \`\${NAME}\` | the environment variable; an error if it is not set or empty |
| \`\${file:PATH}\` | the content of a file, relative to \`DIR\`, without one trailing newline |
| \`$\${\` | a literal \`\${\` |

The value of a reference is always text, so write numbers, \`true\` and \`false\` directly. References in
a value are not resolved again.

If the working directory contains a file \`.env\`, sharetrail reads its variables. A variable that is
already set has priority. \`.env\` can also set \`SHARETRAIL_CONFIG\` and \`SHARETRAIL_DATABASE\`.
\`SHARETRAIL_DATABASE\` overrides \`database\`.

## Secrets

A key marked 🔑 accepts only a reference without text around it. A literal secret would be copied,
committed and emailed with the YAML file, so it is an error, and no message shows it. The values of
these keys appear as \`•••\` everywhere: in \`config show\`, in logs and in errors. The same applies to
\`http.token\` and to the password of a \`postgres://\` URL, although the file can contain these.

A value of several lines, such as \`privateKey\`, is easiest as a file that only its owner can read:
\`privateKey: \${file:secrets/acme-salesforce.pem}\`.

Every URL must be https, except on loopback (\`localhost\`, \`127.0.0.0/8\`, \`[::1]\`).
`;

export const serviceHeading = `## sharetrail.yaml

\`config/sharetrail.example.yaml\` shows every key.
`;

export const tenantHeading = `## tenants/NAME.yaml

\`config/tenants/acme.example.yaml\` shows every key.
`;
