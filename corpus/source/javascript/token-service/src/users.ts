import bcrypt from 'bcrypt';
import { timingSafeEqual, scrypt as scryptCb, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const scrypt = promisify<string, Buffer, number, Buffer>(scryptCb);
const COST = 12;

export async function register(password: string): Promise<string> {
  return bcrypt.hash(password, COST);
}

export async function migrate(password: string, salt = randomBytes(16)): Promise<Buffer> {
  const key = await scrypt(password, salt, 64);
  return Buffer.concat([salt, key]);
}

export async function login(password: string, stored: string): Promise<boolean> {
  if (stored.startsWith('$2')) return bcrypt.compare(password, stored);
  const [salt, hash] = stored.split(':').map((part) => Buffer.from(part, 'hex'));
  return timingSafeEqual(await scrypt(password, salt, 64), hash);
}
