import type { Rule } from './source.ts';

/** The folders that the project has; another one is a decision, not an accident. */
const FOLDERS: ReadonlySet<string> = new Set([
  'src',
  'migrations',
  'config',
  'deploy',
  'docs',
  'test',
  '.ci',
  '.github',
  '.github',
]);

export const foldersAreKnown: Rule = (files) => {
  const tops = files
    .filter(({ path }) => path.includes('/'))
    .map(({ path }) => path.split('/')[0] ?? '');
  return [...new Set(tops)]
    .filter((top) => !FOLDERS.has(top))
    .map((top) => `${top}:1 is no folder of the project`);
};

/** A published file must not tell where it was made, nor fetch from where only we can. */
export const nothingNamesTheWorkshop: Rule = (files) => {
  // In pieces, so that this file does not name them itself.
  const workshop = ['farm', 'work', 'tmp/bash_jobs'].map(
    (folder) => `(?:^|[\\s"'\`(=:])/${folder}/`,
  );
  const registry = `https?://[^\\s/"']*${'regis'}try[^\\s/"']*`;
  const needle = new RegExp([...workshop, registry].join('|'));
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const found = needle.exec(line)?.[0];
      return found === undefined ? [] : [`${path}:${index + 1} names ${found.trim()}`];
    }),
  );
};

/** The lock file pins versions and contents; where they come from is each installation's own. */
export const lockFileHasNoHosts: Rule = (files) =>
  files
    .filter(({ path }) => path === 'package-lock.json')
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          /"resolved": "https?:/.test(line)
            ? [`${path}:${index + 1} says where it was fetched`]
            : [],
        ),
    );
