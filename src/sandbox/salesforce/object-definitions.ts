import {
  auditFields,
  defineObject,
  type Field,
  field,
  type ObjectSchema,
  reference,
} from './schema.ts';

const unfilterable = { filterable: false, sortable: false };
const unsortable = { sortable: false };

/** Objects that a delivery can be related to. Real orgs also list every custom object here. */
const RELATED = [
  'Account',
  'Campaign',
  'Case',
  'Contact',
  'EmailMessage',
  'Lead',
  'ListEmail',
  'Opportunity',
  'Quote_Room__c',
] as const;

/**
 * ContentDistribution as described by six real orgs (API 52 to 61): no recipient, no relationship
 * to the ContentDocument, preferences not sortable, password and URLs neither sortable nor
 * filterable.
 */
const contentDistribution = defineObject('ContentDistribution', '05D', [
  ...auditFields(),
  reference('OwnerId', 'User'),
  field('Name', 'string', { length: 100, nillable: false }),
  reference('ContentVersionId', 'ContentVersion'),
  field('ContentDocumentId', 'reference', { referenceTo: ['ContentDocument'] }),
  reference('RelatedRecordId', ...RELATED),
  ...[
    'PreferencesAllowPDFDownload',
    'PreferencesAllowOriginalDownload',
    'PreferencesPasswordRequired',
    'PreferencesNotifyOnVisit',
    'PreferencesLinkLatestVersion',
    'PreferencesAllowViewInBrowser',
    'PreferencesExpires',
    'PreferencesNotifyRndtnComplete',
  ].map((name) => field(name, 'boolean', unsortable)),
  field('ExpiryDate', 'datetime'),
  field('Password', 'string', { length: 50, ...unfilterable }),
  field('ViewCount', 'int'),
  field('FirstViewDate', 'datetime'),
  field('LastViewDate', 'datetime'),
  field('DistributionPublicUrl', 'string', { length: 256, ...unfilterable }),
  field('ContentDownloadUrl', 'string', { length: 256, ...unfilterable }),
  field('PdfDownloadUrl', 'string', { length: 256, ...unfilterable }),
]);

const contentVersion = defineObject('ContentVersion', '068', [
  ...auditFields(),
  reference('OwnerId', 'User'),
  reference('ContentDocumentId', 'ContentDocument'),
  field('Title', 'string'),
  field('Description', 'textarea'),
  field('FileExtension', 'string', { length: 40 }),
  field('FileType', 'string', { length: 20 }),
  field('PathOnClient', 'string', { length: 500 }),
  field('ContentSize', 'int'),
  field('VersionNumber', 'string', { length: 20 }),
  field('IsLatest', 'boolean'),
]);

const contentDocument = defineObject('ContentDocument', '069', [
  ...auditFields(),
  reference('OwnerId', 'User'),
  reference('LatestPublishedVersionId', 'ContentVersion'),
  field('Title', 'string'),
  field('Description', 'textarea'),
  field('FileExtension', 'string', { length: 40 }),
  field('FileType', 'string', { length: 20 }),
  field('ContentSize', 'int'),
  field('IsArchived', 'boolean'),
]);

const user = defineObject('User', '005', [
  ...auditFields().filter(({ name }) => name !== 'IsDeleted'),
  field('Username', 'string', { length: 80, nillable: false }),
  field('FirstName', 'string', { length: 40 }),
  field('LastName', 'string', { length: 80 }),
  field('Name', 'string', { length: 121 }),
  field('Email', 'email'),
  field('Title', 'string', { length: 80 }),
  field('Alias', 'string', { length: 8 }),
  field('IsActive', 'boolean'),
  field('UserType', 'picklist'),
  field('TimeZoneSidKey', 'picklist'),
]);

const account = defineObject('Account', '001', [
  ...auditFields(),
  reference('OwnerId', 'User'),
  reference('ParentId', 'Account'),
  field('Name', 'string', { nillable: false }),
  field('Website', 'url'),
  field('Phone', 'phone'),
  field('Type', 'picklist'),
  field('Industry', 'picklist'),
  field('BillingCountry', 'string', { length: 80 }),
  field('Description', 'textarea'),
]);

const contact = defineObject('Contact', '003', [
  ...auditFields(),
  reference('OwnerId', 'User'),
  reference('AccountId', 'Account'),
  reference('ReportsToId', 'Contact'),
  field('FirstName', 'string', { length: 40 }),
  field('LastName', 'string', { length: 80, nillable: false }),
  field('Name', 'string', { length: 121 }),
  field('Email', 'email'),
  field('Title', 'string', { length: 128 }),
  field('Department', 'string', { length: 80 }),
  field('Phone', 'phone'),
  field('MobilePhone', 'phone'),
  field('Description', 'textarea'),
]);

