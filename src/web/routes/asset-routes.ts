import { createHash } from 'node:crypto';
import type { Hono } from 'hono';
import { ICON } from '../assets/icon.ts';
import { LIVE_SCRIPT } from '../assets/live-script.ts';
import { STYLE } from '../assets/style.ts';
import type { WebEnv } from '../web-env.ts';

interface Asset {
  readonly type: string;
  readonly text: string;
}

const ASSETS: Readonly<Record<string, Asset>> = {
  '/assets/style.css': { type: 'text/css; charset=utf-8', text: STYLE },
  '/assets/live.js': { type: 'text/javascript; charset=utf-8', text: LIVE_SCRIPT },
  '/assets/icon.svg': { type: 'image/svg+xml', text: ICON },
};

/** A fixed list: no path of a request ever leads to a file. */
export function addAssetRoutes(app: Hono<WebEnv>): void {
  for (const [path, { type, text }] of Object.entries(ASSETS)) {
    const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 16)}"`;
    const headers = { 'Content-Type': type, ETag: etag, 'Cache-Control': 'no-cache' };
    app.get(path, (c) =>
      c.req.header('if-none-match') === etag
        ? c.body(null, 304, headers)
        : c.body(text, 200, headers),
    );
  }
}
