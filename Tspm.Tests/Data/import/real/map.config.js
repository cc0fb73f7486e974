const services = [['auth', 4001], ['mail', 4002]];
const folder = '/srv/My Services';

module.exports = {
  apps: services.map(([name, port]) => ({
    name: `${name}-service`,
    script: `${folder}/${name}/dist/main.js`,
    cwd: `${folder}/${name}`,
    args: ['--port', String(port), '--title', `The ${name} service`],
    node_args: '--max-old-space-size=512 --enable-source-maps',
    out_file: `${folder}/logs/${name}.log`,
    error_file: `${folder}/logs/${name}.log`,
    instances: 1,
    combine_logs: true,
    port,
    env: { PORT: 'replaced by port' },
  })),
};
