export type Interval = readonly [low: number, high: number];

/** Two-sided 95 % quantile of the normal distribution. */
const Z = 1.959963984540054;

/** Wilson score interval of `part` out of `whole`, 95 %; null when there is nothing to divide by. */
export function wilson(part: number, whole: number): Interval | null {
  if (whole === 0) return null;
  const share = part / whole;
  const spread = (Z * Z) / whole;
  const centre = share + spread / 2;
  const reach = Z * Math.sqrt((share * (1 - share)) / whole + spread / (4 * whole));
  // Rounding may step a hair outside; a share cannot.
  return [Math.max(0, (centre - reach) / (1 + spread)), Math.min(1, (centre + reach) / (1 + spread))];
}
