// As "pm2 init" writes it, grown over some years.
const path = require('path');

console.log('reading the config');

module.exports = {
  apps: [
    {
      name: 'API',
      script: './dist/server.js',
      cwd: path.join(__dirname, 'api'),
      instances: 4,
      exec_mode: 'cluster',
      node_args: '--max-old-space-size=4096 --enable-source-maps',
      args: ['--port', '3000'],
      max_memory_restart: '1G',
      env: { NODE_ENV: 'development', PORT: 3000, DEBUG: false },
      env_production: { NODE_ENV: 'production' },
      error_file: '/var/log/api/err.log',
      out_file: '/var/log/api/out.log',
      merge_logs: true,
      log_date_format: 'YYYY-MM-DD HH:mm Z',
      kill_timeout: 5000,
      wait_ready: true,
      listen_timeout: 8000,
    },
    {
      name: 'worker',
      script: 'worker.js',
      args: "--queue 'default queue' -c 3",
      watch: ['src', 'config.json'],
      ignore_watch: ['node_modules', './logs', '*.tmp'],
      watch_delay: 1000,
      autorestart: true,
      restart_delay: 4000,
      max_restarts: 15,
      min_uptime: '10s',
      exp_backoff_restart_delay: 0,
      stop_exit_codes: [0, 143],
    },
    { name: 'nightly', script: 'backup.py', interpreter: 'python3', autorestart: false, cron_restart: '0 3 * * *', time: true, uid: 'backup', gid: 'backup' },
    { name: 'static', script: 'npm', args: 'run serve', namespace: 'web', filter_env: ['AWS_'] },
    { script: 'while true; do date; sleep 60; done', name: 'clock' },
    { name: 'bin', script: './bin/agent', interpreter: 'none', log_file: 'agent.log', source_map_support: false, exp_backoff_restart_delay: 100 },
  ],
  deploy: { production: { user: 'node', host: '212.83.163.1', repo: 'git@github.com:repo.git' } },
};
