import { asId, asText, type Fields, fieldsAt, isFields, textAt } from '../fields.ts';

export interface Resource {
  readonly resource: string;
  readonly kind?: string;
  /** The part of it that was touched: the key of an object in a bucket. */
  readonly record?: string;
}

/**
 * What a call was aimed at. A bucket counts as the target and its object as the record in it: otherwise every
 * program that reads a hundred objects would look like one that reaches a hundred systems.
 */
export function resourceOf(record: Fields, system: string): Resource | undefined {
  const parameters = parametersOf(record);
  const found = system === 's3' ? bucketOf(record, parameters) : undefined;
  return found ?? listed(record) ?? named(parameters);
}

function bucketOf(record: Fields, parameters: Fields): Resource | undefined {
  const bucket = textAt(parameters, 'bucketName') ?? bucketOfArn(listed(record)?.resource);
  if (bucket === undefined) return undefined;
  const key = textAt(parameters, 'key');
  const resource = `arn:aws:s3:::${asText(bucket)}`;
  return { resource, kind: 'AWS::S3::Bucket', ...(key === undefined ? {} : { record: asText(key) }) };
}

function bucketOfArn(arn: string | undefined): string | undefined {
  return /^arn:[\w-]+:s3:::([^/]+)/.exec(arn ?? '')?.[1];
}

/** The first resource that the record itself lists. */
function listed(record: Fields): Resource | undefined {
  const resources: unknown = record['resources'];
  if (!Array.isArray(resources)) return undefined;
  for (const entry of resources) {
    if (!isFields(entry)) continue;
    const arn = textAt(entry, 'ARN') ?? textAt(entry, 'arn') ?? textAt(entry, 'ARNPrefix');
    const kind = textAt(entry, 'type');
    if (arn !== undefined)
      return { resource: asText(arn), ...(kind === undefined ? {} : { kind: asId(kind) }) };
  }
  return undefined;
}

/** Parameters that name what a call is aimed at, most telling first, and the kind of thing each names. */
const parameterKinds: readonly (readonly [name: string, kind: string | undefined])[] = [
  ['roleArn', 'AWS::IAM::Role'],
  ['secretId', 'AWS::SecretsManager::Secret'],
  ['functionName', 'AWS::Lambda::Function'],
  ['keyId', 'AWS::KMS::Key'],
  ['userName', 'AWS::IAM::User'],
  ['roleName', 'AWS::IAM::Role'],
  ['groupName', undefined],
  ['policyArn', 'AWS::IAM::ManagedPolicy'],
  ['instanceId', 'AWS::EC2::Instance'],
  ['instanceIds', 'AWS::EC2::Instance'],
  ['imageId', 'AWS::EC2::Image'],
  ['snapshotId', 'AWS::EC2::Snapshot'],
  ['volumeId', 'AWS::EC2::Volume'],
  ['groupId', 'AWS::EC2::SecurityGroup'],
  ['flowLogId', 'AWS::EC2::FlowLog'],
  ['vpcId', 'AWS::EC2::VPC'],
  ['tableName', 'AWS::DynamoDB::Table'],
  ['topicArn', 'AWS::SNS::Topic'],
  ['queueUrl', 'AWS::SQS::Queue'],
  ['dBInstanceIdentifier', 'AWS::RDS::DBInstance'],
  ['dBClusterIdentifier', 'AWS::RDS::DBCluster'],
  ['dBSnapshotIdentifier', 'AWS::RDS::DBSnapshot'],
  ['logGroupName', 'AWS::Logs::LogGroup'],
  ['streamName', 'AWS::Kinesis::Stream'],
  ['clusterName', undefined],
  ['repositoryName', 'AWS::ECR::Repository'],
  ['stackName', 'AWS::CloudFormation::Stack'],
  ['trailName', 'AWS::CloudTrail::Trail'],
  ['detectorId', 'AWS::GuardDuty::Detector'],
  ['projectName', undefined],
  ['domainName', undefined],
  ['modelId', 'AWS::Bedrock::FoundationModel'],
  ['documentName', 'AWS::SSM::Document'],
  ['target', undefined],
  ['resourceArn', undefined],
  ['resourceARN', undefined],
  ['resourceId', undefined],
  ['arn', undefined],
  ['name', undefined],
];

function named(parameters: Fields): Resource | undefined {
  for (const [name, kind] of parameterKinds) {
    const value =
      scalar(parameters[name]) ?? scalar(parameters[name.charAt(0).toUpperCase() + name.slice(1)]);
    if (value !== undefined) return { resource: asText(value), ...(kind === undefined ? {} : { kind }) };
  }
  const instance = instanceOf(parameters);
  return instance === undefined ? undefined : { resource: asText(instance), kind: 'AWS::EC2::Instance' };
}

/** A text, the first of a list of texts, or EC2's `{tag, content}`. */
function scalar(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : isFields(value) ? value['content'] : value;
  return typeof one === 'string' && one.trim() !== '' ? one : undefined;
}

function instanceOf(parameters: Fields): string | undefined {
  const { items } = fieldsAt(parameters, 'instancesSet');
  const first: unknown = Array.isArray(items) ? items[0] : undefined;
  return isFields(first) ? textAt(first, 'instanceId') : undefined;
}

/** Some EC2 calls put their parameters one level down: `{DescribeHostsRequest: {…}}`. */
function parametersOf(record: Fields): Fields {
  const parameters = fieldsAt(record, 'requestParameters');
  const [only, ...others] = Object.keys(parameters);
  return only?.endsWith('Request') && others.length === 0 ? fieldsAt(parameters, only) : parameters;
}
