import type { Compilable, CompiledQuery, QueryResult } from 'kysely';
import type { Statement } from './schema.ts';

/** Represents a value that is known only when the statement is executed. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

type Build<Values, Row> = (
  db: Statement,
  value: <Name extends keyof Values & string>(name: Name) => Values[Name],
) => Compilable<Row>;

/** Executes the statement with these values. Throws as Kysely does. */
export type ReusedStatement<Values, Row> = (
  db: Statement,
  values: Values,
) => Promise<QueryResult<Row>>;

/**
 * A statement that is built and compiled once per open database. Kysely takes longer to build a small
 * statement than SQLite takes to execute it, so use this for what is executed for each event. `build`
 * uses `value(name)` in place of each value; what it must not do is decide by a value.
 */
export function compileOnce<Values extends object, Row = never>(
  build: Build<Values, Row>,
): ReusedStatement<Values, Row> {
  // The adapter is the same object for a database and for its transactions.
  const known = new WeakMap<object, CompiledQuery<Row>>();
  return (db, values) => {
    const { adapter } = db.getExecutor();
    const compiled = known.get(adapter) ?? build(db, placeholderFor).compile();
    known.set(adapter, compiled);
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Placeholder ? values[parameter.name as keyof Values] : parameter,
    );
    return db.executeQuery({ ...compiled, parameters });
  };
}

function placeholderFor<Value>(name: string): Value {
  return new Placeholder(name) as Value;
}
