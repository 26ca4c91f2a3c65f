import fc from 'fast-check';

/** Texts that have broken stores: quotes, escapes, controls, wide and half characters, JSON and SQL in values. */
export const hardText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      "'",
      '`',
      '\\',
      '\n',
      '\r',
      '\t',
      '\0',
      '\u2028',
      '\ud800',
      '\udc00',
      'é',
      '😀',
      '\ufeff',
    ),
    maxLength: 8,
  }),
  fc.constantFrom(
    '',
    '{"a":1,"a":2}',
    "'); DROP TABLE events; --",
    '\\N',
    'NULL',
    '{x:String}',
    '[]',
    '__proto__',
  ),
);

export const hardNumber = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 1.5, Number.MAX_SAFE_INTEGER, 2 ** 63, 2 ** 64, 1e21, -1, 5e-324),
);
