import { renderJsonSchema } from '../../config/json-schema.ts';
import { loadProcessConfig } from '../../config/load-process-config.ts';
import { selectTenants } from '../../config/select-tenants.ts';
import { effectiveConfig, renderConfigYaml } from '../../config/show-config.ts';
import { EXIT, type Handler } from '../command.ts';
import { tenantNames, textOption } from '../command-line/input-options.ts';
import { writeJson, writeLines, writeText } from '../terminal/write.ts';

/** The text of a schema in `config`; it is JSON even without `--json`. */
export const printSchema: Handler = async (input) => {
  const isService = textOption(input, 'file') === 'sharetrail';
  await writeText(input.io, renderJsonSchema(isService ? 'service' : 'tenant'));
  return EXIT.success;
};

export const showConfig: Handler = async (input) => {
  const config = await loadProcessConfig(textOption(input, 'config'));
  const shown = { ...config, tenants: selectTenants(config, tenantNames(input)) };
  if (input.options['json'] === true) await writeJson(input.io, effectiveConfig(shown));
  else await writeLines(input.io, renderConfigYaml(shown));
  return EXIT.success;
};
