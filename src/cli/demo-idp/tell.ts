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
  /** Resolves when everything that was told so far is with the service; rejects when it refused any of it. */
  settled(): Promise<void>;
}

/** Posts events to a running service, one after the other. */
export function createPublisher(service: { readonly address: string; readonly key: string }): Publisher {
  let queue = Promise.resolve();
  async function post(event: ToldEvent): Promise<void> {
    const answer = await fetch(`${service.address}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.key}`, 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(event),
    });
    if (!answer.ok) throw new Error(`the service answered ${answer.status}: ${await answer.text()}`);
    await answer.text();
  }
  return {
    tell(event) {
      queue = queue.then(() => post(event));
      // Whoever waits is told; nobody has to wait.
      queue.catch(() => undefined);
    },
    settled: () => queue,
  };
}
