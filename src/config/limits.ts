/** Upper and lower limits of the configuration, so that a mistake cannot exhaust the memory. */
export const CONFIG_LIMITS = {
  yamlBytesMax: 1024 * 1024,
  /** a file that `${file:PATH}` names, or `.env` */
  referencedBytesMax: 1024 * 1024,
  /** values of one file with aliases expanded: stops aliases of aliases (a YAML bomb) */
  yamlValuesMax: 50_000,
  yamlDepthMax: 32,
  tenantFilesMax: 1_000,
  callsPerSecondMin: 0.1,
  callsPerSecondMax: 1_000,
  callsPerDayMax: 10_000_000,
  concurrencyMax: 64,
  holdDaysMax: 365,
  tenantsAtOnceMax: 64,
  retentionDaysMax: 36_500,
  portMax: 65_535,
  secretKeyBytes: 32,
} as const;
