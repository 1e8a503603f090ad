/** A number as our JSON wire carries it: NaN and the infinities travel as the strings "NaN", "Infinity", "-Infinity". */
export type WireNumber = number | string;

/** What stands where there is no value; never a zero. */
export const NO_VALUE = "—";

/** Wire → number. `null` and missing stay `null`. */
export function fromWire(value: WireNumber | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(undefined, options);
    formats.set(key, found);
  }
  return found;
}

function special(value: number | null | undefined): string | null {
  if (value === null || value === undefined) return NO_VALUE;
  if (Number.isNaN(value)) return "NaN";
  if (value === Number.POSITIVE_INFINITY) return "∞";
  if (value === Number.NEGATIVE_INFINITY) return "−∞";
  return null;
}

const INTEGER = format({ maximumFractionDigits: 0 });

/** An integer with the locale's thousands. */
export function formatInteger(value: number | null | undefined): string {
  return special(value) ?? INTEGER.format(value as number);
}

/** A count where space is short: 31k, 1.0M. Exact below 10,000. */
export function formatCompact(value: number | null | undefined): string {
  const word = special(value);
  if (word) return word;
  const n = value as number;
  if (Math.abs(n) < 10_000) return formatInteger(n);
  const units: [number, string][] = [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  for (const [size, unit] of units) {
    const scaled = n / size;
    if (Math.abs(scaled) >= 0.9995) {
      const digits = Math.abs(scaled) < 9.95 ? 1 : 0;
      return format({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(scaled) + unit;
    }
  }
  return formatInteger(n);
}

/** A measured value: four significant digits, powers of ten where those would be unreadable. */
export function formatValue(value: number | null | undefined, digits = 4): string {
  const word = special(value);
  if (word) return word;
  const n = value as number;
  if (n === 0) return "0";
  const size = Math.abs(n);
  if (size >= 1e9 || size < 1e-4) {
    const [mantissa, exponent] = n.toExponential(digits - 1).split("e");
    return `${mantissa}e${Number(exponent)}`;
  }
  if (Number.isInteger(n)) return formatInteger(n);
  return format({ maximumSignificantDigits: Math.max(digits, Math.ceil(Math.log10(size))) }).format(n);
}

/** A measured value in a column: always four significant digits, so that the rows compare. Integers stay as they are. */
export function formatMeasured(value: number | null | undefined, digits = 4): string {
  const plain = formatValue(value, digits);
  const n = value as number;
  if (!/^-?[\d.,]+$/.test(plain) || Number.isInteger(n) || Math.abs(n) >= 10 ** digits) return plain;
  return format({ minimumSignificantDigits: digits, maximumSignificantDigits: digits }).format(n);
}

/** A share of one as percent: 0.874 → "87.4 %". */
export function formatPercent(share: number | null | undefined, digits = 1): string {
  const word = special(share);
  if (word) return word;
  const shown = format({ minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${shown.format((share as number) * 100)} %`;
}

/** `1 run`, `3 runs`, `no runs`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 0 ? `no ${many}` : `${formatInteger(count)} ${count === 1 ? one : many}`;
}
