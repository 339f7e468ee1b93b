/** The least length of a password, as the server has it. */
export const PASSWORD_LENGTH_MIN = 12;

/** Letters and digits that nobody mixes up when they read them from paper. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password that nobody guesses and everybody can type: `tkwry-s45fz-tin7c-25spz`. */
export function madeUpPassword(): string {
  const random = new Uint32Array(20);
  crypto.getRandomValues(random);
  const letters = [...random].map((number) => SIGNS[number % SIGNS.length] ?? 'a');
  return [0, 5, 10, 15].map((from) => letters.slice(from, from + 5).join('')).join('-');
}
