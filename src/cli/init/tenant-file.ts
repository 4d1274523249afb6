/** What `init` has to know about a tenant; undefined: a placeholder is left. */
export interface TenantSetup {
  readonly name: string;
  readonly internalDomains: readonly string[] | undefined;
  readonly loginUrl: string | undefined;
  readonly salesforceFlow: SalesforceFlow;
  readonly hasDrive: boolean;
  readonly gongFlow: GongFlow;
  /** undefined: on demand only */
  readonly schedule: string | undefined;
  readonly timezone: string;
}

export const SALESFORCE_FLOWS = ['jwt-bearer', 'client-credentials', 'refresh-token'] as const;
export type SalesforceFlow = (typeof SALESFORCE_FLOWS)[number];
export const GONG_FLOWS = ['access-key', 'oauth'] as const;
export type GongFlow = (typeof GONG_FLOWS)[number];

/** No key accepts it, so `config show` reports each one that is left. */
const PLACEHOLDER = 'REPLACE-ME';

const PLAIN = /^[\w./:@+-]+$/;

/** A line of `.env`, and what its value is. */
export interface Variable {
  readonly name: string;
  readonly is: string;
}

/** The variables that the tenant's file refers to. */
export function variablesOf(setup: TenantSetup): Variable[] {
  const prefix = prefixOf(setup.name);
  return [...SALESFORCE_VARIABLES[setup.salesforceFlow], ...GONG_VARIABLES[setup.gongFlow]].map(
    ([suffix, is]) => ({ name: `${prefix}_${suffix}`, is }),
  );
}

/** Paths below the configuration folder. */
export function secretFilesOf(name: string) {
  return {
    salesforceKey: `secrets/${name}-salesforce.pem`,
    salesforceCertificate: `secrets/${name}-salesforce.crt`,
    googleKey: `secrets/${name}-google.json`,
  };
}

/** The text of the tenant's file. */
export function tenantFileOf(setup: TenantSetup, options: { readonly hasSchema: boolean }): string {
  const { name, internalDomains, loginUrl, schedule, timezone } = setup;
  const domains = internalDomains?.map(scalar).join(', ');
  return [
    ...(options.hasSchema ? ['# yaml-language-server: $schema=../tenant.schema.json'] : []),
    '# Written by sharetrail init. Replace what is marked REPLACE-ME.',
    `tenant: ${name}`,
    `timezone: ${scalar(timezone)}`,
    ...(schedule === undefined ? [] : [`schedule: ${JSON.stringify(schedule)}`]),
    '# start: 2026-11-01T00:00:00Z   # report shares from then on; default: the first sync',
    domains === undefined
      ? `internalDomains: [${PLACEHOLDER}]   # the company's own domains: [acme.com]`
      : `internalDomains: [${domains}]`,
    '',
    'salesforce:',
    loginUrl === undefined
      ? `  loginUrl: ${PLACEHOLDER}   # the My Domain: https://acme.my.salesforce.com`
      : `  loginUrl: ${scalar(loginUrl)}`,
    '  auth:',
    ...salesforceAuth(setup),
    '',
    ...(setup.hasDrive ? driveSection(setup) : []),
    'gong:',
    '  baseUrl: https://api.gong.io   # the address on the page with the access key',
    '  auth:',
    ...gongAuth(setup),
    '',
  ].join('\n');
}

type Named = readonly (readonly [string, string])[];

const SALESFORCE_VARIABLES: Readonly<Record<SalesforceFlow, Named>> = {
  'jwt-bearer': [['SALESFORCE_CLIENT_ID', 'the consumer key of the app']],
  'client-credentials': [
    ['SALESFORCE_CLIENT_ID', 'the consumer key of the app'],
    ['SALESFORCE_CLIENT_SECRET', 'the consumer secret of the app'],
  ],
  'refresh-token': [
    ['SALESFORCE_CLIENT_ID', 'the consumer key of the app'],
    ['SALESFORCE_REFRESH_TOKEN', 'the refresh token of the user who allowed the app'],
  ],
};

const GONG_VARIABLES: Readonly<Record<GongFlow, Named>> = {
  'access-key': [
    ['GONG_ACCESS_KEY', 'the access key'],
    ['GONG_ACCESS_KEY_SECRET', 'its secret, which Gong shows only once'],
  ],
  oauth: [
    ['GONG_CLIENT_ID', 'the client ID of the app'],
    ['GONG_CLIENT_SECRET', 'the client secret of the app'],
    ['GONG_REFRESH_TOKEN', 'the first refresh token'],
  ],
};

function salesforceAuth({ name, salesforceFlow: flow }: TenantSetup): string[] {
  const prefix = `${prefixOf(name)}_SALESFORCE`;
  const start = [`    flow: ${flow}`, `    clientId: \${${prefix}_CLIENT_ID}`];
  switch (flow) {
    case 'jwt-bearer':
      return [
        ...start,
        `    username: ${PLACEHOLDER}   # the integration user: integration@acme.com`,
        `    privateKey: \${file:${secretFilesOf(name).salesforceKey}}`,
      ];
    case 'client-credentials':
      return [...start, `    clientSecret: \${${prefix}_CLIENT_SECRET}`];
    case 'refresh-token':
      return [...start, `    refreshToken: \${${prefix}_REFRESH_TOKEN}`];
  }
}

function driveSection({ name }: TenantSetup): string[] {
  return [
    'googleDrive:',
    '  auth:',
    '    flow: service-account',
    `    key: \${file:${secretFilesOf(name).googleKey}}   # put the service account's key there`,
    `    adminSubject: ${PLACEHOLDER}   # an administrator: admin@acme.com`,
    '',
  ];
}

function gongAuth({ name, gongFlow: flow }: TenantSetup): string[] {
  const prefix = `${prefixOf(name)}_GONG`;
  return flow === 'access-key'
    ? [
        '    flow: access-key',
        `    accessKey: \${${prefix}_ACCESS_KEY}`,
        `    accessKeySecret: \${${prefix}_ACCESS_KEY_SECRET}`,
      ]
    : [
        '    flow: oauth   # requires secretKey in sharetrail.yaml',
        `    clientId: \${${prefix}_CLIENT_ID}`,
        `    clientSecret: \${${prefix}_CLIENT_SECRET}`,
        `    refreshToken: \${${prefix}_REFRESH_TOKEN}`,
      ];
}

/** A variable's name begins with a letter. */
function prefixOf(name: string): string {
  const upper = name.toUpperCase().replaceAll('-', '_');
  return /^\d/.test(upper) ? `TENANT_${upper}` : upper;
}

function scalar(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(text);
}
