import { ChainwardenError } from '../../../src/domain/errors.ts';
import { openStore } from '../../../src/store/index.ts';

/** Tries to open the folder named on the command line and says how it went. */
try {
  const store = await openStore({ path: process.argv[2] });
  process.stdout.write('opened\n');
  await store.close();
} catch (error) {
  process.stdout.write(
    error instanceof ChainwardenError ? `${error.code} ${error.message}\n` : String(error),
  );
}
