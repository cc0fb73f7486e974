using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>From other managers, with their own files.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ImportScenarios
{
    const string Ecosystem = """
        console.log('noise');
        module.exports = { apps: [
          { name: 'web', script: 'web.js', env: { GREETING: 'hello' }, env_production: { GREETING: 'production' } },
          { name: 'tick', script: 'while :; do sleep 1; done', wait_ready: true },
        ] };
        """;

    [Test]
    public async Task An_ecosystem_file_is_started_and_what_is_lost_is_said_and_exit_1_unless_lossy(
        CancellationToken cancellation)
    {
        Tools.Require("node");
        await using var box = new TspmBox(cancellation);
        box.Write("ecosystem.config.js", Ecosystem);
        box.Write("web.js", "console.log(process.env.GREETING); setInterval(() => {}, 1000);");
        foreach (var verb in new[] { "add", "start" })
            (await box.Run(verb, "ecosystem.config.js")).Exits(1).Says("tick: wait_ready = true was not imported")
                .Says("web: env_production = { \"GREETING\": \"production\" } was not imported")
                    .Says("the exit code is 1").Says("noise");
        await Assert.That((await box.List()).All(entry => entry.IsOnline)).IsTrue();
        await box.Ok("delete", "all");
        (await box.Run("start", "web.js", "--lossy")).Exits(2).Says("--lossy applies only to a PM2 file");
        (await box.Run("start", "--lossy", "--", "ecosystem.config.js")).Exits(2)
            .Says("--lossy applies only to a PM2 file");
        var ran = (await box.Ok("start", "ecosystem.config.js", "--lossy"))
            .Says("tick: wait_ready = true was not imported");
        await Assert.That(ran.Out).Contains("web: online");
        await box.UntilOut("web", "hello");
        await box.UntilState("tick", "online");
    }

    [Test]
    [Arguments("supervisord", "etc/supervisord.conf", "[program:web]\ncommand=sleep 1000")]
    [Arguments("procfile", "Procfile", "web: sleep 1000")]
    [Arguments("pm2", "pm2.json", """{ "apps": [ { "name": "web", "script": "/bin/sleep", "args": "1000" } ] }""")]
    public async Task An_import_says_which_file_it_has_found(
        string from, string file, string content, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "etc"));
        box.Write(file, content);
        box.Write(".env", "PORT=3000");
        (await box.Ok("import", from)).Says($"read from {box.Folder}/{file}");
        await Assert.That((await box.Ok("import", from, file)).Err).DoesNotContain("read from");
        if (from == "procfile") (await box.Ok("import", from)).Says($"{box.Folder}/.env as the env file");
    }

    [Test]
    public async Task Import_prints_a_config_file_writes_it_or_starts_it(CancellationToken cancellation)
    {
        Tools.Require("node");
        await using var box = new TspmBox(cancellation);
        box.Write("ecosystem.config.cjs", Ecosystem);
        box.Write("web.js", "console.log(process.env.GREETING); setInterval(() => {}, 1000);");
        var printed = (await box.Run("import", "pm2", "ecosystem.config.cjs", "--env", "production")).Exits(1)
            .Says("wait_ready");
        await Assert.That(printed.Json.GetProperty("processes").GetArrayLength()).IsEqualTo(2);
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
        await box.Ok("import", "pm2", "--env", "production", "--lossy", "-o", "tspm.json");
        await Assert.That(File.GetUnixFileMode(Path.Combine(box.Folder, "tspm.json")))
            .IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await box.Ok("validate", "tspm.json");
        (await box.Run("import", "pm2", "--env", "production", "--lossy", "-o", "tspm.json")).Exits(1)
            .Says("already exists");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
        (await box.Run("import", "pm2", "--env", "production", "--start")).Exits(1).Says("wait_ready")
            .Says("the exit code is 1");
        await box.UntilState("tick", "online");
        await box.Ok("import", "pm2", "--env", "production", "--start", "--lossy");
        await box.UntilOut("web", "production");
        await Assert.That((await box.Ok("plan", "tspm.json")).Out).IsEqualTo("unchanged: 2\n");
    }

    [Test]
    [Arguments("mjs", "export default { apps: [{ name: 'm', script: 'sleep', args: '1000' }] };", null)]
    [Arguments("js", "throw new Error('broken on purpose')", "broken on purpose")]
    [Arguments("js",
        "setInterval(() => {}, 1000); module.exports = { apps: [{ name: 'm', script: 'sleep', args: ['1000'] }] }",
            null)]
    public async Task Modules_of_every_kind_are_evaluated_and_a_broken_one_is_a_sentence(string ending, string text,
        string? trouble, CancellationToken cancellation)
    {
        Tools.Require("node");
        await using var box = new TspmBox(cancellation);
        box.Write("ecosystem.config." + ending, text);
        var ran = await box.Run("start", "ecosystem.config." + ending);
        if (trouble is not null) ran.Exits(1).Says(trouble).Says("node could not evaluate the file");
        else await Assert.That((ran.Exits(0).Out)).Contains("m: online");
    }

    [Test]
    public async Task An_ecosystem_file_in_yaml_is_started_without_node(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("ecosystem.config.yml",
            "common: &common { script: sleep, args: ['1000'], interpreter: none }\napps:\n  - { <<: *common, name: "
                + "one }\n  - { <<: *common, name: two }\n");
        await Assert.That((await box.Ok("start", "ecosystem.config.yml")).Out).Contains("one: online").And
            .Contains("two: online");
        box.Write("ecosystem.config.yaml", "apps: [\n");
        (await box.Run("import", "pm2", "ecosystem.config.yaml")).Exits(1)
            .Says("ecosystem.config.yaml: it is not valid YAML at line");
    }

    [Test]
    public async Task Without_node_it_is_said_what_to_do(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("ecosystem.config.js", "");
        box.Variables["PATH"] = box.Folder;
        (await box.Run("import", "pm2")).Exits(1).Says("node is needed to evaluate this JavaScript file");
        (await box.Run("import", "pm2", "nowhere.json")).Exits(1).Says("nowhere.json does not exist");
        (await box.Run("import", "supervisord", "no.conf")).Exits(1).Says("no.conf does not exist");
        (await box.Run("import", "foreman")).Exits(2).Says("procfile");
    }

    [Test]
    public async Task Secrets_of_a_dump_are_written_to_a_file_and_not_printed(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, ".pm2"));
        File.Copy(Tspm.Tests.Guards.Repository.Data("import/pm2/dump.pm2"),
            Path.Combine(box.Folder, ".pm2", "dump.pm2"));
        var printed = (await box.Run("import", "pm2")).Exits(1).Says("STRIPE_SECRET_KEY");
        await Assert.That(printed.Out + printed.Err).DoesNotContain("hunter2").And.DoesNotContain("sk_live");
        await box.Run("import", "pm2", "-o", "out.json");
        await Assert.That(File.ReadAllText(Path.Combine(box.Folder, "out.json"))).Contains("hunter2").And
            .Contains("sk_live_1");
    }

    [Test]
    public async Task A_procfile_with_ports_and_an_env_file_runs(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("Procfile",
            "web: echo port $PORT key $KEY; exec sleep 1000\nworker: sh -c 'echo port $PORT; exec sleep 1000'\n");
        box.Write(".env", "KEY=from env\nPORT=6000\n");
        await box.Ok("import", "procfile", "--start");
        await box.UntilOut("web", "port 6000 key from env");
        await box.UntilOut("worker", "port 6100");
    }

    [Test]
    public async Task A_supervisord_conf_with_includes_runs(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "conf.d"));
        box.Write("supervisord.conf",
            $"[supervisord]\ndirectory={box.Folder}\n[group:g]\nprograms=a\n[include]\nfiles=conf.d/*.conf\n");
        box.Write("conf.d/a.conf",
            "[program:a]\ncommand=sh -c \"echo number %(process_num)s; exec sleep "
                + "1000\"\nnumprocs=2\nautorestart=true\n");
        await box.Ok("import", "supervisord", "--start");
        await box.UntilOut("a_00", "number 0");
        await box.UntilOut("a_01", "number 1");
        await Assert.That((await box.List("g")).Count).IsEqualTo(2);
    }

    [Test]
    public async Task No_shell_sees_a_supervisord_command(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write(
            "s.conf",
            "[program:e]\ncommand=/bin/echo $HOME *.conf a&b ~/x "
            + "app:create_app()\nautorestart=false\n[program:f]\ncommand=sleep 1000\n");
        (await box.Ok("import", "supervisord", "s.conf", "--start"))
            .Says("the current folder; supervisord runs them in the folder that it was started in");
        await box.UntilOut("e", "$HOME *.conf a&b ~/x app:create_app()");
        await Assert.That((await box.Ok("describe", "f", "--json")).Out).Contains($"\"{box.Folder}\"");
    }

    /// <summary>Express's bin/www has no ending and need not be executable; PM2 stops by SIGINT.</summary>
    [Test]
    public async Task A_file_as_PM2_evaluates_it_runs_bin_www_by_node_and_is_stopped_as_PM2_does(
        CancellationToken cancellation)
    {
        Tools.Require("node");
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "bin"));
        box.Write(
            "bin/www",
            "process.on('SIGINT', () => { console.log('got SIGINT'); process.exit(0); }); setInterval(() => {}, "
            + "1000); console.log('up on', process.env.PORT);\n");
        box.Write("process.json", "{ apps: [{ name: 'www', exec: './bin/www', port: 8123 }] }\n");
        await box.Ok("import", "pm2", "process.json", "--start");
        await box.UntilOut("www", "up on 8123");
        await box.Ok("stop", "www");
        await box.UntilOut("www", "got SIGINT");
    }
}