const lead = defineObject('Lead', '00Q', [
  ...auditFields(),
  reference('OwnerId', 'Group', 'User'),
  field('FirstName', 'string', { length: 40 }),
  field('LastName', 'string', { length: 80, nillable: false }),
  field('Name', 'string', { length: 121 }),
  field('Company', 'string', { nillable: false }),
  field('Email', 'email'),
  field('Title', 'string', { length: 128 }),
  field('Phone', 'phone'),
  field('Website', 'url'),
  field('Status', 'picklist'),
  field('LeadSource', 'picklist'),
  field('Description', 'textarea'),
  field('IsConverted', 'boolean'),
  field('ConvertedDate', 'date'),
  reference('ConvertedAccountId', 'Account'),
  reference('ConvertedContactId', 'Contact'),
  reference('ConvertedOpportunityId', 'Opportunity'),
]);

const opportunity = defineObject('Opportunity', '006', [
  ...auditFields(),
  reference('OwnerId', 'User'),
  reference('AccountId', 'Account'),
  reference('CampaignId', 'Campaign'),
  field('Name', 'string', { length: 120, nillable: false }),
  field('StageName', 'picklist'),
  field('Type', 'picklist'),
  field('Amount', 'currency'),
  field('Probability', 'percent'),
  field('CloseDate', 'date', { nillable: false }),
  field('IsClosed', 'boolean'),
  field('IsWon', 'boolean'),
  field('Description', 'textarea'),
]);

const opportunityContactRole = defineObject('OpportunityContactRole', '00K', [
  ...auditFields(),
  reference('OpportunityId', 'Opportunity'),
  reference('ContactId', 'Contact'),
  field('Role', 'picklist'),
  field('IsPrimary', 'boolean'),
]);

const case_ = defineObject('Case', '500', [
  ...auditFields(),
  reference('OwnerId', 'Group', 'User'),
  reference('AccountId', 'Account'),
  reference('ContactId', 'Contact'),
  field('CaseNumber', 'string', { length: 30 }),
  field('Subject', 'string'),
  field('Status', 'picklist'),
  field('Origin', 'picklist'),
  field('IsClosed', 'boolean'),
  field('SuppliedEmail', 'email'),
  field('Description', 'textarea'),
]);

const campaign = defineObject('Campaign', '701', [
  ...auditFields(),
  reference('OwnerId', 'User'),
  field('Name', 'string', { length: 80, nillable: false }),
  field('Status', 'picklist'),
  field('Type', 'picklist'),
  field('IsActive', 'boolean'),
  field('StartDate', 'date'),
  field('EndDate', 'date'),
  field('Description', 'textarea'),
]);

const quoteRoom = defineObject('Quote_Room__c', 'a0B', [
  ...auditFields(),
  reference('OwnerId', 'Group', 'User'),
  field('Name', 'string', { length: 80 }),
  reference('Account__c', 'Account'),
  field('Stage__c', 'picklist'),
]);

const group = defineObject('Group', '00G', [
  ...auditFields().filter(({ name }) => name !== 'IsDeleted'),
  field('Name', 'string', { length: 40 }),
  field('Type', 'picklist'),
  field('Email', 'email'),
]);

const organization = defineObject('Organization', '00D', [
  ...auditFields().filter(({ name }) => name !== 'IsDeleted'),
  field('Name', 'string', { length: 80 }),
  field('IsSandbox', 'boolean'),
  field('InstanceName', 'string', { length: 5 }),
  field('OrganizationType', 'picklist'),
  field('TimeZoneSidKey', 'picklist'),
  field('LanguageLocaleKey', 'picklist'),
]);

/** All objects of the simulated org. */
export const OBJECTS: readonly ObjectSchema[] = [
  account,
  campaign,
  case_,
  contact,
  contentDistribution,
  contentDocument,
  contentVersion,
  group,
  lead,
  opportunity,
  opportunityContactRole,
  organization,
  quoteRoom,
  user,
];

/** Fields that person accounts add. In orgs without them, a query of these fields fails. */
export const PERSON_ACCOUNT_FIELDS: Readonly<Record<string, readonly Field[]>> = {
  Account: [
    field('IsPersonAccount', 'boolean'),
    reference('PersonContactId', 'Contact'),
    field('PersonEmail', 'email'),
  ],
  Contact: [field('IsPersonAccount', 'boolean')],
};
