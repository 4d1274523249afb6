import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds `dist/main.js` from the sources, for a program that starts it. */
export function buildBundle(): void {
  const { status, error, stdout } = spawnSync('npm', ['run', '-s', 'build'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the bundle was not built: ${stdout}`, { cause: error });
}
