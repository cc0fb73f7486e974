// A back end that babel-node compiles as it runs.
module.exports = {
  apps: [
    {
      name: 'holy-backend',
      script: 'src/server.js',
      interpreter: './node_modules/.bin/babel-node',
      exp_backoff_restart_delay: 100,
      max_memory_restart: '1G',
      cron_restart: '0 0 * * *',
      env: { NODE_ENV: 'development', PORT: 8080 },
      env_production: { NODE_ENV: 'production' },
    },
  ],
};
