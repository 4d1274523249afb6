import type { admin_directory_v1 } from 'googleapis/build/src/apis/admin/directory_v1.js';
import type { admin_reports_v1 } from 'googleapis/build/src/apis/admin/reports_v1.js';
import type { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js';

export interface Apis {
  readonly drive: drive_v3.Drive;
  readonly reports: admin_reports_v1.Admin;
  readonly directory: admin_directory_v1.Admin;
}

/** Otherwise the library takes it from the environment and sends the token there. */
const UNIVERSE = { universeDomain: 'googleapis.com' };

let apis: Promise<Apis> | undefined;

/**
 * Google's own client for the three APIs. It is loaded with the first call: it takes 27 MB, and
 * a tenant without Drive never needs it. The complete package takes four times as much.
 */
export function loadApis(): Promise<Apis> {
  apis ??= load();
  return apis;
}

async function load(): Promise<Apis> {
  const [drive, reports, directory] = await Promise.all([
    import('googleapis/build/src/apis/drive/v3.js'),
    import('googleapis/build/src/apis/admin/reports_v1.js'),
    import('googleapis/build/src/apis/admin/directory_v1.js'),
  ]);
  return {
    drive: new drive.drive_v3.Drive(UNIVERSE),
    reports: new reports.admin_reports_v1.Admin(UNIVERSE),
    directory: new directory.admin_directory_v1.Admin(UNIVERSE),
  };
}
