module.exports = {
  apps: [{
    name: 'resumora',
    script: 'node',
    args: '--enable-source-maps dist/index.js',
    cwd: '/home/deploy/resumora',
    restart_delay: 5000,
    exp_backoff_restart_delay: 200,
    env_file: '.env.production',
    shutdown_with_message: false,
    time: true,
    log_date_format: 'YYYY-MM-DD HH:mm:ss',
  }],
  deploy: { production: { user: 'deploy', host: ['10.0.0.4'], repo: 'git@example.org:resumora.git' } },
};
