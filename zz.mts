import { annotatedJsonSchema } from './src/config/json-schema.ts';
import { tenantSchema } from './src/config/tenant-schema.ts';

console.log(JSON.stringify(annotatedJsonSchema(tenantSchema), null, 1));
