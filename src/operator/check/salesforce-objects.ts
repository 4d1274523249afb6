import * as queries from '../../crm/queries.ts';
import { DELIVERY_FIELDS } from '../../sources/salesforce/delivery-row.ts';
import { soqlOf } from '../../sources/salesforce/read-rows.ts';
import { salesforceId18 } from '../../vendors/salesforce/id.ts';

/** An object that a run reads, with the queries that it reads it by. */
export interface ReadObject {
  readonly name: string;
  readonly reads: readonly {
    readonly kind: queries.LookUpKind | undefined;
    readonly soql: string;
  }[];
  /** as queries of this object name them */
  readonly fields: readonly string[];
  /** what the integration user needs, in the terms of Setup > Permission Sets */
  readonly access: string;
}

export interface ReadObjectsOptions {
  readonly contentDistributions: boolean;
  readonly matchAccountByDomain: boolean;
  /** epoch milliseconds */
  readonly now: number;
}

/** No record has these, so that each query is complete and its response is empty. */
const NO_EMAIL = 'none@sharetrail.invalid';
const NO_DOMAIN = 'sharetrail.invalid';
const noId = (prefix: string) => [salesforceId18(`${prefix}000000000000`)];

/** The exact queries of a run: what they refuse, a run would be refused. */
export function readObjects(options: ReadObjectsOptions): readonly ReadObject[] {
  const { now, matchAccountByDomain, contentDistributions } = options;
  const window = { closedFrom: '2000-01-01', createdBefore: now };
  const byWebsite = matchAccountByDomain ? queries.accountsByWebsite([NO_DOMAIN]) : [];
  return [
    ...(contentDistributions ? deliveryObjects(now) : []),
    crmObject('Contact', queries.FIELDS.Contact, {
      contactsById: queries.contactsById(noId('003')),
      contactsByEmail: queries.contactsByEmail([NO_EMAIL]),
    }),
    crmObject('Lead', queries.FIELDS.Lead, {
      leadsById: queries.leadsById(noId('00Q')),
      leadsByEmail: queries.leadsByEmail([NO_EMAIL]),
    }),
    crmObject('Account', `${queries.FIELDS.Account}${matchAccountByDomain ? ', Website' : ''}`, {
      accountsById: queries.accountsById(noId('001')),
      accountsByWebsite: byWebsite,
    }),
    crmObject('Opportunity', queries.FIELDS.Opportunity, {
      opportunitiesById: queries.opportunitiesById(noId('006')),
      accountOpportunities: queries.opportunitiesOfAccounts(noId('001'), window),
    }),
    {
      ...crmObject('OpportunityContactRole', queries.FIELDS.OpportunityContactRole, {
        contactRoles: queries.rolesOfContacts(noId('003')),
      }),
      access: 'Contact roles follow the Opportunity: give Read on Opportunity and on Contact.',
    },
    crmObject('Case', queries.FIELDS.Case, { casesById: queries.casesById(noId('500')) }),
  ];
}

function deliveryObjects(now: number): readonly ReadObject[] {
  const reads = [{ kind: undefined, soql: soqlOf({ field: 'SystemModstamp', from: now }) }];
  const name = 'ContentDistribution';
  const access =
    'Give "Enable Creation of Content Deliveries for Salesforce Files", and Read on the fields ' +
    `under Object Settings > Content Deliveries (${name}).`;
  return [
    { name, reads, fields: DELIVERY_FIELDS, access },
    {
      ...parentObject('ContentVersion', 'ContentVersion.'),
      access: 'File versions follow the file: give access to the files and to these fields.',
    },
    {
      ...parentObject('User', 'CreatedBy.'),
      access: 'Give "View All Users" and Read on the fields under Object Settings > Users.',
    },
  ];
}

/** The object behind a relationship of the delivery; two rows are enough to see if there are others. */
function parentObject(name: string, prefix: string): Omit<ReadObject, 'access'> {
  const fields = DELIVERY_FIELDS.filter((field) => field.startsWith(prefix)).map((field) =>
    field.slice(prefix.length),
  );
  const soql = `SELECT ${fields.join(', ')} FROM ${name} LIMIT 2`;
  return { name, reads: [{ kind: undefined, soql }], fields };
}

function crmObject(
  name: string,
  fields: string,
  soqls: Partial<Readonly<Record<queries.LookUpKind, readonly string[]>>>,
): ReadObject {
  const kinds = Object.keys(soqls) as queries.LookUpKind[];
  return {
    name,
    reads: kinds.flatMap((kind) => (soqls[kind] ?? []).map((soql) => ({ kind, soql }))),
    fields: fields.split(', '),
    access: `Give Read on the object and on the fields, under Object Settings > ${name}.`,
  };
}
