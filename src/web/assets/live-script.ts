/**
 * Loads the page again whenever the server reports a change, and replaces `main`, unless the reader is
 * about to use it. Without it, a reload does the same.
 */
export const LIVE_SCRIPT = `'use strict';
(() => {
  if (!('EventSource' in window)) return;
  let isLoading = false;
  let isOutdated = false;

  const isInUse = (main) => {
    const focused = document.activeElement;
    const selection = String(document.getSelection());
    return (focused !== main && main.contains(focused)) || selection !== '';
  };

  const openDetails = (main) =>
    [...main.querySelectorAll('details[id]')].filter((each) => each.open).map((each) => each.id);

  const replace = (text) => {
    const next = new DOMParser().parseFromString(text, 'text/html').querySelector('main');
    const main = document.querySelector('main');
    if (next === null || isInUse(main)) return;
    const open = openDetails(main);
    main.replaceChildren(...next.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
  };

  const load = async () => {
    if (document.hidden || isLoading) {
      isOutdated = true;
      return;
    }
    isLoading = true;
    isOutdated = false;
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (response.ok && !response.redirected) replace(await response.text());
    } catch {
      // The server is restarting; the next change loads the page.
    } finally {
      isLoading = false;
    }
    if (isOutdated) setTimeout(load, 1000);
  };

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && isOutdated) load();
  });
  new EventSource('/updates').addEventListener('change', load);
})();
`;
