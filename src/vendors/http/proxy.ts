import { type Environment, environment } from '../../config/environment.ts';
import { libraryFor, readsProxyVariables } from './agents.ts';

/** How a proxy may be involved in a failed connection, as a sentence; '' if it is not. */
export function proxyNote(url: string): string {
  const isUsed = readsProxyVariables(libraryFor(new URL(url)));
  return proxyNoteFor({ isTls: url.startsWith('https:'), isUsed, variables: environment() });
}

interface ProxyFacts {
  readonly isTls: boolean;
  /** Node reads the variables */
  readonly isUsed: boolean;
  readonly variables: Environment;
}

/** Pure; names variables, never their values, which can contain a password. */
function proxyNoteFor({ isTls, isUsed, variables }: ProxyFacts): string {
  const isSet = (variable: string) => Boolean(variables[variable]);
  const name = isTls ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const found = [name.toLowerCase(), name].find(isSet);
  if (found !== undefined) {
    return isUsed
      ? `${found} is set: check that proxy, and NO_PROXY`
      : `${found} is set, but not used: set NODE_USE_ENV_PROXY=1 in the environment of the process, not in .env`;
  }
  const all = ['all_proxy', 'ALL_PROXY'].find(isSet);
  if (all === undefined) return '';
  return `${all} is set, but Node does not use it: set ${name} and NODE_USE_ENV_PROXY=1`;
}
