/** `sharetrail --help`, written by test/cli/help.test.ts from the definitions. */
export const OVERVIEW_WIDTH = 80;
export const OVERVIEW = `\
Usage: sharetrail [options] [command]

sharetrail reports files that were shared with customers, from Salesforce and
Google Drive, to Gong as content-shared events, each once.

Run "sharetrail help COMMAND" for details and examples.

Global options:
  -V, --version      print the version
  --config DIR       folder of the configuration (SHARETRAIL_CONFIG; else
                     ./config)
  --tenant NAME      only this tenant; may be repeated (default: all)
  --log-level LEVEL  least severe messages to log; overrides log.level of the
                     configuration (choices: "debug", "info", "warn", "error",
                     "silent")
  --json             print the answer as JSON; errors stay text on standard
                     error
  -h, --help         print help

Commands:
  sync               one run for each tenant: read, match, queue, send to Gong
  backfill           bring in history: the shares of a past window
  start              the scheduler: a run for each tenant at its schedule
  status             how each tenant stands: runs, cursors, what waits, calls
                     left
  events             list the events with their states, newest first
  backup             a consistent copy of the database, while everything runs
  config             what the configuration may hold, and what it holds
  sandbox            serve a made-up Salesforce, Google and Gong on this machine
  demo               the whole job over the sandbox, with no account anywhere
  help               print help for a command

Exit codes:
  0  success
  1  completed, but something needs attention (an event was rejected, a source
     or Gong failed, or the run was stopped; everything else was carried out)
  2  could not run (usage, configuration or database)
  3  tenant locked by another run, nothing done for it
`;
