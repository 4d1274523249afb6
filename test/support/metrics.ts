/** The names of all metrics, and what each one is labeled with: the contract of `/metrics`. */
export const METRICS: Readonly<Record<string, readonly string[]>> = {
  sharetrail_events: ['tenant', 'source', 'state'],
  sharetrail_skipped_events: ['tenant', 'reason'],
  sharetrail_runs_total: ['tenant', 'kind', 'outcome'],
  sharetrail_run_duration_seconds: ['tenant', 'kind'],
  sharetrail_last_good_run_timestamp_seconds: ['tenant'],
  sharetrail_oldest_pending_timestamp_seconds: ['tenant'],
  sharetrail_next_run_timestamp_seconds: ['tenant'],
  sharetrail_gong_requests_total: ['tenant', 'status'],
  sharetrail_gong_request_duration_seconds: [],
  sharetrail_gong_calls_used: ['account'],
  sharetrail_gong_calls_limit: ['account'],
  sharetrail_vendor_calls_total: ['tenant', 'vendor'],
  sharetrail_cursor_timestamp_seconds: ['tenant', 'stream'],
  sharetrail_queue_jobs: ['state'],
};
