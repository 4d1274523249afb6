import { getAbout } from './about-api.ts';
import type { ApiCall } from './api-call.ts';
import type { MethodName } from './call-counts.ts';
import { getStartPageToken, listChanges } from './changes-api.ts';
import { SCOPES } from './credentials.ts';
import { getUser, listDomainAliases, listDomains, listUsers } from './directory-api.ts';
import { getDrive, listDrives } from './drives-api.ts';
import type { FieldNames } from './field-mask.ts';
import { FIELD_NAMES } from './field-names.ts';
import { getFile, listFiles } from './files-api.ts';
import { listPermissions } from './permissions-api.ts';
import { listActivities } from './reports-api.ts';

export interface Route {
  readonly method: MethodName;
  readonly path: RegExp;
  /** one of them suffices */
  readonly scopes: readonly string[];
  /** query parameters, in addition to those of every method */
  readonly parameters: readonly string[];
  readonly names: FieldNames;
  /** the fields returned without `fields`; '*': all */
  readonly usualFields: string;
  readonly handle: (call: ApiCall) => Readonly<Record<string, unknown>>;
}

const METADATA = [SCOPES.driveMetadata, SCOPES.drive];
const DRIVE_FILE = 'kind,id,name,mimeType,driveId,teamDriveId';
const DRIVES = ['supportsAllDrives', 'includeItemsFromAllDrives', 'driveId', 'includeLabels'];
const VIEW = 'includePermissionsForView';

/** Drive, Reports, and Directory, each under its path at Google. */
export const ROUTES: readonly Route[] = [
  {
    method: 'about.get',
    path: /^\/drive\/v3\/about$/,
    scopes: METADATA,
    parameters: [],
    names: FIELD_NAMES.about,
    usualFields: '*',
    handle: getAbout,
  },
  {
    method: 'changes.getStartPageToken',
    path: /^\/drive\/v3\/changes\/startPageToken$/,
    scopes: METADATA,
    parameters: ['driveId', 'supportsAllDrives'],
    names: FIELD_NAMES.startPageToken,
    usualFields: '*',
    handle: getStartPageToken,
  },
  {
    method: 'changes.list',
    path: /^\/drive\/v3\/changes$/,
    scopes: METADATA,
    parameters: [
      ...DRIVES,
      VIEW,
      'includeCorpusRemovals',
      'includeRemoved',
      'pageSize',
      'pageToken',
      'restrictToMyDrive',
      'spaces',
    ],
    names: FIELD_NAMES.changes,
    usualFields:
      'kind,newStartPageToken,nextPageToken,changes(kind,type,changeType,time,removed,fileId,' +
      `driveId,file(${DRIVE_FILE}),drive(kind,id,name))`,
    handle: listChanges,
  },
  {
    method: 'files.list',
    path: /^\/drive\/v3\/files$/,
    scopes: METADATA,
    parameters: [...DRIVES, VIEW, 'corpora', 'pageSize', 'pageToken', 'q', 'spaces'],
    names: FIELD_NAMES.files,
    usualFields: `kind,incompleteSearch,nextPageToken,files(${DRIVE_FILE})`,
    handle: listFiles,
  },
  {
    method: 'files.get',
    path: /^\/drive\/v3\/files\/([\w-]+)$/,
    scopes: METADATA,
    parameters: ['supportsAllDrives', 'acknowledgeAbuse', 'includeLabels', VIEW],
    names: FIELD_NAMES.file,
    usualFields: DRIVE_FILE,
    handle: getFile,
  },
  {
    method: 'permissions.list',
    path: /^\/drive\/v3\/files\/([\w-]+)\/permissions$/,
    scopes: METADATA,
    parameters: ['supportsAllDrives', 'useDomainAdminAccess', 'pageSize', 'pageToken', VIEW],
    names: FIELD_NAMES.permissions,
    usualFields: 'kind,nextPageToken,permissions(kind,id,type,role)',
    handle: listPermissions,
  },
  {
    method: 'drives.list',
    path: /^\/drive\/v3\/drives$/,
    scopes: [SCOPES.drive],
    parameters: ['useDomainAdminAccess', 'pageSize', 'pageToken'],
    names: FIELD_NAMES.drives,
    usualFields: 'kind,nextPageToken,drives(kind,id,name)',
    handle: listDrives,
  },
  {
    method: 'drives.get',
    path: /^\/drive\/v3\/drives\/([\w-]+)$/,
    scopes: [SCOPES.drive],
    parameters: ['useDomainAdminAccess'],
    names: FIELD_NAMES.drive,
    usualFields: 'kind,id,name',
    handle: getDrive,
  },
  {
    method: 'activities.list',
    path: /^\/admin\/reports\/v1\/activity\/users\/([^/]+)\/applications\/([\w-]+)$/,
    scopes: [SCOPES.reports],
    parameters: ['eventName', 'filters', 'startTime', 'endTime', 'maxResults', 'pageToken'],
    names: FIELD_NAMES.activities,
    usualFields: '*',
    handle: listActivities,
  },
  {
    method: 'users.list',
    path: /^\/admin\/directory\/v1\/users$/,
    scopes: [SCOPES.users],
    parameters: ['customer', 'domain', 'query', 'maxResults', 'pageToken', 'showDeleted'],
    names: FIELD_NAMES.users,
    usualFields: '*',
    handle: listUsers,
  },
  {
    method: 'users.get',
    path: /^\/admin\/directory\/v1\/users\/([^/]+)$/,
    scopes: [SCOPES.users],
    parameters: ['projection', 'viewType'],
    names: FIELD_NAMES.directoryUser,
    usualFields: '*',
    handle: getUser,
  },
  {
    method: 'domains.list',
    path: /^\/admin\/directory\/v1\/customer\/([\w-]+)\/domains$/,
    scopes: [SCOPES.domains],
    parameters: [],
    names: FIELD_NAMES.domains,
    usualFields: '*',
    handle: listDomains,
  },
  {
    method: 'domainAliases.list',
    path: /^\/admin\/directory\/v1\/customer\/([\w-]+)\/domainaliases$/,
    scopes: [SCOPES.domains],
    parameters: ['parentDomainName'],
    names: FIELD_NAMES.domainAliases,
    usualFields: '*',
    handle: listDomainAliases,
  },
];
