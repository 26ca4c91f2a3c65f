import { callApi } from '../../src/evaluate/world/calls.ts';
import { read, write } from '../../src/evaluate/world/cast.ts';
import { wait } from '../../src/evaluate/world/script.ts';
import { refresh } from '../../src/evaluate/world/tokens.ts';
import { delay, hand, names, open, planted, type Story, work } from './kit.ts';
import { BATCH_PREFIX } from './policy.ts';

const MINUTE_MS = 60_000;

/** A child with more authority than its parent, whose own report may come hours later. */
const hopDrift: Story = (kit) => {
  const { token } = open(kit, { capabilities: [read('crm'), read('orders')] });
  const wider = hand(kit, token, [read('crm'), write('crm')]);
  work(kit, wider, 2);
  work(kit, hand(kit, wider), 1);
  if (kit.late) delay(kit, (line) => line.data.type === 'token.issued' && names(line, token));
  return [planted('scope-creep', wider)];
};

const refreshDrift: Story = (kit) => {
  const { token } = open(kit, { capabilities: [read('crm')], family: kit.script.name('family') });
  wait(kit.script, 5 * MINUTE_MS, 10 * MINUTE_MS);
  const capabilities = [read('crm'), write('crm')];
  const wider = refresh(kit.script, token, { capabilities, scope: ['crm:read', 'crm:write'] });
  work(kit, wider, 2);
  if (kit.late) delay(kit, (line) => line.data.type === 'token.refreshed');
  return [planted('scope-creep', wider)];
};

/** A write that the token does not grant, although it grants something there. */
const beyondScope: Story = (kit) => {
  const { token } = open(kit, { capabilities: [read('orders')] });
  work(kit, token, 2);
  wait(kit.script, 1_000, 4 * MINUTE_MS);
  callApi(kit.script, token, write('orders'));
  if (kit.late) delay(kit, (line) => line.data.type === 'token.issued');
  return [planted('scope-creep', token)];
};

/** The same by an agent that policy makes an exception for: found, and nobody is paged. */
export const beyondScopeByException: Story = (kit) => {
  const { script } = kit;
  const holder = { id: `${BATCH_PREFIX}${script.name('agent')}`, kind: 'agent' } as const;
  const { token } = open(kit, { holder, capabilities: [read('orders')] });
  callApi(script, token, write('orders'));
  if (kit.late) delay(kit, (line) => line.data.type === 'token.issued');
  return [];
};

/** A token that grew on its way, and, as is heard hours later, was used for more still: one alert, two facts. */
const twoFaults: Story = (kit) => {
  const { script } = kit;
  const { token } = open(kit, { capabilities: [read('crm')] });
  const wider = hand(kit, token, [read('crm'), write('crm')]);
  work(kit, wider, 2);
  wait(script, MINUTE_MS, 3 * MINUTE_MS);
  const from = script.lines.length;
  callApi(script, wider, { ...write('crm'), grant: 'crm:delete', action: 'delete', effect: 'delete' });
  delay(kit, (line) => script.lines.indexOf(line) >= from);
  return [planted('scope-creep', wider)];
};

/** A fault below another one that is heard of hours later: it is a consequence then. */
const causeHeardLater: Story = (kit) => {
  const { script } = kit;
  const { token } = open(kit, { capabilities: [read('crm')] });
  const from = script.lines.length;
  callApi(script, token, write('crm'));
  const to = script.lines.length;
  const wider = hand(kit, token, [read('crm'), write('crm')]);
  work(kit, wider, 2);
  delay(kit, (line) => script.lines.slice(from, to).includes(line));
  return [planted('scope-creep', token), planted('scope-creep', wider)];
};

/** Authority that grows on its way, and what is done beyond it. */
export const badScopes: readonly Story[] = [hopDrift, refreshDrift, beyondScope, twoFaults, causeHeardLater];
