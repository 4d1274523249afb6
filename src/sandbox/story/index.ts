export { type FirstDay, seedFirstDay } from './first-day.ts';
export { type NextDayOptions, seedNextDay } from './next-day.ts';
export type { NamedObject, StoryDelivery } from './story.ts';
export { INTERNAL_DOMAIN, PACKAGE_USERNAME, type World } from './world.ts';
