import type { SandboxResponse } from '../http-types.ts';
import { type ApiCall, valuesOf } from './api-call.ts';
import { describeGlobal, describeObject } from './describe.ts';
import { isId } from './ids.ts';
import type { OpenResult } from './query-locators.ts';
import { failure, json, notFound } from './responses.ts';
import type { Field } from './schema.ts';
import { SoqlError } from './soql/error.ts';
import { execute } from './soql/execute.ts';
import { readQuery } from './soql/read-query.ts';
import { type RecordResource, renderRow } from './soql/render.ts';

/** REST guide, "Get Records Using sObject Collections". */
const RETRIEVED_MAX = 2000;
/** REST guide, "Query Options Header": a batch size below 200 counts as 200. */
const BATCH_ROWS_MIN = 200;

/** GET /query?q=SOQL. */
export function handleQuery(call: ApiCall): SandboxResponse {
  const soql = call.query.get('q');
  if (!soql) return failure(400, 'MALFORMED_QUERY', 'A query string has to be specified');
  try {
    const { database } = call.org;
    const query = readQuery(database.catalog, soql);
    const result = execute(database, query);
    if (!query.selection) return json(200, { totalSize: result.total, done: true, records: [] });
    const { selection } = query;
    return pageResponse(call, {
      result,
      selection,
      pageRows: pageRowsOf(call),
      session: call.session,
    });
  } catch (error) {
    if (error instanceof SoqlError) return failure(400, error.code, error.message);
    throw error;
  }
}

/** GET /query/LOCATOR-OFFSET. */
export function handleQueryMore(call: ApiCall, [name = '']: readonly string[]): SandboxResponse {
  const [, id = '', offset = ''] = /^(\w{18})-(\d+)$/.exec(name) ?? [];
  const open = call.org.locators.get(id);
  // Locators end with their session: a new login cannot use them.
  if (!open || !call.org.sessions.isOpen(open.session.token)) {
    return failure(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  }
  return pageResponse(call, open, { locator: id, offset: Number(offset) });
}

function pageResponse(
  call: ApiCall,
  open: OpenResult,
  from: { readonly locator?: string; readonly offset: number } = { offset: 0 },
): SandboxResponse {
  const { result, selection, pageRows } = open;
  const { database, callCounts, locators } = call.org;
  const place = { database, apiVersion: call.apiVersion };
  const now = database.now();
  const records = result
    .rows(from.offset, pageRows)
    .filter((row) => row.isVisible(now))
    .map((row) => renderRow(place, row, selection));
  callCounts.note('rows', records.length);
  const next = from.offset + pageRows;
  if (next >= result.total) return json(200, { totalSize: result.total, done: true, records });
  const locator = from.locator ?? locators.open(open);
  const nextRecordsUrl = `/services/data/v${call.apiVersion}/query/${locator}-${next}`;
  return json(200, { totalSize: result.total, done: false, nextRecordsUrl, records });
}

function pageRowsOf(call: ApiCall): number {
  const { pageRowsMax } = call.org.settings;
  const [, batchSize] = /batchSize=(\d+)/i.exec(call.headers['sforce-query-options'] ?? '') ?? [];
  if (batchSize === undefined) return pageRowsMax;
  return Math.min(pageRowsMax, Math.max(BATCH_ROWS_MIN, Number(batchSize)));
}

/** POST /composite/sobjects/TYPE: the records with these Ids; null for missing or hidden ones. */
export function handleRetrieve(call: ApiCall, [type = '']: readonly string[]): SandboxResponse {
  const { database, callCounts } = call.org;
  const schema = database.catalog.object(type);
  if (!schema) return notFound();
  const { ids, fields } = valuesOf(call.body);
  if (!isTextList(ids) || !isTextList(fields) || fields.length === 0) {
    return failure(400, 'INVALID_INPUT', 'ids and fields must be given as lists');
  }
  if (ids.length > RETRIEVED_MAX) {
    const message = `cannot submit more than ${RETRIEVED_MAX} records into this call`;
    return failure(400, 'EXCEEDED_ID_LIMIT', `record limit reached. ${message}`);
  }
  const malformed = ids.find((id) => !isId(id) || database.catalog.typeOfId(id) !== schema.name);
  if (malformed !== undefined) return failure(400, 'MALFORMED_ID', `malformed id ${malformed}`);
  const selected: Field[] = [];
  for (const name of ['Id', ...fields]) {
    const field = schema.fields.get(name.toLowerCase());
    if (!field) {
      return failure(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${type}`);
    }
    if (!selected.includes(field)) selected.push(field);
  }
  const place = { database, apiVersion: call.apiVersion };
  const records = ids.map((id): RecordResource | null => {
    const row = database.find(schema.name, id);
    return row ? renderRow(place, row, { fields: selected, parents: [] }) : null;
  });
  callCounts.note('rows', records.filter((record) => record !== null).length);
  return json(200, records);
}

/** GET /sobjects. */
export function handleDescribeGlobal(call: ApiCall): SandboxResponse {
  return json(200, describeGlobal(call.org.database.catalog.objects()));
}

/** GET /sobjects/TYPE/describe. */
export function handleDescribe(call: ApiCall, [type = '']: readonly string[]): SandboxResponse {
  const schema = call.org.database.catalog.object(type);
  return schema ? json(200, describeObject(schema)) : notFound();
}

/** GET /limits. */
export function handleLimits({ org: { callCounts } }: ApiCall): SandboxResponse {
  const remaining = Math.max(0, callCounts.limit - callCounts.used);
  return json(200, { DailyApiRequests: { Max: callCounts.limit, Remaining: remaining } });
}

/** GET /services/data/vXX.X. */
export function handleResourceList({ apiVersion }: ApiCall): SandboxResponse {
  const names = ['query', 'sobjects', 'composite', 'limits'];
  return json(
    200,
    Object.fromEntries(names.map((name) => [name, `/services/data/v${apiVersion}/${name}`])),
  );
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
