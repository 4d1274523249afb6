import { type CliWorld, tablesIn } from '../cli-world.ts';

/** Lets time pass for what the server's clock decides: leases and pauses. */
export function passOnServer(world: CliWorld, ms: number): void {
  const tables = tablesIn(world);
  for (const name of ['lease', 'pause'].filter((each) => tables.includes(each))) {
    world.query(`update ${name} set until = until - ?::bigint`, ms);
  }
}

/** Ends what waits in a transaction, as the server does after some time. */
export function endIdleTransactions(world: CliWorld): void {
  world.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'`);
}
