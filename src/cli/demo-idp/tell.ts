import { randomUUID } from 'node:crypto';
import type { EventData } from '../../domain/event/index.ts';

/** A CloudEvent in structured mode. */
export interface ToldEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: EventData;
}

/** Takes what an authorization server or an API has to report. */
export type Tell = (event: ToldEvent) => void;

export function eventOf(source: string, data: EventData): ToldEvent {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source,
    type: `io.chainwarden.${data.type}.v1`,
    time: new Date().toISOString(),
    data,
  };
}

export interface Publisher {
  readonly tell: Tell;
  /** In one request, so that nothing is judged by a part of it. */
  tellTogether(events: readonly ToldEvent[]): void;
  /** Resolves when everything that was told so far is with the service; rejects when it refused any of it. */
  settled(): Promise<void>;
}

/** Posts events to a running service, one request after the other. */
export function createPublisher(service: { readonly address: string; readonly key: string }): Publisher {
  let queue = Promise.resolve();
  async function post(events: readonly ToldEvent[]): Promise<void> {
    const answer = await fetch(`${service.address}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.key}`, 'content-type': 'application/x-ndjson' },
      body: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
    });
    if (!answer.ok) throw new Error(`the service answered ${answer.status}: ${await answer.text()}`);
    await answer.text();
  }
  function tellTogether(events: readonly ToldEvent[]): void {
    queue = queue.then(() => post(events));
    // Whoever waits is told; nobody has to wait.
    queue.catch(() => undefined);
  }
  return { tell: (event) => tellTogether([event]), tellTogether, settled: () => queue };
}
