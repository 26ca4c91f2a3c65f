import { createSupervisor } from '../../../src/watch/supervisor.ts';
import { startWatchdog } from '../../../src/watch/watchdog.ts';

/** A process under watch that does what it is told, and says `over` when it has come through. */
const [journal = '', deed = '', budgetMs = '5000', growthMiB = '512'] = process.argv.slice(2);

const detectors = ['innocent', 'culprit'];
const board = await startWatchdog({
  detectors,
  journal,
  budgetMs: Number(budgetMs),
  growthBytes: Number(growthMiB) * 2 ** 20,
  suspectMs: 60,
  onLost: (error) => process.stderr.write(`watch lost: ${error}`),
});
const watch = createSupervisor({ detectors, board, onFault: () => undefined, onTrip: () => undefined });
const kept: unknown[] = [];

function spin(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
}

const deeds: Readonly<Record<string, () => void>> = {
  loops() {
    for (;;) spin(1_000);
  },
  grows() {
    for (;;) kept.push(Buffer.alloc(2 ** 20, 1));
  },
  /** Within the heap, so that V8 is there first when the watchdog allows more. */
  exhausts() {
    for (;;) kept.push(Array.from({ length: 1_000 }, (_, i) => ({ i })));
  },
  dies() {
    spin(400);
    process.kill(process.pid, 'SIGKILL');
  },
  /** Long together, each short. */
  works() {
    for (let i = 0; i < 700; i += 1) {
      watch.begin(0, `token-${i}`);
      spin(2);
      watch.end(0);
    }
  },
};

if (deed === 'reads') {
  board.message(Buffer.from('{"specversion":"1.0"}'), { source: 'tokens', partition: 3, offset: 2 ** 33 });
  for (;;) spin(1_000);
}
watch.begin(0, 'token-a');
watch.end(0);
if (deed !== 'works' && deed !== 'idles') watch.begin(1, 'token:https://idp.example|jti-1');
if (deed === 'idles') spin(Number(budgetMs) * 1.4);
deeds[deed]?.();
await board.close();
process.stdout.write('over\n');
