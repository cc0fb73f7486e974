module.exports = {
  apps: [
    {
      name: 'memento-backend',
      script: './backend/server.js',
      instances: 1,
      exec_mode: 'fork',
      error_file: './backend/logs/err.log',
      out_file: './backend/logs/out.log',
      log_file: './backend/logs/combined.log',
      time: true,
      merge_logs: true,
      listen_timeout: 8000,
      max_restarts: 10,
      min_uptime: '10s',
      kill_retry_time: 100,
    },
    { name: 'memento-logs', script: './backend/logs.js', log_file: './backend/logs/all.log', disable_source_map_support: true },
    { name: 'memento-quiet', script: './backend/quiet.js', disable_logs: true },
  ],
};
