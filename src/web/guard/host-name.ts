import { isLoopbackHost } from '../../config/addresses.ts';

/** A Host header without its port; undefined if it is missing or is not a host and a port. */
export function hostNameOf(header: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]]+)(?::\d{1,5})?$/i.exec(header ?? '');
  return match?.[1]?.toLowerCase();
}

export function isLoopbackHeader(header: string | undefined): boolean {
  const name = hostNameOf(header);
  return name !== undefined && isLoopbackHost(name);
}

/**
 * Whether a change comes from a page of this server. Programs send neither header, and a browser that
 * sends none still needs the anti-forgery token, which no other page can read.
 */
export function isOwnOrigin(headers: {
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly host: string | undefined;
}): boolean {
  const { origin, fetchSite, host } = headers;
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return false;
  if (origin === undefined) return true;
  const url = URL.parse(origin);
  return (
    url !== null &&
    host !== undefined &&
    url.host === host.toLowerCase().replace(defaultPort(url), '')
  );
}

/** URLs leave out the default port of their scheme; a Host header can contain it. */
function defaultPort(url: URL): RegExp {
  return url.protocol === 'https:' ? /:443$/ : /:80$/;
}
