const MASK = '•••';
/** user:PASSWORD@ of a URL, which ends at the last @ before the path. */
const PASSWORD = /^(postgres(?:ql)?:\/\/[^:@/?#]*:)([^/?#]*)(@)/i;
/** libpq takes these as parameters too. */
const PARAMETER = /([?&](?:password|sslpassword)=)([^&#]*)/gi;

/** A `database` setting that may be shown: with `•••` for its password. */
export function maskDatabase(database: string): string {
  return database.replace(PASSWORD, `$1${MASK}$3`).replace(PARAMETER, `$1${MASK}`);
}

/** The passwords in a `database` setting, as they stand and decoded, for `rememberSecret`. */
export function databasePasswords(database: string): string[] {
  const found = [
    PASSWORD.exec(database)?.[2] ?? '',
    ...[...database.matchAll(PARAMETER)].map((match) => match[2] ?? ''),
  ];
  return [...new Set(found.flatMap((password) => [password, decoded(password)]))].filter(Boolean);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is no escape: the driver takes it as it stands, and so is it kept here.
    return text;
  }
}
