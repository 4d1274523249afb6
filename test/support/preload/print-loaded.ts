// Prints the URL of each file that the program loads, on standard error.

import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load: (url, context, nextLoad) => {
    if (url.startsWith('file:')) writeSync(2, `${url}\n`);
    return nextLoad(url, context);
  },
});
