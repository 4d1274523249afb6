export { type StoryGrant, seedDriveDay } from './drive-day.ts';
export { type FirstDay, seedFirstDay } from './first-day.ts';
export { seedNextDay } from './next-day.ts';
export type { StoryDelivery } from './story.ts';
export { INTERNAL_DOMAIN, PACKAGE_USERNAME } from './world.ts';
