import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Sabotage, sabotaged } from './sabotage.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = 'node_modules';
/** Nothing that a test needs, or an operator's own: git's data, results, databases, secrets. */
const NOT_COPIED = [PACKAGES, '.git', 'dist', 'coverage', 'data', 'secrets', '.env'];

/** A copy of the project in a temporary folder. It shares the packages. */
export class ProjectCopy implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'sharetrail-sabotage-'));

  constructor() {
    for (const name of readdirSync(ROOT)) {
      if (NOT_COPIED.includes(name)) continue;
      cpSync(join(ROOT, name), join(this.folder, name), { recursive: true });
    }
    // A folder of links, because vitest keeps its caches next to them.
    mkdirSync(join(this.folder, PACKAGES));
    for (const name of readdirSync(join(ROOT, PACKAGES))) {
      if (name.startsWith('.') && name !== '.bin') continue;
      symlinkSync(join(ROOT, PACKAGES, name), join(this.folder, PACKAGES, name));
    }
  }

  /** Runs `work` while the guard is removed from the copy. */
  async without<T>(sabotage: Sabotage, work: () => Promise<T>): Promise<T> {
    const path = join(this.folder, sabotage.file);
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, sabotaged(source, sabotage));
    try {
      return await work();
    } finally {
      writeFileSync(path, source);
    }
  }

  [Symbol.dispose](): void {
    // The processes of an interrupted test may still write into it.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
