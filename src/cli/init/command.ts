import { relative } from 'node:path';
import { processPaths } from '../../config/load-process-config.ts';
import { TENANT_NAME } from '../../config/tenant-schema.ts';
import { systemClock } from '../../lib/clock.ts';
import { type CommandInput, EXIT, type Handler } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { writeJson, writeParagraph } from '../terminal/write.ts';
import { setupOf } from './setup.ts';
import { type SetupPaths, type WrittenSetup, writeSetup } from './write-files.ts';

export const init: Handler = async (input) => {
  const name = nameOf(input);
  const paths = processPaths(textOption(input, 'config'));
  const setup = await setupOf(input, name);
  const written = writeSetup(setup, paths, systemClock.now());
  if (input.options['json'] === true) await writeJson(input.io, jsonOf(written));
  else await print(input, written, { name, paths });
  return EXIT.success;
};

function nameOf({ arguments: [name = ''] }: CommandInput): string {
  if (TENANT_NAME.test(name)) return name;
  throw new UsageError(`"${name}" cannot be the name of a tenant`, {
    hint: 'Use lower-case letters, digits and hyphens, at most 63: `sharetrail init acme`.',
  });
}

function jsonOf({ files, certificate, variables }: WrittenSetup) {
  return { files, certificate: certificate ?? null, variables };
}

async function print(
  { io }: CommandInput,
  { files, certificate, variables, tenantFile }: WrittenSetup,
  { name, paths }: { readonly name: string; readonly paths: SetupPaths },
): Promise<void> {
  await writeParagraph(io, 'Written:');
  for (const file of files) await writeParagraph(io, `  ${shown(file)}`);
  if (variables.length > 0) {
    await writeParagraph(io, `  ${shown(paths.environmentFile)}: ${variables.join(', ')}`);
  }
  await writeParagraph(io, '');
  if (certificate !== undefined) {
    await writeParagraph(
      io,
      `Upload ${shown(certificate)} to the app in Salesforce: step 3 of the README.`,
    );
  }
  await writeParagraph(
    io,
    `Replace what is marked REPLACE-ME in ${shown(tenantFile)} and ${shown(paths.environmentFile)}. ` +
      'Then run:',
  );
  for (const words of [
    'config show',
    `check --tenant ${name}`,
    `sync --dry-run --tenant ${name}`,
  ]) {
    await writeParagraph(io, `  \`sharetrail ${words}\``);
  }
}

function shown(path: string): string {
  const below = relative('', path);
  return below.startsWith('..') ? path : below;
}
