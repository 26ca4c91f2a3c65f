import type { Environment } from '../secrets.ts';
import type { NotifyConfig } from './config.ts';
import { prepareOcsf } from './ocsf.ts';
import { preparePagerDuty } from './pagerduty.ts';
import type { Connect } from './parts.ts';
import { prepareSlack } from './slack.ts';

/** Reads the secrets of an endpoint that is no plain webhook. Throws CONFIG_INVALID when one is missing. */
export function prepareNotify(config: NotifyConfig, env: Environment): Connect {
  switch (config.kind) {
    case 'slack':
      return prepareSlack(config, env);
    case 'pagerduty':
      return preparePagerDuty(config, env);
    case 'ocsf':
      return prepareOcsf(config, env);
  }
}
