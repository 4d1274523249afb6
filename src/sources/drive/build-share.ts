import { hexDigest } from '../../lib/hex-digest.ts';
import { addressOf, isRobotAddress } from '../../share/address.ts';
import { eventIdOf } from '../../share/event-id.ts';
import type { DriveFacts, Grantee, Property, Share } from '../../share/share.ts';
import type { ExternalGrant } from './external-grantees.ts';

/** What is known of the shared item. */
export interface ItemFacts {
  readonly itemId: string;
  readonly item: DriveFacts['item'];
  /** can be empty */
  readonly title: string;
  readonly url?: string;
  /** a MIME type, or the audit log's term */
  readonly fileType?: string;
}

/** A grant that a change log shows. */
export interface NumberedGrant extends ExternalGrant {
  /** counts the grants of the same access to the same item; see GrantHistory */
  readonly ordinal: number;
}

/** The grants of a share, one per grantee; at least one. */
type SharedGrants =
  | { readonly detector: 'audit-log'; readonly grants: readonly ExternalGrant[] }
  | { readonly detector: 'changes'; readonly grants: readonly NumberedGrant[] };

/** The facts that a Drive share is built from. */
export type ShareInput = SharedGrants & {
  readonly item: ItemFacts;
  /** epoch milliseconds */
  readonly at: number;
  /** email, otherwise another Google id; empty if unknown */
  readonly actor: string;
  readonly actorName?: string;
  /** the Id of the tenant's Salesforce org if it is a sandbox */
  readonly sandboxOrgId?: string | undefined;
};

const FILE_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'application/vnd.google-apps.document': 'Google Docs',
    'application/vnd.google-apps.spreadsheet': 'Google Sheets',
    'application/vnd.google-apps.presentation': 'Google Slides',
    'application/vnd.google-apps.form': 'Google Forms',
    'application/vnd.google-apps.drawing': 'Google Drawings',
    'application/vnd.google-apps.site': 'Google Sites',
    'application/vnd.google-apps.folder': 'Folder',
    'application/pdf': 'PDF',
  }),
);
/** 128 bits: no two shares collide. */
const ID_HEX_DIGITS = 32;

/** Builds the share. Its ids depend on facts that never change, not on titles or roles. */
export function buildShare(input: ShareInput): Share {
  const { item, actor, actorName } = input;
  const shareId = shareIdOf(input);
  const sharer = addressOf(actor);
  return {
    source: 'google-drive',
    eventId: eventIdOf('drive', shareId, input.sandboxOrgId),
    shareId,
    sharedAt: input.at,
    ...(sharer && { sharer: { email: sharer, ...(actorName && { name: actorName }) } }),
    content: {
      id: item.itemId,
      title: item.title.trim() === '' ? 'Untitled' : item.title,
      url: item.url ?? urlOf(item),
    },
    drive: driveFactsOf(input),
    contentProperties: contentPropertiesOf(item),
    eventProperties: eventPropertiesOf(input.grants),
  };
}

/** The share that is left with only `grants`, once the audit log reports the other ones. */
export function buildRemainingShare(
  share: Share,
  grants: readonly NumberedGrant[],
  sandboxOrgId?: string,
): Share {
  const { content, contentProperties, drive, sharer } = share;
  if (drive === undefined) throw new Error(`share ${share.shareId} is not a Drive share`);
  const names = new Map(drive.grantees.map(({ email, name }) => [email, name]));
  const remaining = buildShare({
    detector: 'changes',
    sandboxOrgId,
    item: { itemId: content.id, item: drive.item, title: content.title },
    at: share.sharedAt,
    actor: sharer?.email ?? '',
    grants: grants.map((grant) => {
      const name = grant.email === undefined ? undefined : names.get(grant.email);
      return { ...grant, ...(name !== undefined && { name }) };
    }),
  });
  return { ...remaining, ...(sharer && { sharer }), content, contentProperties };
}

function shareIdOf(input: ShareInput): string {
  const facts = JSON.stringify(identifyingFactsOf(input));
  return hexDigest(facts, ID_HEX_DIGITS);
}

/**
 * The audit log dates an action permanently. The time in a change log moves with each later edit and
 * the owner with a transfer, so there the grants themselves identify the share.
 */
function identifyingFactsOf(input: ShareInput): unknown[] {
  const { itemId } = input.item;
  if (input.detector === 'changes') {
    const grants = input.grants.map(({ key, ordinal }) => JSON.stringify([key, ordinal]));
    return ['changes', itemId, ...grants.sort()];
  }
  const keys = input.grants.map(({ key, email }) => email ?? key).sort();
  return [itemId, input.actor, new Date(input.at).toISOString(), ...keys];
}

function driveFactsOf({ grants, item, detector }: ShareInput): DriveFacts {
  const grantees = grants.flatMap(granteeOf);
  const link = linkOf(grants);
  return {
    detector,
    item: item.item,
    grantees,
    ...(link !== undefined && { link }),
    ...(grantees.length === 0 && { unnamed: whyUnnamed(grants) }),
  };
}

/** The first reason that applies, in the order of SKIP_REASONS. */
function whyUnnamed(grants: readonly ExternalGrant[]): NonNullable<DriveFacts['unnamed']> {
  if (grants.some(({ kind }) => kind === 'forgotten')) return 'forgotten';
  if (linkOf(grants) !== undefined) return 'link-only';
  const hasRobot = grants.some(({ email }) => email !== undefined && isRobotAddress(email));
  return hasRobot ? 'service-account' : 'no-address';
}

/** A person or a group: the account of a program receives nothing that a deal's timeline shows. */
function granteeOf(grant: ExternalGrant): Grantee[] {
  const { kind, email, name, role, expiresAt } = grant;
  if (email === undefined || (kind !== 'user' && kind !== 'group')) return [];
  if (isRobotAddress(email)) return [];
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

function linkOf(grants: readonly ExternalGrant[]): DriveFacts['link'] {
  if (grants.some(({ kind }) => kind === 'anyone')) return 'anyone';
  return grants.some(({ kind }) => kind === 'domain') ? 'domain' : undefined;
}

/** The link for an item that Google returned without one. */
function urlOf({ item, itemId }: ItemFacts): string {
  const id = encodeURIComponent(itemId);
  return item === 'drive'
    ? `https://drive.google.com/drive/folders/${id}`
    : `https://drive.google.com/open?id=${id}`;
}

function contentPropertiesOf({ fileType, item }: ItemFacts): Property[] {
  const text =
    item === 'drive' ? 'Shared drive' : fileType && (FILE_TYPES.get(fileType) ?? fileType);
  return text ? [{ name: 'File type', dataType: 'string', value: text }] : [];
}

function eventPropertiesOf(grants: readonly ExternalGrant[]): Property[] {
  const roles = [...new Set(grants.map(({ role }) => role))].filter((role) => role !== '').sort();
  const domains = grants.flatMap(({ kind, key }) =>
    kind === 'domain' ? [key.slice('domain:'.length)] : [],
  );
  const expiries = grants.flatMap(({ expiresAt }) => expiresAt ?? []);
  const links = [
    ...(linkOf(grants) === 'anyone' ? ['Anyone with the link'] : []),
    ...domains.map((domain) => `Anyone at ${domain}`),
  ];
  return [
    ...textProperty('Role', roles.join(', ')),
    ...(expiries.length === 0
      ? []
      : [{ name: 'Expires', dataType: 'date', value: Math.min(...expiries) } as const]),
    ...textProperty('Link access', links.join(', ')),
  ];
}

function textProperty(name: string, value: string): Property[] {
  return value === '' ? [] : [{ name, dataType: 'string', value }];
}
