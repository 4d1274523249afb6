import { driveShareId } from '../../share/drive-id.ts';
import type { DriveFacts, Grantee, Property, Share } from '../../share/share.ts';
import type { OutsideGrant } from './outsiders.ts';

/** What is known of the thing that was given. */
export interface ItemFacts {
  readonly itemId: string;
  readonly item: DriveFacts['item'];
  /** may be empty */
  readonly title: string;
  readonly url?: string;
  /** a MIME type, or the audit log's word */
  readonly fileType?: string;
}

/** One share in Drive's words. */
export interface Giving {
  readonly detector: DriveFacts['detector'];
  readonly item: ItemFacts;
  /** epoch milliseconds */
  readonly at: number;
  /** email, else what Google calls them; empty where nobody is known */
  readonly actor: string;
  readonly actorName?: string;
  /** each grantee once; at least one */
  readonly grants: readonly OutsideGrant[];
}

const FILE_TYPES: Readonly<Record<string, string>> = {
  'application/vnd.google-apps.document': 'Google Docs',
  'application/vnd.google-apps.spreadsheet': 'Google Sheets',
  'application/vnd.google-apps.presentation': 'Google Slides',
  'application/vnd.google-apps.form': 'Google Forms',
  'application/vnd.google-apps.drawing': 'Google Drawings',
  'application/vnd.google-apps.site': 'Google Sites',
  'application/vnd.google-apps.folder': 'Folder',
  'application/pdf': 'PDF',
};

/** The share that a giving is. Its ids are made from its facts alone, not from a title or a role. */
export function shareOf(giving: Giving): Share {
  const { item, actor, actorName } = giving;
  const drive = driveFactsOf(giving);
  const isAddress = actor.includes('@');
  return {
    source: 'google-drive',
    shareId: driveShareId(drive.identity),
    sharedAt: giving.at,
    ...(isAddress && { sharer: { email: actor, ...(actorName && { name: actorName }) } }),
    content: {
      id: item.itemId,
      title: item.title.trim() === '' ? 'Untitled' : item.title,
      url: item.url ?? urlOf(item),
    },
    drive,
    contentProperties: contentPropertiesOf(item),
    eventProperties: eventPropertiesOf(giving.grants),
  };
}

/** The share without some of its grants, which another share reports; `grants` are the others. */
export function shareWithout(share: Share, grants: readonly OutsideGrant[]): Share {
  const { drive } = share;
  if (drive === undefined) throw new Error(`share ${share.shareId} is none of Drive`);
  const names = new Map(drive.grantees.map(({ email, name }) => [email, name]));
  const left = shareOf({
    detector: drive.detector,
    item: { itemId: share.content.id, item: drive.item, title: share.content.title },
    at: share.sharedAt,
    actor: share.sharer?.email ?? '',
    grants: grants.map((grant) => {
      const name = grant.email === undefined ? undefined : names.get(grant.email);
      return { ...grant, ...(name !== undefined && { name }) };
    }),
  });
  const { content, contentProperties } = share;
  return {
    ...left,
    ...(share.sharer && { sharer: share.sharer }),
    content,
    contentProperties,
  };
}

function driveFactsOf(giving: Giving): DriveFacts {
  const { grants, item, detector } = giving;
  const grantees = grants.flatMap(granteeOf);
  const link = linkOf(grants);
  const unnamed = link === undefined ? 'no-address' : 'link-only';
  return {
    detector,
    item: item.item,
    grantees,
    ...(link !== undefined && { link }),
    ...(grantees.length === 0 && { unnamed }),
    identity: identityOf(giving),
  };
}

function identityOf({ item, actor, at, grants }: Giving): string {
  const keys = grants.map(({ key }) => key).sort();
  return JSON.stringify([item.itemId, actor, new Date(at).toISOString(), ...keys]);
}

function granteeOf(grant: OutsideGrant): Grantee[] {
  const { kind, email, name, role, expiresAt } = grant;
  if (email === undefined || (kind !== 'user' && kind !== 'group')) return [];
  return [
    {
      kind,
      email,
      role,
      ...(name !== undefined && { name }),
      ...(expiresAt !== undefined && { expiresAt }),
    },
  ];
}

function linkOf(grants: readonly OutsideGrant[]): DriveFacts['link'] {
  if (grants.some(({ kind }) => kind === 'anyone')) return 'anyone';
  return grants.some(({ kind }) => kind === 'domain') ? 'domain' : undefined;
}

/** Where Google gives no link. */
function urlOf({ item, itemId }: ItemFacts): string {
  const id = encodeURIComponent(itemId);
  return item === 'drive'
    ? `https://drive.google.com/drive/folders/${id}`
    : `https://drive.google.com/open?id=${id}`;
}

function contentPropertiesOf({ fileType, item }: ItemFacts): Property[] {
  const text = item === 'drive' ? 'Shared drive' : fileType && (FILE_TYPES[fileType] ?? fileType);
  return text ? [{ name: 'File type', dataType: 'string', value: text }] : [];
}

function eventPropertiesOf(grants: readonly OutsideGrant[]): Property[] {
  const roles = [...new Set(grants.map(({ role }) => role))].sort();
  const domains = grants.flatMap(({ kind, key }) =>
    kind === 'domain' ? [key.slice('domain:'.length)] : [],
  );
  const ends = grants.flatMap(({ expiresAt }) => expiresAt ?? []);
  const links = [
    ...(linkOf(grants) === 'anyone' ? ['Anyone with the link'] : []),
    ...domains.map((domain) => `Anyone at ${domain}`),
  ];
  return [
    ...textProperty('Role', roles.join(', ')),
    ...(ends.length === 0
      ? []
      : [{ name: 'Expires', dataType: 'date', value: Math.min(...ends) } as const]),
    ...textProperty('Link access', links.join(', ')),
  ];
}

function textProperty(name: string, value: string): Property[] {
  return value === '' ? [] : [{ name, dataType: 'string', value }];
}
