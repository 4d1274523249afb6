import type { Database } from '../database.ts';
import type { Row } from '../rows.ts';
import { type Field, NAME_SCHEMA } from '../schema.ts';
import { renderValue } from '../values.ts';
import type { Selection } from './read-query.ts';

/** A record as the REST API returns it. */
export type RecordResource = { [name: string]: unknown };

interface Place {
  readonly database: Database;
  readonly apiVersion: string;
}

/** The row with its attributes and the selected parent records. */
export function renderRow(place: Place, row: Row, selection: Selection): RecordResource {
  const record: RecordResource = { attributes: attributesOf(place, row, row.type) };
  for (const field of selection.fields) record[field.name] = render(row, field);
  for (const { reference, selection: below } of selection.parents) {
    const name = reference.relationshipName ?? reference.name;
    record[name] = renderParent(place, row, { reference, selection: below });
  }
  return record;
}

function renderParent(
  place: Place,
  row: Row,
  parent: Selection['parents'][number],
): RecordResource | null {
  const found = place.database.follow(row, parent.reference);
  if (!found) return null;
  if (place.database.catalog.target(parent.reference) !== NAME_SCHEMA) {
    return renderRow(place, found, parent.selection);
  }
  // A record behind a polymorphic reference is returned as the object Name.
  const record: RecordResource = { attributes: attributesOf(place, found, NAME_SCHEMA.name) };
  for (const field of parent.selection.fields) {
    record[field.name] = field.name === 'Type' ? found.type : render(found, field);
  }
  return record;
}

function attributesOf({ apiVersion }: Place, row: Row, type: string): RecordResource {
  const path = `/services/data/v${apiVersion}/sobjects/${row.type}/${row.get('Id')}`;
  return { type, url: path };
}

function render(row: Row, field: Field): unknown {
  return renderValue(field, row.get(field.name));
}
