import type { RunError } from './report.ts';

/** Said in each run of a tenant that expects its Drive shares: silence would be a lie. */
export const DRIVE_NOT_BUILT: RunError = {
  stage: 'google-drive',
  message: 'Google Drive is configured, but this version of sharetrail does not read it yet',
  hint: 'Remove googleDrive from the tenant file until a version that reads it is installed.',
};
