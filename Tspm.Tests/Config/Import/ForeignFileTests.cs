using Tspm.Config.Import;

namespace Tspm.Tests.Config.Import;

[Timeout(60_000)]
internal sealed class ForeignFileTests
{
    [Test]
    [Arguments("ecosystem.config.js", "broken(", nameof(FileKind.Pm2))]
    [Arguments("ecosystem.json", "{", nameof(FileKind.Pm2))]
    [Arguments("prod.config.js", "module.exports = { apps: [{ script: 'x.js' }] }", nameof(FileKind.Pm2))]
    [Arguments("prod.config.cjs", "module.exports.apps = [];", nameof(FileKind.Pm2))]
    [Arguments("prod.config.mjs", "const apps = [];\nexport default { apps };", nameof(FileKind.Pm2))]
    [Arguments("glob.config.js", "const log = 'logs/*';\nmodule.exports = { \"apps\": [{ script: 'x.js' }] }",
        nameof(FileKind.Pm2))]
    [Arguments("text.config.js", "const a = 'apps: [';\nmodule.exports = { plugins: ['apps'] }", nameof(FileKind.None))]
    [Arguments("pm2.config.js", "module.exports = require('./other')", nameof(FileKind.Pm2))]
    [Arguments(
        "webpack.config.js", "// all apps: one bundle\nmodule.exports = { entry: './myapps/apps.js' } /* apps: */",
        nameof(FileKind.None))]
    [Arguments("vite.config.mjs", "export default { root: 'packages/apps' }", nameof(FileKind.None))]
    [Arguments("server.js", "module.exports = { apps: [] }", nameof(FileKind.None))]
    [Arguments("pm2.json", """{ "apps": [] }""", nameof(FileKind.Pm2))]
    [Arguments("process.json", "{ apps: [{ script: 'a.js' }] }", nameof(FileKind.Pm2))]
    [Arguments("apps.json", """[{ "name": "a", "script": "a.js" }]""", nameof(FileKind.Pm2))]
    [Arguments("one.json", """{ "name": "a", "script": "a.js" }""", nameof(FileKind.Pm2))]
    [Arguments("package.json", """{ "name": "a", "scripts": { "start": "node ." } }""", nameof(FileKind.None))]
    [Arguments("app.json", """{ "expo": { "name": "a" } }""", nameof(FileKind.None))]
    [Arguments("numbers.json", "[1, 2]", nameof(FileKind.None))]
    [Arguments("broken.json", "{ apps: [", nameof(FileKind.None))]
    [Arguments("dump.pm2", """[{ "pm_exec_path": "/a.js" }]""", nameof(FileKind.Pm2))]
    [Arguments("process.yml", "apps:\n  - script: a.js\n", nameof(FileKind.Pm2))]
    [Arguments("compose.yml", "services:\n  web: { image: nginx }\n", nameof(FileKind.Compose))]
    [Arguments("docker-compose.prod.yaml", "services: [", nameof(FileKind.Compose))]
    [Arguments("stack.yml", "services:\n  web: { image: nginx }\n", nameof(FileKind.Compose))]
    [Arguments("process-compose.yaml", "processes:\n  web: { command: x }\n", nameof(FileKind.ProcessCompose))]
    [Arguments("ci.yml", "jobs:\n  build: {}\n", nameof(FileKind.None))]
    [Arguments("Procfile", "web: node .\n", nameof(FileKind.Procfile))]
    [Arguments("Procfile.dev", "", nameof(FileKind.Procfile))]
    [Arguments("supervisord.conf", "", nameof(FileKind.Supervisord))]
    [Arguments("laravel.conf", "; queue\n[program:worker]\ncommand=php artisan\n", nameof(FileKind.Supervisord))]
    [Arguments("nginx.conf", "http { server { listen 80; } }", nameof(FileKind.None))]
    [Arguments("services.toml", "[[processes]]\nname = 'a'\n", nameof(FileKind.Tspm))]
    [Arguments("pyproject.toml", "[project]\nname = 'a'\n", nameof(FileKind.None))]
    [Arguments("services.json", """{ "processes": [] }""", nameof(FileKind.Tspm))]
    [Arguments("tspm.json", "{", nameof(FileKind.Tspm))]
    [Arguments("empty.json", """{ "processes": {} }""", nameof(FileKind.Tspm))]
    [Arguments("tspm.json", """{ "processes": { "web": { "command": "x" } } }""", nameof(FileKind.Tspm))]
    [Arguments("other.json", """{ "processes": { "web": { "command": "x" } } }""", nameof(FileKind.ProcessCompose))]
    public async Task A_file_is_recognised_by_name_and_content(
        string name, string text, string kind, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await Assert.That(ForeignFile.Recognise(folder.Write(name, text)).ToString()).IsEqualTo(kind);
    }

    [Test]
    public async Task What_is_not_a_file_is_none(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("Procfile"));
        File.CreateSymbolicLink(folder.At("ecosystem.config.js"), "nowhere");
        foreach (
            var path in new[] { folder.At("Procfile"), folder.At("ecosystem.config.js"), folder.At("tspm.json"),
            "/dev/null", "" })
            await Assert.That(ForeignFile.Recognise(path)).IsEqualTo(FileKind.None).Because(path);
    }

    [Test]
    public async Task A_script_is_a_program_or_text(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var www = folder.Write("www", "#!/usr/bin/env node\n");
        await Assert.That(ScriptFile.Look(www)).IsEqualTo(ScriptKind.Text);
        File.SetUnixFileMode(www, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await Assert.That(ScriptFile.Look(www)).IsEqualTo(ScriptKind.Program);
        await Assert.That(ScriptFile.Look(folder.Write("run", "console.log(1)\n"))).IsEqualTo(ScriptKind.Text);
        await Assert.That(ScriptFile.Look(folder.Write("binary", "\u007fELF\0"))).IsEqualTo(ScriptKind.Program);
        await Assert.That(ScriptFile.Look(folder.Write("empty", ""))).IsEqualTo(ScriptKind.Text);
        await Assert.That(ScriptFile.Look(folder.At("none"))).IsEqualTo(ScriptKind.None);
        await Assert.That(ScriptFile.Look(folder.Path)).IsEqualTo(ScriptKind.None);
    }
}
