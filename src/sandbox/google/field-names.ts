import type { FieldNames } from './field-mask.ts';

/** Fields without subfields, from a list of names. */
function leaves(text: string): FieldNames {
  return Object.fromEntries(
    text
      .trim()
      .split(/\s+/)
      .map((name) => [name, null]),
  );
}

const user = leaves('displayName emailAddress kind me permissionId photoLink');
const detail = leaves('inherited inheritedFrom permissionType role');

const permission: FieldNames = {
  ...leaves(`allowFileDiscovery deleted displayName domain emailAddress expirationTime id
    inheritedPermissionsDisabled kind pendingOwner photoLink role type view`),
  permissionDetails: detail,
  teamDrivePermissionDetails: null,
};

const file: FieldNames = {
  ...leaves(`appProperties capabilities clientEncryptionDetails contentHints contentRestrictions
    copyRequiresWriterPermission createdTime description downloadRestrictions driveId
    explicitlyTrashed exportLinks fileExtension folderColorRgb fullFileExtension
    hasAugmentedPermissions hasThumbnail headRevisionId iconLink id imageMediaMetadata
    inheritedPermissionsDisabled isAppAuthorized kind labelInfo linkShareMetadata md5Checksum
    mimeType modifiedByMe modifiedByMeTime modifiedTime name originalFilename ownedByMe parents
    permissionIds properties quotaBytesUsed resourceKey sha1Checksum sha256Checksum shared
    sharedWithMeTime shortcutDetails size spaces starred teamDriveId thumbnailLink
    thumbnailVersion trashed trashedTime version videoMediaMetadata viewedByMe viewedByMeTime
    viewersCanCopyContent webContentLink webViewLink writersCanShare`),
  lastModifyingUser: user,
  owners: user,
  permissions: permission,
  sharingUser: user,
  trashingUser: user,
};

const drive: FieldNames = leaves(`backgroundImageFile backgroundImageLink capabilities colorRgb
  createdTime hidden id kind name orgUnitId restrictions themeId`);

const change: FieldNames = {
  ...leaves('changeType driveId fileId kind removed teamDriveId time type teamDrive'),
  drive,
  file,
};

const domainAlias = leaves('creationTime domainAliasName etag kind parentDomainName verified');

const directoryUser = leaves(`addresses agreedToTerms aliases archivalTime archived
  changePasswordAtNextLogin creationTime customerId customSchemas deletionTime emails etag
  externalIds gender guestAccountInfo hashFunction id ims includeInGlobalAddressList ipWhitelisted
  isAdmin isDelegatedAdmin isEnforcedIn2Sv isEnrolledIn2Sv isGuestUser isMailboxSetup keywords kind
  languages lastLoginTime locations name nonEditableAliases notes organizations orgUnitPath password
  phones posixAccounts primaryEmail recoveryEmail recoveryPhone relations sshPublicKeys suspended
  suspensionReason suspensionTime thumbnailPhotoEtag thumbnailPhotoUrl websites`);

const activity: FieldNames = {
  ...leaves('etag ipAddress isAgenticAction kind ownerDomain'),
  actor: null,
  events: null,
  id: leaves('applicationName customerId time uniqueQualifier'),
  networkInfo: null,
  resourceDetails: null,
  userDeviceInfo: null,
};

/** The fields of each kind of response, from Google's discovery documents. */
export const FIELD_NAMES = {
  about: {
    ...leaves(`appInstalled canCreateDrives canCreateTeamDrives driveThemes exportFormats
      folderColorPalette importFormats kind maxImportSizes maxUploadSize storageQuota
      teamDriveThemes`),
    user,
  },
  changes: {
    ...leaves('kind newStartPageToken nextPageToken'),
    changes: change,
  },
  startPageToken: leaves('kind startPageToken'),
  file,
  files: { ...leaves('incompleteSearch kind nextPageToken'), files: file },
  permissions: { ...leaves('kind nextPageToken'), permissions: permission },
  drive,
  drives: { ...leaves('kind nextPageToken'), drives: drive },
  activities: { ...leaves('etag kind nextPageToken'), items: activity },
  directoryUser,
  users: { ...leaves('etag kind nextPageToken trigger_event'), users: directoryUser },
  domains: {
    ...leaves('etag kind'),
    domains: {
      ...leaves('creationTime domainName etag isPrimary kind verified'),
      domainAliases: domainAlias,
    },
  },
  domainAliases: { ...leaves('etag kind'), domainAliases: domainAlias },
} as const satisfies Readonly<Record<string, FieldNames>>;
