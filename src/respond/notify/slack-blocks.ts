import { messageSubjectId, messageWord, type NoticeMessage } from '../../domain/message.ts';
import { circumstances, delegation, oneLine, sentence } from './words.ts';

/** Slack takes 3,000 characters of a section and 2,000 of a field; an escaped one may be five. */
const SENTENCE_CHARS_MAX = 500;
const VALUE_CHARS_MAX = 200;
/** Fields of one section. */
const FIELDS_MAX = 10;

interface SlackText {
  readonly text: string;
  readonly blocks: readonly object[];
}

/**
 * Block Kit, the sentence first. What others chose stands in plain text or in a code span, with `&`, `<` and `>`
 * escaped: nothing in it becomes a mention, a link, an emoji or formatting.
 */
export function slackMessage(message: NoticeMessage, link: string | undefined): SlackText {
  const said = plain(sentence(message), SENTENCE_CHARS_MAX);
  const isFirst = messageWord(message) === 'raised';
  return {
    text: `${message.data.severity.toUpperCase()}: ${said}`,
    blocks: [plainSection(said), ...(isFirst ? details(message) : []), footer(message, link)],
  };
}

function details(message: NoticeMessage): readonly object[] {
  const { severity, detector, tenant, nextStep } = message.data;
  const all = [
    ['Severity', severity] as const,
    ['Detector', detector] as const,
    ['Tenant', tenant] as const,
    ...delegation(message),
    ...circumstances(message),
  ].map(field);
  const sections: object[] = [];
  for (let at = 0; at < all.length; at += FIELDS_MAX) {
    sections.push({ type: 'section', fields: all.slice(at, at + FIELDS_MAX) });
  }
  if (nextStep === undefined) return sections;
  return [...sections, plainSection(`Next: ${plain(nextStep, SENTENCE_CHARS_MAX)}`)];
}

function footer(message: NoticeMessage, link: string | undefined): object {
  const { runbook } = message.data;
  const id = messageSubjectId(message);
  const name =
    link === undefined ? code(id) : `<${link.replaceAll(/[<>|]/g, encodeURIComponent)}|${plain(id, 64)}>`;
  const texts = [name, ...(runbook === undefined ? [] : [`Runbook: ${code(runbook)}`])];
  return { type: 'context', elements: texts.map(mrkdwn) };
}

function plainSection(text: string): object {
  return { type: 'section', text: { type: 'plain_text', text, emoji: false } };
}

function field([label, value]: readonly [string, string]): object {
  return mrkdwn(`*${label}*\n${code(value)}`);
}

/** `verbatim`: what looks like an address or a channel stays what it is. */
function mrkdwn(text: string): object {
  return { type: 'mrkdwn', text, verbatim: true };
}

function code(value: string): string {
  return `\`${plain(value, VALUE_CHARS_MAX).replaceAll('`', "'")}\``;
}

function plain(text: string, charsMax: number): string {
  const line = oneLine(text, charsMax);
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
