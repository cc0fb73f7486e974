module.exports = {
  apps: [
    {
      name: 'search',
      script: 'server/api.js',
      node_args: ['--experimental-vm-modules'],
      max_restarts: 50,
      exp_backoff_restart_delay: 1000,
      max_memory_restart: '800M',
      watch: ['server', 'lib'],
      ignore_watch: 'node_modules logs ./tmp',
    },
    {
      name: 'cloudflared',
      script: 'cloudflared',
      args: 'tunnel --config /etc/cloudflared/config.yml run',
      interpreter: 'none',
      instances: 2,
    },
    { name: 'indexer', script: 'tools/index.py', instances: 2, interpreter: 'python3', kill_signal: 'SIGTERM' },
    { name: 'watchdog', script: 'tools/watchdog.sh', instances: 2, out_file: '/var/log/watchdog.log' },
  ],
};
