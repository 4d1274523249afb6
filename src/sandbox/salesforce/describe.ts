import type { Field, ObjectSchema } from './schema.ts';

/** GET /sobjects: all objects that the API user can see. */
export function describeGlobal(objects: readonly ObjectSchema[]): object {
  return {
    encoding: 'UTF-8',
    maxBatchSize: 200,
    sobjects: objects.map((object) => summaryOf(object)),
  };
}

/** GET /sobjects/TYPE/describe. */
export function describeObject(object: ObjectSchema): object {
  return {
    ...summaryOf(object),
    fields: [...object.fields.values()].map((field) => describeField(field)),
    childRelationships: [],
    recordTypeInfos: [],
  };
}

function summaryOf({ name, keyPrefix }: ObjectSchema): object {
  return {
    name,
    label: labelOf(name),
    keyPrefix,
    custom: name.endsWith('__c'),
    queryable: true,
    retrieveable: true,
    replicateable: name !== 'ContentDistribution',
    createable: true,
    updateable: true,
    deletable: name !== 'User' && name !== 'Organization',
  };
}

function describeField(field: Field): object {
  const { referenceTo, type } = field;
  return {
    name: field.name,
    label: labelOf(field.name),
    type,
    length: field.length,
    custom: field.name.endsWith('__c'),
    filterable: field.filterable,
    sortable: field.sortable,
    groupable: field.filterable && type !== 'datetime' && type !== 'double',
    nillable: field.nillable,
    calculated: false,
    referenceTo,
    relationshipName: field.relationshipName,
    polymorphicForeignKey: referenceTo.length > 1,
  };
}

function labelOf(name: string): string {
  return name
    .replace(/__c$/, '')
    .replaceAll('_', ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2');
}
