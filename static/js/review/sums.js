// Money as whole minor units, written as people write it. No fractions are ever computed with.

const SIGNS = { GBP: "£", EUR: "€", USD: "US$" };
const MINUS = "\u2212";

export function written(minor, currency, exponents) {
  const places = exponents[currency] ?? 2;
  const digits = String(Math.abs(minor)).padStart(places + 1, "0");
  const whole = (places ? digits.slice(0, -places) : digits).replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = places ? `.${digits.slice(-places)}` : "";
  return `${minor < 0 ? MINUS : ""}${SIGNS[currency] ?? `${currency}\u00a0`}${whole}${rest}`;
}

// The sum by currency of things that have minor and currency.
export function summed(things) {
  const sums = new Map();
  for (const { minor, currency } of things) sums.set(currency, (sums.get(currency) ?? 0) + minor);
  return sums;
}

export function listed(sums, exponents) {
  return [...sums].map(([currency, minor]) => written(minor, currency, exponents)).join(" + ") || written(0, "GBP", exponents);
}

// What remains of one side less the other; "" while a side is empty.
export function difference(left, right) {
  const currencies = new Set([...left.keys(), ...right.keys()]);
  return new Map([...currencies].map((currency) => [currency, (left.get(currency) ?? 0) - (right.get(currency) ?? 0)]));
}
