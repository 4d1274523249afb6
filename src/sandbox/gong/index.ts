export { gongControlRoutes } from './control-routes.ts';
export { createGong, type GongControl, type GongKey, type GongOptions } from './gong.ts';
export type { AuthorizationKind, GongEvent, GongRequest } from './ledger.ts';
export type { CallLimits } from './rate-limit.ts';
export type { GongOauthClient } from './tokens.ts';
