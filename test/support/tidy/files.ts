import type { Rule } from './source.ts';

/** The top-level folders of the project. Adding one is a deliberate decision. */
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
    .map((top) => `${top}:1 is not a folder of the project`);
};

/** No file names a path of the build machine or a registry that only this machine can reach. */
export const filesNameNoLocalPaths: Rule = (files) => {
  // Assembled from parts, so that this file does not contain them itself.
  const localPaths = ['farm', 'work', 'tmp/bash_jobs'].map(
    (folder) => `(?:^|[\\s"'\`(=:])/${folder}/`,
  );
  // npm's public registry is the exception.
  const registry = `https?://(?!${'regis'}try\\.npmjs\\.org)[^\\s/"']*${'regis'}try[^\\s/"']*`;
  const needle = new RegExp([...localPaths, registry].join('|'));
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const found = needle.exec(line)?.[0];
      return found === undefined ? [] : [`${path}:${index + 1} names ${found.trim()}`];
    }),
  );
};

/** The lock file pins versions and contents, but each installation uses its own registry. */
export const lockFileHasNoHosts: Rule = (files) =>
  files
    .filter(({ path }) => path === 'package-lock.json')
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          /"resolved": "https?:/.test(line) ? [`${path}:${index + 1} names a registry host`] : [],
        ),
    );
