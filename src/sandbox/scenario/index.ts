export { INTERNAL_DOMAIN, PACKAGE_USERNAME } from './company.ts';
export { type FirstDay, seedFirstDay } from './first-day.ts';
export { type ScenarioShare, seedDriveDay } from './first-day-drive.ts';
export { seedNextDay } from './next-day.ts';
export type { ScenarioDelivery } from './types.ts';
