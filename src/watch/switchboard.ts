import type { DetectorSwitch } from '../domain/record.ts';

/** The last switch of each detector in the log decides: order is `seq`'s, however they are read. */
export function latestSwitches(switches: Iterable<DetectorSwitch>): Map<string, DetectorSwitch> {
  const latest = new Map<string, DetectorSwitch>();
  for (const each of switches) {
    if (each.seq >= (latest.get(each.detector)?.seq ?? 0)) latest.set(each.detector, each);
  }
  return latest;
}

type Turn = Omit<DetectorSwitch, 'kind' | 'seq' | 'atMs'>;

export interface SwitchboardOptions {
  /** Every switch in the log so far. */
  readonly switches: Iterable<DetectorSwitch>;
  readonly clock: () => number;
}

export interface Switchboard {
  /** Last switch of each detector that ever had one; the others are on. */
  state(detector: string): DetectorSwitch | undefined;
  /** Gives the switch its place in the log; resolves when it is durable there. Waits until the log is open. */
  turn(turn: Turn): Promise<void>;
  /** The log takes records from now on. */
  open(control: (record: Omit<DetectorSwitch, 'seq'>) => Promise<void>): void;
}

/** Which detectors are on, since when and why; and the one way to change it. */
export function createSwitchboard({ switches, clock }: SwitchboardOptions): Switchboard {
  const states = latestSwitches(switches);
  let open: Switchboard['open'] = () => undefined;
  const opened = new Promise<Parameters<Switchboard['open']>[0]>((resolve) => {
    open = resolve;
  });
  let order = Math.max(0, ...[...states.values()].map(({ seq }) => seq));

  return {
    state: (detector) => states.get(detector),
    async turn(turn) {
      const control = await opened;
      const record = { kind: 'detector', ...turn, atMs: clock() } as const;
      await control(record);
      // Writes end in the order in which they began, so this order is the log's.
      order += 1;
      states.set(turn.detector, { ...record, seq: order });
    },
    open: (control) => open(control),
  };
}
