import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll } from 'vitest';

/** What becomes of bytes on their way: delivered, refused at the door, swallowed, or late by so many milliseconds. */
export type Weather = 'clear' | 'down' | 'silent' | number;

export interface Road {
  readonly url: string;
  weather(next: Weather): void;
}

/** A way to a server that can be closed, blocked and slowed. Connections live through slowness only. */
export async function startRoad(to: string): Promise<Road> {
  const target = new URL(to);
  let weather: Weather = 'clear';
  const sockets = new Set<Socket>();

  async function carry(from: Socket, into: Socket): Promise<void> {
    for await (const bytes of from) {
      if (weather === 'silent') continue;
      if (typeof weather === 'number') await delay(weather);
      if (!into.destroyed && !into.write(bytes as Buffer)) await once(into, 'drain');
    }
    into.end();
  }

  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    if (weather === 'down') return void near.destroy();
    const far = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      carry(socket, other).catch(() => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }
  afterAll(async () => {
    cut();
    server.close();
    await once(server, 'close');
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    weather(next) {
      if (next === 'down' || weather === 'silent') cut();
      weather = next;
    },
  };
}
