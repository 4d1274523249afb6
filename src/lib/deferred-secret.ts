import { UserError } from './errors.ts';
import { rememberSecret, Secret } from './secret.ts';

/** A secret that a command needs but that cannot be read here. */
export class SecretUnavailable extends UserError {
  override readonly name = 'SecretUnavailable';
}

/** A secret that is looked up when it is first needed: commands that only read need almost none. */
export class DeferredSecret extends Secret {
  readonly #find: () => { readonly value: string } | { readonly problem: string };

  constructor(find: () => { readonly value: string } | { readonly problem: string }) {
    super('');
    this.#find = find;
  }

  /** Throws SecretUnavailable. */
  override reveal(): string {
    const found = this.#find();
    if ('problem' in found) throw new SecretUnavailable(found.problem);
    rememberSecret(found.value);
    return found.value;
  }
}
