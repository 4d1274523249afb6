/**
 * 408 and 425 ask for the same request again, 429 asks to slow down, and a 5xx is a failure of
 * the server: the same request may succeed later.
 */
export function isTransientStatus(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}
