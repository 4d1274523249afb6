import { isCode, type Rule } from './source.ts';

/** Scripts that run as processes. knip sees no import of them: tests start them by file name. */
const SCRIPT = /^test\/support\/(children|preload)\/(.+)$/;

export const everyScriptIsStarted: Rule = (files) =>
  files.flatMap(({ path }) => {
    const name = SCRIPT.exec(path)?.[2];
    if (name === undefined) return [];
    const others = files.filter((file) => isCode(file) && file.path !== path);
    const isNamed = others.some(({ text }) => text.includes(`${name}'`));
    return isNamed ? [] : [`${path}:1 is not named by any test`];
  });
