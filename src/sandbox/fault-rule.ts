import { Ajv, type SchemaObject } from 'ajv';
import { ControlError } from './control-routes.ts';
import type { FaultRule } from './faults.ts';

const count: SchemaObject = { type: 'integer', minimum: 0 };
const status: SchemaObject = { type: 'integer', minimum: 200, maximum: 599 };
const text: SchemaObject = { type: 'string', minLength: 1 };
const processed: SchemaObject = { const: true };

function action(kind: string, properties: SchemaObject, required: readonly string[]): SchemaObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['kind', ...required],
    properties: { kind: { const: kind }, ...properties },
  };
}

const schema: SchemaObject = {
  type: 'object',
  additionalProperties: false,
  required: ['action'],
  properties: {
    vendor: text,
    method: text,
    pathIncludes: text,
    eventId: text,
    skip: count,
    times: count,
    probability: { type: 'number', minimum: 0, maximum: 1 },
    seed: { type: 'integer' },
    action: {
      type: 'object',
      discriminator: { propertyName: 'kind' },
      oneOf: [
        action(
          'answer',
          {
            status,
            headers: { type: 'object', additionalProperties: { type: 'string' } },
            body: { type: ['object', 'array', 'string'] },
            processed,
          },
          ['status'],
        ),
        action('delay', { ms: { type: 'number', minimum: 0 } }, ['ms']),
        action('cut', {}, []),
        action('reset', {}, []),
        action('hang', { processed }, []),
        action('lose-answer', {}, []),
        action('redirect', { location: text, status }, ['location']),
      ],
    },
  },
};

const ajv = new Ajv({ strict: true, allowUnionTypes: true, discriminator: true });
const isFaultRule = ajv.compile<FaultRule>(schema);

/** Parses the rule in a control request's body. Throws ControlError that names the problem. */
export function parseFaultRule(value: unknown): FaultRule {
  if (isFaultRule(value)) return value;
  throw new ControlError(ajv.errorsText(isFaultRule.errors, { dataVar: 'rule' }));
}
