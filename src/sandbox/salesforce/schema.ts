/** Field types as named by a describe call. */
export type FieldType =
  | 'id'
  | 'reference'
  | 'string'
  | 'email'
  | 'phone'
  | 'url'
  | 'picklist'
  | 'textarea'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly length: number;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly nillable: boolean;
  /** object names; several make the relationship polymorphic */
  readonly referenceTo: readonly string[];
  readonly relationshipName: string | null;
}

export interface ObjectSchema {
  readonly name: string;
  readonly keyPrefix: string;
  /** by lower-case name: SOQL names are case-insensitive */
  readonly fields: ReadonlyMap<string, Field>;
  /** the reference field by the lower-case name of its relationship */
  readonly relationships: ReadonlyMap<string, Field>;
}

export function defineObject(
  name: string,
  keyPrefix: string,
  fields: readonly Field[],
): ObjectSchema {
  const related = fields.filter(({ relationshipName }) => relationshipName !== null);
  return {
    name,
    keyPrefix,
    fields: new Map(fields.map((each) => [each.name.toLowerCase(), each])),
    relationships: new Map(
      related.map((each) => [(each.relationshipName ?? '').toLowerCase(), each]),
    ),
  };
}

const LENGTHS: Readonly<Record<FieldType, number>> = {
  id: 18,
  reference: 18,
  string: 255,
  email: 80,
  phone: 40,
  url: 255,
  picklist: 255,
  textarea: 32_000,
  boolean: 0,
  int: 0,
  double: 0,
  currency: 0,
  percent: 0,
  date: 0,
  datetime: 0,
};

/** A field without references. Long text can be neither filtered nor sorted, as in real orgs. */
export function field(name: string, type: FieldType, differing: Partial<Field> = {}): Field {
  return {
    name,
    type,
    length: LENGTHS[type],
    filterable: type !== 'textarea',
    sortable: type !== 'textarea',
    nillable: type !== 'boolean' && type !== 'id',
    referenceTo: [],
    relationshipName: null,
    ...differing,
  };
}

/** A reference. The relationship has the field's name without `Id` (`__c` becomes `__r`). */
export function reference(name: string, ...referenceTo: readonly string[]): Field {
  const relationshipName = name.endsWith('__c') ? name.replace(/c$/, 'r') : name.replace(/Id$/, '');
  return field(name, 'reference', { referenceTo, relationshipName });
}

/** The fields that every record has. */
export function auditFields(): readonly Field[] {
  return [
    field('Id', 'id'),
    field('IsDeleted', 'boolean'),
    field('CreatedDate', 'datetime', { nillable: false }),
    reference('CreatedById', 'User'),
    field('LastModifiedDate', 'datetime', { nillable: false }),
    reference('LastModifiedById', 'User'),
    field('SystemModstamp', 'datetime', { nillable: false }),
  ];
}

/** The fields that SOQL offers behind a polymorphic relationship: the object `Name`. */
export const NAME_SCHEMA: ObjectSchema = defineObject('Name', '', [
  field('Id', 'id'),
  field('Type', 'picklist'),
  field('Name', 'string'),
  field('FirstName', 'string'),
  field('LastName', 'string'),
  field('Title', 'string'),
  field('Email', 'email'),
  field('Phone', 'phone'),
  field('Username', 'string'),
  field('UserType', 'picklist'),
  field('IsActive', 'boolean'),
]);
