/** Executes one statement on PostgreSQL and prints its rows as JSON: arguments are the URL, the statement, and its values as JSON. */
import pg from 'pg';

const BIGINT = 20;
const [url = '', text = '', values = '[]'] = process.argv.slice(2);
pg.types.setTypeParser(BIGINT, Number);
const client = new pg.Client({ connectionString: url });
await client.connect();
await client.query('set search_path to sharetrail');
const { rows } = await client.query(text, JSON.parse(values));
process.stdout.write(JSON.stringify(rows ?? []));
await client.end();
