import { prefixOf } from './ids.ts';
import { OBJECTS, PERSON_ACCOUNT_FIELDS } from './object-definitions.ts';
import { defineObject, type Field, NAME_SCHEMA, type ObjectSchema } from './schema.ts';

/** The org's objects and fields, and those that its API user can see. */
export class SchemaCatalog {
  readonly #objects = new Map(OBJECTS.map((object) => [object.name, object]));
  readonly #hiddenObjects = new Set<string>();
  readonly #hiddenFields = new Set<string>();
  readonly #encryptedFields = new Set<string>();
  #visible = new Map<string, ObjectSchema>();

  constructor(options: { readonly personAccounts: boolean }) {
    if (options.personAccounts) this.#addPersonAccounts();
    this.#refresh();
  }

  /** The object as the API user sees it, by case-insensitive name; undefined: INVALID_TYPE. */
  object(name: string): ObjectSchema | undefined {
    return this.#visible.get(name.toLowerCase());
  }

  objects(): readonly ObjectSchema[] {
    return [...this.#visible.values()];
  }

  /** The complete object, regardless of permissions. Throws for an unknown name. */
  stored(name: string): ObjectSchema {
    const object = this.#objects.get(name);
    if (!object) throw new TypeError(`the simulated org has no object ${name}`);
    return object;
  }

  /**
   * The target object of a reference, as the API user sees it; `Name` if it is polymorphic. Undefined
   * if the user cannot read it: then the relationship does not exist either.
   */
  target(reference: Field): ObjectSchema | undefined {
    const [only, ...others] = reference.referenceTo;
    if (only === undefined) return undefined;
    return others.length > 0 ? NAME_SCHEMA : this.object(only);
  }

  typeOfId(id: string): string | undefined {
    const prefix = prefixOf(id);
    for (const object of this.#objects.values())
      if (object.keyPrefix === prefix) return object.name;
    return undefined;
  }

  hideObject(name: string): void {
    this.#hiddenObjects.add(this.stored(name).name);
    this.#refresh();
  }

  showObject(name: string): void {
    this.#hiddenObjects.delete(this.stored(name).name);
    this.#refresh();
  }

  /** Field-level security: for the API user, the field does not exist. */
  hideField(objectName: string, fieldName: string): void {
    this.#hiddenFields.add(this.#nameOf(objectName, fieldName));
    this.#refresh();
  }

  /** Shield Platform Encryption, probabilistic scheme: no query can filter or sort by the field. */
  encryptField(objectName: string, fieldName: string): void {
    this.#encryptedFields.add(this.#nameOf(objectName, fieldName));
    this.#refresh();
  }

  decryptField(objectName: string, fieldName: string): void {
    this.#encryptedFields.delete(this.#nameOf(objectName, fieldName));
    this.#refresh();
  }

  showField(objectName: string, fieldName: string): void {
    this.#hiddenFields.delete(this.#nameOf(objectName, fieldName));
    this.#refresh();
  }

  #nameOf(objectName: string, fieldName: string): string {
    const found = this.stored(objectName).fields.get(fieldName.toLowerCase());
    if (!found) throw new TypeError(`${objectName} has no field ${fieldName}`);
    return `${objectName}.${found.name}`;
  }

  #addPersonAccounts(): void {
    for (const [name, fields] of Object.entries(PERSON_ACCOUNT_FIELDS)) {
      const { keyPrefix, fields: own } = this.stored(name);
      this.#objects.set(name, defineObject(name, keyPrefix, [...own.values(), ...fields]));
    }
  }

  #refresh(): void {
    this.#visible = new Map();
    for (const { name, keyPrefix, fields } of this.#objects.values()) {
      if (this.#hiddenObjects.has(name)) continue;
      const shown = [...fields.values()]
        .filter((field) => !this.#hiddenFields.has(`${name}.${field.name}`))
        .map((field) =>
          this.#encryptedFields.has(`${name}.${field.name}`)
            ? { ...field, filterable: false, sortable: false }
            : field,
        );
      this.#visible.set(name.toLowerCase(), defineObject(name, keyPrefix, shown));
    }
  }
}
