using System.Text;
using System.Text.Json;
using Tspm.Config;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Config.Import;

/// <summary>
/// Files as other managers' users have them (Data/import), and beside each what comes of it: the config file, then what
/// was not imported. TSPM_WRITE_GOLDENS=1 writes those anew, to be looked at. What is written as a config file is
/// read as the same again.
/// </summary>
[Timeout(60_000)]
internal sealed class ImportTests
{
    static readonly Dictionary<string, string> Present = new()
    {
        ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
        ["HOME"] = "/home/u",
        ["LANG"] = "C.UTF-8",
        ["SHELL"] = "/bin/bash",
    };

    static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    static Imported Pm2(string file, string? profile = null) =>
        Pm2Import.Read(
            Document(File.ReadAllText(Repository.Data("import/pm2/" + file)), file), "/srv/app", profile, Present,
            static path =>
                path is "/srv/app/server" ? ScriptKind.Program : path is "/srv/shop/server.js" ? ScriptKind.Text
                : ScriptKind.None);

    static JsonElement Document(string text, string file) =>
        file.EndsWith(".yml", StringComparison.Ordinal)
            ? YamlText.Read(text)
            : JsonDocument.Parse(text, Lenient).RootElement;

    static Imported Supervisord() => SupervisordImport.Read(
        File.ReadAllText(Repository.Data("import/supervisord/supervisord.conf")), "/etc/supervisor/supervisord.conf",
            "/srv", Present, "host1",
        static pattern => pattern == "/etc/supervisor/conf.d/*.conf" ? ["/etc/supervisor/conf.d/beat.conf"] : [],
            static path => File.ReadAllText(Repository.Data("import/supervisord/conf.d/" + Path.GetFileName(path))));

    static Imported Procfile(string? envFile, int? port) =>
        ProcfileImport.Read(File.ReadAllText(Repository.Data("import/procfile/Procfile")), "/srv/rails", envFile, port);

    public static IEnumerable<string> Names() =>
        ["pm2/ecosystem.config", "pm2/ecosystem.production", "pm2/list", "pm2/single", "pm2/dump", "pm2/ecosystem.yaml",
            "supervisord/supervisord", "procfile/Procfile", "procfile/Procfile.env"];

    static Imported Import(string name) => name switch
    {
        "pm2/ecosystem.production" => Pm2("ecosystem.config.json", "production"),
        "pm2/ecosystem.yaml" => Pm2("ecosystem.config.yml", "production"),
        "pm2/dump" => Pm2("dump.pm2"),
        "supervisord/supervisord" => Supervisord(),
        "procfile/Procfile" => Procfile(null, null),
        "procfile/Procfile.env" => Procfile("/srv/rails/.env", 4000),
        _ => Pm2(Path.GetFileName(name) + ".json"),
    };

    [Test]
    [Arguments("deploy", """{ "production": { "user": "node", "ssh_key": "/k", "host": ["a", "b"] }, "n": [1, true, null] }""",
        """{ "production": { "user": "node", "ssh_key": ***, "host": ["a", "b"] }, "n": [1, true, null] }""")]
    [Arguments("tokens", """["abc"]""", "***")]
    [Arguments("deploy", """{ "repo": "https://me:hunter2@example.org/x.git", "ref": "origin/main", "mail": "a@example.org" }""", """{ "repo": ***, "ref": "origin/main", "mail": "a@example.org" }""")]
    [Arguments("repo", "\"https://ghp_abc@example.org/x.git\"", "***")]
    [Arguments("vizion", "{}", "{}")]
    [Arguments("axm", "{ \"text\": \"a\\u001b[31m\\\"b\" }", "{ \"text\": \"a\uFFFD[31m\"b\" }")]
    public async Task A_value_that_is_left_is_shown_whole_but_for_secrets(string key, string json, string shown,
        CancellationToken cancellation)
    {
        var imported = new Imported();
        imported.Leave("web", key, JsonDocument.Parse(json).RootElement, "hint");
        await Assert.That(imported.Left[0].Value).IsEqualTo(shown);
    }

