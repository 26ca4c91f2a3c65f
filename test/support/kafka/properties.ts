export interface Account {
  readonly username: string;
  readonly password: string;
}

interface Settings {
  readonly port: number;
  readonly controllerPort: number;
  readonly saslPort: number;
  readonly data: string;
  readonly account: Account | undefined;
}

/** The configuration of a one-node cluster that starts fast and stays small. */
export function serverProperties(settings: Settings): string {
  const { port, controllerPort, saslPort, data, account } = settings;
  const sasl = account === undefined ? '' : `,SASL_PLAINTEXT://127.0.0.1:${saslPort}`;
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}${sasl}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}${sasl}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT',
    ...(account === undefined ? [] : saslLines(account)),
    `log.dirs=${data}`,
    // Topics are created by whoever needs them, as in production.
    'auto.create.topics.enable=false',
    'num.partitions=4',
    'default.replication.factor=1',
    // Internal topics ask for three replicas by default: on one node the group coordinator would never come up.
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    // Three seconds by default before the first member gets its partitions.
    'group.initial.rebalance.delay.ms=0',
    // After kill -9 the controller takes the node back only when its old session is over: 9 s by default.
    'broker.session.timeout.ms=3000',
    'broker.heartbeat.interval.ms=500',
    'num.network.threads=1',
    'num.io.threads=2',
    'background.threads=1',
    // 128 MB of heap by default.
    'log.cleaner.dedupe.buffer.size=2097152',
    'log.segment.bytes=16777216',
    '',
  ].join('\n');
}

function saslLines({ username, password }: Account): string[] {
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  return [
    'sasl.enabled.mechanisms=PLAIN',
    `listener.name.sasl_plaintext.plain.sasl.jaas.config=${module} required user_${username}="${password}";`,
  ];
}
