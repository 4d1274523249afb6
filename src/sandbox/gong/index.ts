export { gongControlRoutes } from './control-routes.ts';
export { createGong, type GongControl, type GongOptions } from './gong.ts';