    [Test]
    public async Task A_text_that_is_left_hides_a_login_too(CancellationToken cancellation)
    {
        var imported = new Imported();
        imported.Leave("ctl", "serverurl", "http://me:hunter2@127.0.0.1:9001", "hint");
        imported.Leave("ctl", "prompt", "mysupervisor", "hint");
        await Assert.That(string.Join(' ', imported.Left.Select(left => left.Value))).IsEqualTo("*** \"mysupervisor\"");
    }

    [Test]
    public async Task A_long_value_is_cut(CancellationToken cancellation)
    {
        var imported = new Imported();
        imported.Leave("web", "list",
            JsonDocument.Parse($"[{string.Join(',', Enumerable.Range(1000, 90))}]").RootElement, "hint");
        await Assert.That(imported.Left[0].Value).StartsWith("[1000, 1001, ").And.EndsWith("…");
        await Assert.That(imported.Left[0].Value.Length).IsEqualTo(201);
    }

    [Test]
    [MethodDataSource(nameof(Names))]
    public async Task It_becomes_what_its_golden_says_and_is_read_as_the_same_again(string name,
        CancellationToken cancellation)
    {
        var imported = Import(name);
        // How many cores there are is the machine's business.
        var cores = Environment.ProcessorCount;
        var configs = imported.Processes
            .Select(config =>
                name == "pm2/list"
                    && config.Instances is not null
                        ? config with { Instances = config.Name == "echo" ? config.Instances == cores ? 99 : -1 : null }
                        : config).ToList();
        var text = new StringBuilder(ConfigText.Of(configs));
        foreach (var left in imported.Left)
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"- {left.Owner}: {left.Key} = {left.Value}: {left.Hint}\n");
        foreach (var note in imported.Notes)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"+ {note}\n");
        foreach (var secret in imported.Secrets)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"! {secret.Owner} {secret.Key}\n");
        var golden = Repository.Data($"import/{name}.golden");
        if (Environment.GetEnvironmentVariable("TSPM_WRITE_GOLDENS") == "1") File.WriteAllText(golden, text.ToString());
        await Assert.That(text.ToString()).IsEqualTo(File.ReadAllText(golden));

        using var folder = new TemporaryFolder();
        var read = ConfigFile.Read(folder.Write("tspm.json", ConfigText.Of(imported.Processes)));
        await Assert.That(ApplyPlan.Compute(imported.Processes, read, prune: true,
            static _ => false).All(step => step.Action == PlanStep.Keep)).IsTrue();
        await Assert.That(read.Count).IsEqualTo(imported.Processes.Count).And.IsGreaterThan(0);
    }

    [Test]
    public async Task The_script_and_the_json_say_the_same(CancellationToken cancellation)
    {
        Tspm.Tests.Fixtures.Tools.Require("node");
        var evaluated = Tspm.Client.Defining.NodeEvaluator.Read(Repository.Data("import/pm2/ecosystem.config.js"));
        var written = File.ReadAllText(Repository.Data("import/pm2/ecosystem.config.json"))
            .Replace("/srv/app", Repository.Data("import/pm2"));
        await Assert.That(JsonElement.DeepEquals(evaluated, JsonDocument.Parse(written).RootElement)).IsTrue()
            .Because(evaluated.ToString());
    }

    [Test]
    [Arguments("7", "expected an object with 'apps', but found 7")]
    [Arguments("{}", "the file has no 'apps'")]
    [Arguments("""{"apps": [5]}""", "an app must be an object, but is 5")]
    [Arguments("""{"apps": [{"script": "x"}]}""", "no app has env_production")]
    public async Task What_is_no_ecosystem_file_is_refused(string json, string sentence,
        CancellationToken cancellation) =>
        await Assert.That(
            () => Pm2Import.Read(
            JsonDocument.Parse(json).RootElement, "/", json.Contains("script") ? "production"
            : null, Present, static _ => ScriptKind.None)).Throws<ImportException>().WithMessageContaining(sentence);

    [Test]
    [Arguments("x = 1", "line 1 is not understood")]
    [Arguments("[program:a]\nnonsense", "line 2 is not understood")]
    [Arguments("[program:a]\ncommand = %(ENV_NOPE)s", "%(ENV_NOPE)s is not known here; set NOPE")]
    [Arguments("[program:a]\ncommand = 100%", "write %% for a literal one")]
    [Arguments("[program:a]\ncommand = x\nenvironment = A=\"b", "never closed")]
    [Arguments("[program:a]\ncommand = x 'y", "a, command: a quote is never closed")]
    [Arguments("[program:a]\ncommand = x \\", "a, command: nothing follows the backslash")]
    public async Task What_is_no_supervisord_conf_is_refused_with_its_place(string text, string sentence,
        CancellationToken cancellation) =>
        await Assert.That(
            () => SupervisordImport.Read(text, "/etc/s.conf", "/srv", Present, "h", static _ => [], static _ => ""))
            .Throws<ImportException>().WithMessageContaining(sentence);

    [Test]
    [Arguments("true", null), Arguments("false", "never"), Arguments("unexpected", "on-failure")]
    public async Task Only_what_differs_from_the_default_is_written(string autorestart, string? policy,
        CancellationToken cancellation)
    {
        var imported =
            SupervisordImport.Read(
            $"[program:a]\ncommand = x\nautorestart = {autorestart}", "/etc/s.conf", "/srv", Present, "h", static _ =>
            [], static _ => "");
        await Assert.That(imported.Processes.Single().Restart).IsEqualTo(policy is null ? null : new RestartConfig
        {
            Policy = policy,
        });
    }

    [Test]
    [Arguments("stdout_capture_maxbytes = 1MB", "tspm logs 'my web' -f --json")]
    [Arguments("serverurl = http://x", "Tspm has no server URL; a program reaches it with the command: tspm list")]
    [Arguments("stdout_syslog = true", "to send one to syslog as well: tspm logs 'my web' -f | logger")]
    [Arguments("stdout_logfile = syslog", "tspm logs 'my web' -f | logger")]
    [Arguments("colour = red", "was not imported: Tspm has nothing like it")]
    public async Task A_setting_of_supervisord_without_a_counterpart_says_what_to_use_instead(
        string setting, string hint, CancellationToken cancellation)
    {
        var imported = SupervisordImport.Read(
            $"[program:my web]\ncommand = x\n{setting}", "/etc/s.conf", "/srv", Present, "h", static _ => [],
            static _ => "");
        await Assert.That(imported.Left.Single().ToString()).Contains(hint);
        await Assert.That(imported.Notes.Single()).IsEqualTo(
            "programs without 'directory' run in /srv, the current folder; supervisord runs them in the folder that it "
            + "was started in, which is / if it is a service; if they need that folder, set projectDir");
    }

    [Test]
    public async Task A_hint_names_the_process_and_the_file(CancellationToken cancellation)
    {
        var file = """{"apps": [{"name": "a b", "script": "./a.sh", "pid_file": "x", "env_prod": {"A": "1"}}]}""";
        var imported = Pm2Import
            .Read(JsonDocument.Parse(file).RootElement, "/srv", null, Present, static _ => ScriptKind.None);
        imported.NameFile("eco.json");
        await Assert.That(string.Join('\n', imported.Left)).Contains("use: tspm pid 'a b'")
            .And.Contains("tspm import pm2 eco.json --env prod");
    }

    [Test]
    [Arguments("", "the file contains no process")]
    [Arguments("web", "the file contains no process")]
    [Arguments("web:", "the file contains no process")]
    [Arguments("a b: c", "the file contains no process")]
    public async Task What_is_no_procfile_is_refused(string text, string sentence, CancellationToken cancellation) =>
        await Assert.That(() => ProcfileImport.Read(text, "/", null, null)).Throws<ImportException>()
            .WithMessageContaining(sentence);

    [Test]
    [Arguments("*/2 * * * * *", "false", "start", "*/2 * * * * *", "")]
    [Arguments("0 3 * * *", "true", null, "0 3 * * *", "")]
    [Arguments("0 0 1,15 * 1", "false", "start", "0 0 1,15 * 1", "runs more often now")]
    [Arguments("0 0 13 * FRI", "true", null, "0 0 13 * FRI", "runs more often now")]
    [Arguments("0 9 1-7 * 1", "false", "start", "0 9 * * 1#1", "")] // the first Monday: its meaning is kept
    [Arguments("0 0 9 22-28 * FRI", "false", "start", "0 0 9 * * FRI#4", "")]
    [Arguments("0 9 2-8 * 1", "false", "start", "0 9 2-8 * 1", "runs more often now")]
    [Arguments("0 9 1-7 * 1-5", "false", "start", "0 9 1-7 * 1-5", "runs more often now")]
    public async Task PM2s_times_keep_their_meaning_or_it_is_said(
        string cron, string autorestart, string? action, string expected, string note, CancellationToken cancellation)
    {
        var file = $$"""{"apps": [{"name": "job", "script": "./job.js", "cron_restart": "{{cron}}", "autorestart": {{autorestart}}}]}""";
        var imported = Pm2Import
            .Read(JsonDocument.Parse(file).RootElement, "/srv", null, Present, static _ => ScriptKind.None);
        await Assert.That(imported.Processes.Single().Schedule).IsEqualTo(
            new ScheduleConfig
            {
                Cron = expected,
                Action = action,
                Overlap = action is null ? null : ScheduleConfig.Kill,
            });
        await Assert.That(imported.Left).IsEmpty();
        await Assert.That(string.Join(' ', imported.Notes)).Contains(note);
        await Assert.That(imported.Notes.Count).IsEqualTo(note.Length > 0 ? 1 : 0);
    }

    [Test]
    [Arguments("max_memory_restart", "\"lots\"", "a size greater than 0")]
    [Arguments("kill_timeout", "-5", "milliseconds, or a time")]
    [Arguments("max_restarts", "\"many\"", "a whole number")]
    [Arguments("instances", "\"some\"", "a whole number or \"max\"")]
    [Arguments("autorestart", "\"yes\"", "true or false")]
    [Arguments("stop_exit_codes", "[\"x\"]", "exit codes")]
    [Arguments("env", "\"A=1\"", "an object")]
    [Arguments("args", "{\"a\":1}", "text or a list")]
    public async Task A_value_of_PM2_that_is_wrong_is_called_that(
        string key, string value, string expected, CancellationToken cancellation)
    {
        var file = $$"""{"apps": [{"name": "a", "script": "./a.sh", "{{key}}": {{value}}}]}""";
        var imported = Pm2Import
            .Read(JsonDocument.Parse(file).RootElement, "/srv", null, Present, static _ => ScriptKind.None);
        await Assert.That(imported.Left.Single().Hint).StartsWith("the value is not valid; expected " + expected);
    }

    [Test]
    [Arguments("cron", "nonsense", "cron: \"nonsense\" is not valid; expected a cron expression")]
    [Arguments("cron_restart", "nonsense", "cron_restart: \"nonsense\"")]
    [Arguments("uid", "", "uid must be text that is not empty")]
    [Arguments("stop_signal", "FOO", "stop_signal must be a signal such as SIGTERM, INT or 15, but is \"FOO\"")]
    public async Task An_app_that_is_left_out_is_explained_with_its_own_key(
        string key, string value, string reason, CancellationToken cancellation)
    {
        var file = $$"""{"apps": [{"name": "a", "script": "./a.sh", "{{key}}": "{{value}}"}]}""";
        var imported = Pm2Import
            .Read(JsonDocument.Parse(file).RootElement, "/srv", null, Present, static _ => ScriptKind.None);
        await Assert.That(imported.Processes).IsEmpty();
        await Assert.That(imported.Left.Single().ToString()).StartsWith("a was left out: " + reason);
    }

    [Test]
    public async Task No_value_of_a_secret_is_in_what_is_told(CancellationToken cancellation)
    {
        foreach (var name in Names())
        {
            var imported = Import(name);
            var told = string.Join('\n', imported.Left.Select(left => left.ToString()))
                + string.Join('\n', imported.Notes);
            foreach (var secret in new[] { "hunter2", "sk_live", "in the file already", "a,b" })
                await Assert.That(told).DoesNotContain(secret);
        }
        await Assert.That(Pm2("dump.pm2").Secrets.Select(secret => secret.Key))
            .IsEquivalentTo(["DATABASE_URL", "STRIPE_SECRET_KEY"]);
    }
}
