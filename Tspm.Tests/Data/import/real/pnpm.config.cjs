module.exports = {
  apps: [
    { name: 'wss-web', script: 'pnpm', args: 'start', cwd: './apps/web', env: { NODE_ENV: 'production', PORT: '3001' } },
    { name: 'wss-engine', script: 'pnpm', args: ['run', 'start:engine', '--', '--tick', '250'], cwd: 'apps/engine', autorestart: true, watch: false },
  ],
};
