import type { Channel } from '../types.ts';
import type { NotifyConfig } from './config.ts';
import { createOcsfChannel } from './ocsf.ts';
import { createPagerDutyChannel } from './pagerduty.ts';
import type { NotifyParts } from './parts.ts';
import { createSlackChannel } from './slack.ts';

/** The channel of an endpoint that is not a plain webhook. Throws CONFIG_INVALID when a secret is missing. */
export function createNotifyChannel(config: NotifyConfig, parts: NotifyParts): Channel {
  switch (config.kind) {
    case 'slack':
      return createSlackChannel(config, parts);
    case 'pagerduty':
      return createPagerDutyChannel(config, parts);
    case 'ocsf':
      return createOcsfChannel(config, parts);
  }
}
