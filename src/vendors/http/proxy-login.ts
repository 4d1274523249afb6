/** 407, Proxy Authentication Required: never of the vendor. */
export const PROXY_LOGIN_STATUS = 407;

/** What to do about it, for every vendor. */
export const PROXY_LOGIN_HINT =
  'The proxy between this machine and the vendor requires a login, or refuses the one it has. Put ' +
  'user and password into HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT, URL-encoded).';
