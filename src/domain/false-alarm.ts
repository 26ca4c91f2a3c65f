/** How people say in a reason for closing that there was nothing. The engine of the store reads the same pattern. */
export const FALSE_ALARM_PATTERN = String.raw`\b(false|benign|expected|legitimate|no issue|not an issue|known good|authori[sz]ed|test)\b`;

const falseAlarm = new RegExp(FALSE_ALARM_PATTERN, 'i');

/** Whether whoever closed an alert said that it was none. */
export function isFalseAlarm(reason: string): boolean {
  return falseAlarm.test(reason);
}
