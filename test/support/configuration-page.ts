import type { z } from 'zod';
import { keyName, listKeys, type SchemaKey } from '../../src/config/schema-keys.ts';
import { serviceSchema } from '../../src/config/service-schema.ts';
import { tenantSchema } from '../../src/config/tenant-schema.ts';
import { introduction, serviceHeading, tenantHeading } from './configuration-prose.ts';

const TABLE_HEAD = '| key | value | default | meaning |\n|---|---|---|---|';

/** The text of docs/configuration.md: prose, and a table of every key from the schemas. */
export function renderConfigurationPage(): string {
  return [
    introduction,
    serviceHeading,
    renderSection(listKeys(serviceSchema)),
    tenantHeading,
    ...renderTenantSections(tenantSchema),
  ].join('\n');
}

/** A table of the top-level keys, then one table per mapping under its own heading. */
function renderTenantSections(schema: z.ZodType): string[] {
  const keys = listKeys(schema);
  const top = keys.filter((key) => key.path.length === 1);
  const mappings = top.filter((key) => hasChildren(key, keys));
  return [
    renderSection(top),
    ...mappings.map((mapping) => {
      const name = mapping.path[0] ?? '';
      const below = keys.filter((key) => key.path.length > 1 && key.path[0] === name);
      return `### ${name}\n\n${renderSection(below)}`;
    }),
  ];
}

function renderSection(keys: readonly SchemaKey[]): string {
  return `${[TABLE_HEAD, ...mergeFlows(keys).map(renderRow)].join('\n')}\n`;
}

interface Row extends SchemaKey {
  readonly flows: readonly string[];
}

/** A key with the same meaning in several flows is one row. */
function mergeFlows(keys: readonly SchemaKey[]): Row[] {
  const rows: Row[] = [];
  for (const key of keys) {
    const flows = key.flow === undefined ? [] : [key.flow];
    const index = rows.findIndex((row) => isSameKey(row, key));
    const known = rows[index];
    if (known) rows[index] = { ...known, flows: [...known.flows, ...flows] };
    else rows.push({ ...key, flows });
  }
  return rows;
}

function isSameKey(row: Row, key: SchemaKey): boolean {
  return (
    row.path.join() === key.path.join() &&
    row.description === key.description &&
    row.expected === key.expected &&
    row.required === key.required
  );
}

function renderRow(row: Row): string {
  const name = keyName(row.path);
  const mark = row.secret === 'reference' ? ' 🔑' : '';
  const isFlow = row.path.at(-1) === 'flow';
  const flows = row.flows.map((flow) => `\`${flow}\``).join(', ');
  const meaning = isFlow || flows === '' ? row.description : `${row.description} Flow: ${flows}.`;
  return `| \`${name}\`${mark} | ${row.expected} | ${renderDefault(row)} | ${meaning} |`;
}

function renderDefault(row: Row): string {
  if (row.defaultText !== undefined) return row.defaultText;
  if (row.required) return 'required';
  if (row.default === undefined) return 'none';
  if (Array.isArray(row.default)) return `\`[${row.default.join(', ')}]\``;
  return typeof row.default === 'object' ? 'see below' : `\`${String(row.default)}\``;
}

function hasChildren(parent: SchemaKey, keys: readonly SchemaKey[]): boolean {
  return keys.some((key) => key.path.length > 1 && key.path[0] === parent.path[0]);
}
