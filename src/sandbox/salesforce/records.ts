import type { Database } from './database.ts';
import { idKey, makeId } from './ids.ts';
import { MemoryRow } from './rows.ts';
import type { ObjectSchema } from './schema.ts';
import { storeValue, type Value } from './values.ts';

/** Values of a record to write: times as epoch milliseconds or ISO text. */
export type Values = Readonly<Record<string, string | number | boolean | null | undefined>>;

const NAMED_PEOPLE: ReadonlySet<string> = new Set(['Contact', 'Lead', 'User']);
const CLOSE_DATE_AHEAD_MS = 90 * 86_400_000;

/** Writes records as users do: Ids, audit fields, and required fields are filled automatically. */
export class Records {
  readonly #database: Database;
  readonly #counts = new Map<string, number>();
  /** the default creator of records */
  #userId: string | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a record, by default created now, and returns its Id. */
  add(type: string, input: Values = {}): string {
    const values = withoutUndefined(input);
    const schema = this.#database.catalog.stored(type);
    const count = (this.#counts.get(type) ?? 0) + 1;
    this.#counts.set(type, count);
    const id = typeof values['Id'] === 'string' ? values['Id'] : makeId(schema.keyPrefix, count);
    if (this.#database.stored(id)) throw new TypeError(`${type} ${id} exists already`);
    if (type === 'User') this.#userId ??= id;
    const row = new MemoryRow(type, new Map());
    const at = values['CreatedDate'] ?? this.#database.now();
    const modifiedAt = values['SystemModstamp'] ?? values['LastModifiedDate'] ?? at;
    this.#write(schema, row, {
      ...this.#defaults(schema, count),
      CreatedDate: at,
      LastModifiedDate: modifiedAt,
      SystemModstamp: modifiedAt,
      ...values,
      Id: id,
    });
    for (const { name, type: fieldType } of schema.fields.values()) {
      if (fieldType === 'boolean' && !row.values.has(name)) row.values.set(name, false);
    }
    this.#database.table(type).put(row);
    return String(row.get('Id'));
  }

  /** Changes a record; by default, SystemModstamp and LastModifiedDate become now. */
  update(id: string, values: Values): void {
    const row = this.row(id);
    const schema = this.#database.catalog.stored(row.type);
    const now = this.#database.now();
    const stamps = { LastModifiedDate: now, SystemModstamp: now };
    this.#write(schema, row, { ...stamps, ...withoutUndefined(values) });
    this.#database.table(row.type).forgetIndexes();
  }

  /** Moves the record to the recycle bin: queries do not find it, references to it read null. */
  remove(id: string): void {
    const row = this.row(id);
    const hasFlag = this.#database.catalog.stored(row.type).fields.has('isdeleted');
    this.update(id, hasFlag ? { IsDeleted: true } : {});
    row.deleted = true;
  }

  /** All values of the record; times as epoch milliseconds. Throws for an unknown Id. */
  read(id: string): Readonly<Record<string, Value>> {
    const row = this.row(id);
    const { fields } = this.#database.catalog.stored(row.type);
    return Object.fromEntries([...fields.values()].map(({ name }) => [name, row.get(name)]));
  }

  row(id: string): MemoryRow {
    const row = this.#database.stored(id);
    if (!row) throw new TypeError(`the org has no record ${idKey(id)}`);
    return row;
  }

  #write(schema: ObjectSchema, row: MemoryRow, values: Values): void {
    for (const [name, input] of Object.entries(values)) {
      const field = schema.fields.get(name.toLowerCase());
      if (!field) throw new TypeError(`${schema.name} has no field ${name}`);
      row.values.set(field.name, storeValue(field, input));
    }
    if (NAMED_PEOPLE.has(schema.name) && !values['Name']) {
      const parts = [row.get('FirstName'), row.get('LastName')];
      row.values.set('Name', parts.filter((part) => part !== null).join(' '));
    }
  }

  #defaults(schema: ObjectSchema, count: number): Values {
    const owner = schema.fields.has('ownerid') ? { OwnerId: this.#userId } : {};
    const audit = { CreatedById: this.#userId, LastModifiedById: this.#userId };
    return { ...owner, ...audit, ...this.#requiredOf(schema.name, count) };
  }

  /** Values of the fields that Salesforce requires or fills in. */
  #requiredOf(type: string, count: number): Values {
    switch (type) {
      case 'Account':
      case 'Campaign':
      case 'Group':
        return { Name: `${type} ${count}` };
      case 'Contact':
        return { LastName: `Contact ${count}` };
      case 'Lead':
        return { LastName: `Lead ${count}`, Company: `Company ${count}`, Status: 'Open' };
      case 'Opportunity':
        return { Name: `Opportunity ${count}`, StageName: 'Prospecting', CloseDate: this.#soon() };
      case 'Case':
        return { CaseNumber: String(count).padStart(8, '0'), Status: 'New', Origin: 'Email' };
      case 'User':
        return {
          LastName: `User ${count}`,
          Username: `user${count}@acme.example`,
          Email: `user${count}@acme.example`,
          IsActive: true,
          UserType: 'Standard',
          TimeZoneSidKey: 'America/New_York',
        };
      default:
        return {};
    }
  }

  #soon(): string {
    return new Date(this.#database.now() + CLOSE_DATE_AHEAD_MS).toISOString().slice(0, 10);
  }
}

/** Removes undefined values, so that they do not override defaults. */
function withoutUndefined(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
