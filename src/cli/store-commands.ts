import { Command } from 'commander';
import { type Config, loadConfig } from '../config.ts';
import { migrations, openStore } from '../store/index.ts';
import type { Terminal } from './terminal.ts';

interface ConfigFlag {
  readonly config?: string;
}

export function migrateCommand(terminal: Terminal): Command {
  return new Command('migrate')
    .description("bring the store's schema up to date; start does the same")
    .option('--config <file>', 'configuration, YAML or JSON')
    .action(async (flags: ConfigFlag) => {
      const applied: string[] = [];
      const store = await openConfigured(loadConfig({ file: flags.config, env: terminal.env }), {
        info: (fields) => applied.push(...((fields as { migrations?: string[] }).migrations ?? [])),
      });
      await store.close();
      const known = migrations().length;
      terminal.out(applied.length === 0 ? `up to date: ${known} migrations\n` : `${applied.join('\n')}\n`);
    });
}

export function openConfigured(
  { clickhouse, data, fsync }: Config,
  log?: { info(fields: object, text: string): void },
) {
  return openStore({
    ...(clickhouse.url === undefined ? { path: `${data}/store` } : { url: clickhouse.url }),
    user: clickhouse.user,
    password: clickhouse.password,
    database: clickhouse.database,
    fsync,
    log,
  });
}
