import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../config/environment.ts';

/** processes between npm and this one: a shell, `env`, a loader */
const LEVELS_MAX = 4;
const PREFIX = 'npm_config_';

export interface NpmSetting {
  readonly key: string;
  readonly value: string;
}

/** The variable in which npm passes a setting to a script. */
export function variableOf(key: string): string {
  return `${PREFIX}${key.replaceAll('-', '_')}`;
}

/** All settings that npm passed to its script. */
export function npmSettings(environment: Environment): NpmSetting[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith(PREFIX) && value !== undefined
      ? [{ key: name.slice(PREFIX.length).replaceAll('_', '-'), value }]
      : [],
  );
}

/** True if a file of npm or the environment in which npm was started sets the key to this value. */
export function isSetElsewhere(setting: NpmSetting, environment: Environment): boolean {
  const variable = variableOf(setting.key);
  const upper = environment[variable.toUpperCase()];
  if (upper !== undefined && sets(upper, setting)) return true;
  const files = [
    environment['npm_config_userconfig'],
    environment['npm_config_globalconfig'],
    join(environment['npm_config_local_prefix'] ?? '', '.npmrc'),
  ];
  if (files.some((file) => file !== undefined && setsInFile(readIfPossible(file), setting))) {
    return true;
  }
  return environmentOfNpm(environment).some((entry) => {
    const [name = '', text = ''] = entry.split('=');
    return name.toLowerCase() === variable && sets(text, setting);
  });
}

/** The project's own .npmrc sets `loglevel`, for example, but not to the level of --verbose. */
function setsInFile(file: string, setting: NpmSetting): boolean {
  const line = new RegExp(`^\\s*${setting.key}\\s*(?:=\\s*(.*?)\\s*)?$`, 'm').exec(file);
  return line !== null && sets(line[1] ?? 'true', setting);
}

/** A flag of npm is set by any text but `false`; an empty variable sets nothing. */
function sets(text: string, { value }: NpmSetting): boolean {
  return value === 'true' ? text !== '' && text !== 'false' : text === value;
}

/** The variables that npm was started with. Empty if the system does not show them. */
function environmentOfNpm({ npm_lifecycle_event: event = '' }: Environment): string[] {
  let pid = String(process.ppid);
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const entries = readIfPossible(`/proc/${pid}/environ`).split('\0');
    // A shell between npm and this process has npm's additions.
    if (!entries.includes(`npm_lifecycle_event=${event}`)) return entries;
    // `pid (name) state parent …`; a name can contain spaces and brackets.
    const stat = readIfPossible(`/proc/${pid}/stat`);
    pid = stat.slice(stat.lastIndexOf(')')).split(' ')[2] ?? '';
  }
  return [];
}

function readIfPossible(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Most of these files do not exist; one that cannot be read sets nothing.
    return '';
  }
}
