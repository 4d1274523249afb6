/** `sharetrail --help`, written by test/cli/help.test.ts from the definitions. */
export const OVERVIEW_WIDTH = 80;
export const OVERVIEW = `\
Usage: sharetrail COMMAND [OPTIONS]

Finds the files that people shared with customers in Salesforce and Google
Drive, and reports each share to Gong once, as a content-shared event.

Run \`sharetrail help COMMAND\` for details and examples.

Commands:
  sync               run each tenant once: read, match, queue, and send to Gong
  backfill           report the shares of a past window
  start              run the scheduler: each tenant on its schedule
  worker             take runs from the shared queue, on any number of machines
                     (PostgreSQL only)
  status             show one row per tenant, and what needs attention
  events             list the events; show, retry or skip them
  explain            explain what happened to a share, and why
  forget             erase a person from the database
  check              check what a run needs, and say what is missing
  rebind             let a tenant belong to another Salesforce org, Google
                     customer or Gong account
  backup             copy the database while everything keeps running
  restore            replace the database with a backup while nothing runs
  copy-database      move to another database, such as from SQLite to PostgreSQL
  init               set up a tenant: its file, its key and its variables
  config             print the effective configuration, or its JSON Schema
  completion         print a completion script for bash, zsh or fish
  sandbox            serve a simulated Salesforce, Google and Gong locally
  demo               run the whole workflow on the sandbox; needs no account
  help               print help for a command

Global options:
  -V, --version      print the version
  --config DIR       configuration folder (default: SHARETRAIL_CONFIG or
                     ./config)
  --tenant NAME      only this tenant; can be repeated (default: all tenants)
  --log-level LEVEL  override log.level, the least severe level to log: debug,
                     info, warn, error, silent
  --json             print the result as JSON; errors stay text on stderr
  -h, --help         print help

Exit codes:
  0  success
  1  completed, but something needs attention (an event was rejected, a source
     or Gong failed, or the run was stopped; everything else was carried out)
  2  could not run (usage, configuration or database)
  3  tenant locked by another run, nothing done for it
`;
