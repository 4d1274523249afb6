import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

export interface BulkyGoogle extends AsyncDisposable {
  readonly origin: string;
  /** lists of files that were requested */
  readonly fileLists: () => number;
}

/** The body of each list of files; `requests` counts them, from 1 on. */
export type FileList = (requests: number) => {
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A Google whose change logs are empty, and whose lists of files are whatever the test says. */
export async function startBulkyGoogle(list: FileList): Promise<BulkyGoogle> {
  let fileLists = 0;
  const server = createServer((message, response) => {
    message.resume();
    const path = new URL(message.url ?? '/', 'http://localhost').pathname;
    if (path === '/drive/v3/files') {
      fileLists += 1;
      const { body, headers = {} } = list(fileLists);
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end(body);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(replyTo(path, message)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    fileLists: () => fileLists,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function replyTo(path: string, { url }: IncomingMessage): object {
  if (path === '/token') return { access_token: `access-${url}`, expires_in: 3_600 };
  if (path.endsWith('/startPageToken')) return { startPageToken: '1' };
  if (path === '/drive/v3/changes') return { changes: [], newStartPageToken: '2' };
  const user = /\/users\/([^/]+)$/.exec(path)?.[1];
  if (user === undefined) return {};
  const primaryEmail = decodeURIComponent(user);
  return { id: `id-${primaryEmail}`, primaryEmail, name: { fullName: primaryEmail } };
}
