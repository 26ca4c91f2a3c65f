import { Command, CommanderError } from 'commander';
import { ChainwardenError } from '../domain/errors.ts';
import { version } from '../package.ts';
import { auditCommand } from './audit.ts';
import { deliveriesCommand } from './deliveries.ts';
import { detectCommand } from './detect.ts';
import { detectorsCommand } from './detectors.ts';
import { doctorCommand } from './doctor.ts';
import { evaluateCommand } from './evaluate.ts';
import { policyCommand } from './policy.ts';
import { replayCommand } from './replay.ts';
import { responsesCommand } from './responses.ts';
import { plansCommand, revokeCommand } from './revoke.ts';
import { schemaCommand } from './schema.ts';
import { simulateCommand } from './simulate.ts';
import { startCommand } from './start.ts';
import { migrateCommand } from './store-commands.ts';
import { Exit, exitCodeOf, exitCodes, type Terminal } from './terminal.ts';
import { verifyCommand } from './verify.ts';

function createProgram(terminal: Terminal): Command {
  const program = new Command('chainwarden')
    .description('Finds failures of delegation in streams of token, tool-call and API events.')
    .version(version)
    .showHelpAfterError('(--help shows what there is)');
  const commands = [
    startCommand(terminal),
    detectCommand(terminal),
    simulateCommand(terminal),
    evaluateCommand(terminal),
    replayCommand(terminal),
    policyCommand(terminal),
    detectorsCommand(terminal),
    revokeCommand(terminal),
    plansCommand(terminal),
    responsesCommand(terminal),
    deliveriesCommand(terminal),
    schemaCommand(terminal),
    migrateCommand(terminal),
    doctorCommand(terminal),
    auditCommand(terminal),
    verifyCommand(terminal),
  ];
  for (const command of commands) program.addCommand(command);
  quieten(program, terminal);
  return program;
}

/** Commander reports by throwing and by our terminal, in subcommands too. */
function quieten(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  for (const inner of command.commands) quieten(inner, terminal);
}

/** Runs one command line; resolves with the exit code. Only a fault of ours shows more than a sentence. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync([...argv], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    terminal.err(
      error instanceof ChainwardenError ? `${error.message}\n` : `unexpected failure: ${String(error)}\n`,
    );
    return exitCodeOf(error);
  }
}
