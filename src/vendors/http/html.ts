/** A web page, which a proxy or a vendor in maintenance sends instead of JSON. */
export function isHtml(body: unknown): boolean {
  const start = /^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype|html|head|body|!--)/i;
  return typeof body === 'string' && start.test(body);
}
