const MASK = '•••';
/** user:PASSWORD@ of a URL; the password ends at the last @ before the path. */
const PASSWORD = /^(postgres(?:ql)?:\/\/[^:@/?#]*:)([^/?#]*)(@)/i;
/** libpq also accepts passwords as parameters. */
const PARAMETER = /([?&](?:password|sslpassword)=)([^&#]*)/gi;

/** A `database` setting with `•••` in place of its password. */
export function maskDatabase(database: string): string {
  return database.replace(PASSWORD, `$1${MASK}$3`).replace(PARAMETER, `$1${MASK}`);
}

/** The passwords in a `database` setting, as written and decoded, for `rememberSecret`. */
export function databasePasswords(database: string): string[] {
  const found = [
    PASSWORD.exec(database)?.[2] ?? '',
    ...[...database.matchAll(PARAMETER)].map((match) => match[2] ?? ''),
  ];
  return [...new Set(found.flatMap((password) => [password, decode(password)]))].filter(Boolean);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is not an escape: the driver uses the text as written.
    return text;
  }
}
