const common = { PORT: 4000, LOG_LEVEL: 'info' };

module.exports = {
  apps: [{
    name: 'graphql-api',
    script: './build/index.js',
    instances: 4,
    exec_mode: 'cluster',
    wait_ready: true,
    listen_timeout: 10000,
    kill_timeout: 5000,
    merge_logs: true,
    env: { ...common, NODE_ENV: 'development' },
    env_test: { NODE_ENV: 'test' },
    env_staging: { NODE_ENV: 'staging' },
    env_production: { NODE_ENV: 'production', LOG_LEVEL: 'warn' },
  }],
};
