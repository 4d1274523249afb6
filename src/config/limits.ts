/** What the configuration may hold at most: a slip of the pen must not eat the memory. */
export const CONFIG_LIMITS = {
  yamlBytesMax: 1024 * 1024,
  /** a file named by `${file:PATH}` or `.env` */
  referencedBytesMax: 1024 * 1024,
  /** values of one file, aliases followed: a bomb of aliases ends here */
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
