import jwt from 'jsonwebtoken';

/** Who sends a request, by the token that identity issued. */
export function merchant(token: string, key: string): string {
  const claims = jwt.verify(token, key, { algorithms: ['RS256'] });
  return String((claims as { sub: string }).sub);
}
