import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { knownEnvironment, loadConfig } from '../../src/config.ts';
import { isSecret, loopback, pinned, required, Service } from '../support/compose.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const Compose = z.strictObject({
  name: z.string(),
  services: z.strictObject({ kafka: Service, clickhouse: Service, chainwarden: Service }),
  volumes: z.record(z.string(), z.null()),
});

const { services, volumes } = Compose.parse(parse(read('docker-compose.yml'), { strict: true }));
const { kafka, clickhouse, chainwarden } = services;
const all = Object.entries(services);
const dockerfile = chainwarden.build?.dockerfile_inline ?? '';
const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image ?? '');

describe('docker-compose.yml', () => {
  it('pins every image to a version', () => {
    const images = [kafka.image, clickhouse.image, ...bases];
    expect(images).toHaveLength(4);
    for (const image of images) expect(image).toMatch(pinned);
  });

  it('runs the Kafka that the tests run against', () => {
    const version = read('test/support/kafka/pom.xml').match(
      /kafka_2\.13<\/artifactId>\s*<version>([\d.]+)</,
    )?.[1];
    expect(kafka.image).toBe(`apache/kafka:${version}`);
  });

  it('publishes ports on this machine only', () => {
    expect(all.flatMap(([, { ports }]) => ports)).toHaveLength(2);
    for (const [, { ports }] of all) for (const port of ports) expect(port).toMatch(loopback);
  });

  it('sets only variables that the configuration knows, to values it takes', () => {
    const { environment } = chainwarden;
    expect(knownEnvironment).toEqual(expect.arrayContaining(Object.keys(environment)));
    const config = loadConfig({ env: environment });
    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 8787,
      data: '/data',
      kafka: { brokers: ['kafka:9092'] },
    });
    expect(chainwarden.ports).toEqual([`127.0.0.1:${config.port}:${config.port}`]);
    expect(dockerfile).toContain(`EXPOSE ${config.port}`);
  });

  it('lets the service log in where ClickHouse was told to let it in', () => {
    const { CLICKHOUSE_DB, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD } = clickhouse.environment;
    const { environment } = chainwarden;
    expect([environment['CLICKHOUSE_DATABASE'], environment['CLICKHOUSE_USER']]).toEqual([
      CLICKHOUSE_DB,
      CLICKHOUSE_USER,
    ]);
    expect(environment['CLICKHOUSE_PASSWORD']).toBe(CLICKHOUSE_PASSWORD);
  });

  it('has no password of its own', () => {
    for (const [, { environment }] of all) {
      for (const [name, value] of Object.entries(environment)) {
        if (isSecret(name)) expect(value).toMatch(required);
      }
    }
  });

  it('keeps what must be kept in declared volumes', () => {
    const used = all.flatMap(([, service]) => service.volumes.map((volume) => volume.split(':')[0]));
    expect(used.sort()).toEqual(Object.keys(volumes).sort());
    expect(chainwarden.volumes).toEqual([`chainwarden:${chainwarden.environment['CHAINWARDEN_DATA']}`]);
    expect(kafka.volumes).toEqual([`kafka:${kafka.environment['KAFKA_LOG_DIRS']}`]);
  });

  it('waits for the health of what it needs', () => {
    expect(Object.keys(chainwarden.depends_on ?? {}).sort()).toEqual(['clickhouse', 'kafka']);
  });

  it('builds from files that exist and runs without rights', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, paths]) => paths?.split(' ') ?? [],
    );
    expect(copied.length).toBeGreaterThanOrEqual(8);
    for (const path of copied) expect(existsSync(new URL(`../../${path}`, import.meta.url)), path).toBe(true);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(chainwarden).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    const { bin } = z
      .object({ bin: z.object({ chainwarden: z.string() }) })
      .parse(JSON.parse(read('package.json')));
    expect(dockerfile).toContain(`CMD ["node", "${bin.chainwarden}", "start"]`);
  });
});
