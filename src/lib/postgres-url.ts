/** How the connection to a PostgreSQL server is protected, in libpq's terms. */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** What a `postgres://` URL says. */
export interface PostgresAddress {
  /** without the brackets of an IPv6 address */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** undefined: the server asks for none */
  readonly password: string | undefined;
  readonly database: string;
  readonly sslMode: SslMode;
  /** the file of the certificate authority; undefined: those that Node trusts */
  readonly sslRootCertificate: string | undefined;
}

const PORT_DEFAULT = 5432;
const FORM = 'expected postgres://USER:PASSWORD@HOST:PORT/DATABASE';
const PARAMETERS: readonly string[] = ['sslmode', 'sslrootcert'];
/** libpq has these modes, too: they continue in plain text if the server wants it. */
const UNSAFE_MODES: readonly string[] = ['allow', 'prefer'];

export function isPostgresUrl(database: string): boolean {
  return /^postgres(?:ql)?:/i.test(database);
}

/**
 * Reads the URL, or returns what is wrong with it; the text never contains a part of the password.
 * Without `sslmode`, only a server on this machine is reached in plain text.
 */
export function parsePostgresUrl(
  database: string,
): { readonly address: PostgresAddress } | { readonly problem: string } {
  const url = URL.parse(database);
  if (url === null || url.hostname === '') {
    return { problem: `${FORM}, with %-escapes for special characters in the password` };
  }
  const [user, password, name] = [url.username, url.password, url.pathname.slice(1)].map(decoded);
  if (!user) return { problem: `${FORM}: the user is missing` };
  if (!name || name.includes('/')) return { problem: `${FORM}: expected the name of one database` };
  if (url.hash !== '') return { problem: `${FORM}: write # as %23` };
  const problem = parameterProblem(url.searchParams);
  if (problem !== undefined) return { problem };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const sslRootCertificate = url.searchParams.get('sslrootcert') ?? undefined;
  const sslMode = (url.searchParams.get('sslmode') ?? defaultMode(host)) as SslMode;
  return {
    address: {
      host,
      port: url.port === '' ? PORT_DEFAULT : Number(url.port),
      user,
      password: password || undefined,
      database: name,
      // As in libpq: who names an authority wants it checked.
      sslMode: sslMode === 'require' && sslRootCertificate !== undefined ? 'verify-ca' : sslMode,
      sslRootCertificate,
    },
  };
}

function parameterProblem(parameters: URLSearchParams): string | undefined {
  for (const name of parameters.keys()) {
    if (parameters.getAll(name).length > 1) return `the parameter ${name} appears twice`;
    if (PARAMETERS.includes(name)) continue;
    return `unknown parameter ${JSON.stringify(name)}: expected ${PARAMETERS.join(' or ')}`;
  }
  const mode = parameters.get('sslmode');
  if (mode !== null && UNSAFE_MODES.includes(mode)) {
    return (
      `sslmode=${mode} continues without encryption if the server has none: ` +
      'expected disable or require'
    );
  }
  if (mode !== null && !(SSL_MODES as readonly string[]).includes(mode)) {
    return `unknown sslmode ${JSON.stringify(mode)}: expected ${SSL_MODES.join(', ')}`;
  }
  if (parameters.get('sslrootcert') === '') return 'sslrootcert is empty: expected a file';
  if (mode === 'disable' && parameters.has('sslrootcert')) {
    return 'sslrootcert has no effect with sslmode=disable';
  }
  return undefined;
}

function defaultMode(host: string): SslMode {
  const isLoopback = host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
  return isLoopback ? 'disable' : 'verify-full';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is not an escape.
    return text;
  }
}
