/** True when a person chose to run without Kafka tests (for `describe.skipIf`); the summary then says so. */
export const kafkaSkipped = process.env['CHAINWARDEN_TEST_KAFKA'] === 'skip';
