/**
 * One embedded connection with its queue. The engine runs one statement at a time per connection, and a statement that
 * fails after it began to write leaves its output in front of the next answer: after any failure the lane drains
 * it with a statement that answers nothing.
 */
export interface Lane<Connection> {
  readonly connection: Connection;
  /** Statements queued or running. */
  waiting(): number;
  run<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Resolves when everything queued so far has ended. */
  idle(): Promise<void>;
}

interface Drainable {
  command(statement: { query: string }): Promise<unknown>;
}

export function createLane<Connection extends Drainable>(connection: Connection): Lane<Connection> {
  let waiting = 0;
  let tail: Promise<void> = Promise.resolve();

  async function drain(): Promise<void> {
    try {
      await connection.command({ query: 'SELECT 1 FORMAT Null' });
    } catch {
      // A connection that cannot even do this reports it to the next caller.
    }
  }

  return {
    connection,
    waiting: () => waiting,
    run: (work) => {
      waiting += 1;
      const result = tail.then(() => work(connection));
      tail = result
        .then(() => undefined, drain)
        .finally(() => {
          waiting -= 1;
        });
      return result;
    },
    idle: () => tail,
  };
}
