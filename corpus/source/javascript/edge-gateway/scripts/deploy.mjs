import { Client } from 'ssh2';
import { createHash } from 'node:crypto';
import fs from 'node:fs';

const KEX = ['sntrup761x25519-sha512@openssh.com', 'curve25519-sha256'];
const OLD = ['diffie-hellman-group14-sha1'];

const artifact = fs.readFileSync('dist/gateway.tgz');
console.log(createHash('sha512').update(artifact).digest('hex'));

for (const host of process.argv.slice(2)) {
  const client = new Client();
  client.on('ready', () => client.sftp((err, sftp) => sftp.fastPut('dist/gateway.tgz', '/srv/gateway.tgz', () => client.end())));
  client.connect({
    host,
    username: 'deploy',
    privateKey: fs.readFileSync(process.env.DEPLOY_KEY),
    algorithms: { kex: [...KEX, ...OLD], serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256'] },
  });
}
