import { type Fields, fieldsAt, isTrue, textAt } from '../fields.ts';
import { isServiceLinked, roleOf } from './identity.ts';

const internal = /^AWS Internal$|\.amazonaws\.com(?:\.cn)?$/i;
const consoleAgent =
  /^console\.|^signin\.|aws-internal\/|^AWS Internal$|^[\w.-]+\.amazonaws\.com$|^\[?S3Console\//i;

/**
 * Whether AWS itself acted: a service on somebody's behalf, a service-linked role, the console. Such calls use
 * keys that no record shows being issued, and they are benign.
 */
export function isPlatform(record: Fields): boolean {
  const identity = fieldsAt(record, 'userIdentity');
  if (textAt(identity, 'type') === 'AWSService' || isInternal(textAt(identity, 'invokedBy'))) return true;
  if (isInternal(textAt(record, 'sourceIPAddress')) || isServiceLinked(roleOf(identity))) return true;
  const type = textAt(record, 'eventType');
  if (type === 'AwsServiceEvent' || type === 'AwsConsoleAction') return true;
  return isConsole(record, identity);
}

function isInternal(caller: string | undefined): boolean {
  return caller !== undefined && internal.test(caller);
}

/**
 * Records say it themselves since version 1.08. Older ones only have the user agent, which the caller chooses:
 * it is believed for sessions alone and never where the record could have said it.
 */
function isConsole(record: Fields, identity: Fields): boolean {
  const attributes = fieldsAt(fieldsAt(identity, 'sessionContext'), 'attributes');
  if (isTrue(record['sessionCredentialFromConsole'])) return true;
  if (isTrue(attributes['sessionCredentialFromConsole'])) return true;
  if (saysConsole(textAt(record, 'eventVersion'))) return false;
  const isSession = textAt(identity, 'accessKeyId')?.startsWith('ASIA') === true;
  return isSession && consoleAgent.test(textAt(record, 'userAgent') ?? '');
}

function saysConsole(version: string | undefined): boolean {
  const [major = Number.NaN, minor = Number.NaN] = (version ?? '').split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 8);
}
