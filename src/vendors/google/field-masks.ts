/** Only these fields are requested: a response without a mask is ten times as long. */

const PERMISSION =
  'id,type,role,emailAddress,displayName,domain,deleted,pendingOwner,expirationTime,view,' +
  'permissionDetails(inherited)';

export const FILE_FIELDS =
  'id,name,mimeType,webViewLink,createdTime,trashed,driveId,parents,ownedByMe,' +
  'owners(emailAddress,displayName),shared,hasAugmentedPermissions,permissionIds,' +
  `permissions(${PERMISSION})`;

export const FILES_FIELDS = `nextPageToken,incompleteSearch,files(${FILE_FIELDS})`;

export const CHANGES_FIELDS =
  'nextPageToken,newStartPageToken,' +
  `changes(changeType,removed,time,fileId,driveId,drive(name),file(${FILE_FIELDS}))`;

export const PERMISSIONS_FIELDS = `nextPageToken,permissions(${PERMISSION})`;

export const DRIVES_FIELDS = 'nextPageToken,drives(id,name,createdTime)';

export const ABOUT_FIELDS = 'user(emailAddress,displayName,permissionId)';

export const USER_FIELDS =
  'id,primaryEmail,aliases,nonEditableAliases,name(fullName),suspended,archived,creationTime';

export const USERS_FIELDS = `nextPageToken,users(${USER_FIELDS})`;

export const DOMAINS_FIELDS =
  'domains(domainName,verified,domainAliases(domainAliasName,verified))';

export const ACTIVITIES_FIELDS =
  'nextPageToken,items(id(time,uniqueQualifier),actor(email,profileId,key),' +
  'events(name,type,parameters(name,value,multiValue,boolValue,intValue,multiIntValue)))';

export const USERS_CUSTOMER_FIELDS = 'users(customerId)';

export const ACTIVITIES_CUSTOMER_FIELDS = 'items(id(customerId))';
