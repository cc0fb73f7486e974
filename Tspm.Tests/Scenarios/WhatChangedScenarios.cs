using System.Text.Json;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Logs;

namespace Tspm.Tests.Scenarios;

/// <summary><c>why</c> says what has changed since the last run that stayed up, told by the real program.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class WhatChangedScenarios
{
    /// <summary>Stays up once it has said so, and counts as up from then on.</summary>
    static readonly string[] s_flags = ["--ready", "log:^up$", "--min-uptime", "1ms", "--restart", "never"];

    const string Up = "import time; print('up', flush=True); time.sleep(1000)\n";

    static Task<Ran> Start(TspmBox box, params string[] program) =>
        box.Ok(["start", "--name", "web", .. s_flags, "--", .. program]);

    static async Task<JsonElement> Why(TspmBox box) => (await box.Ok("why", "web", "--json")).Json;

    static string[] Whats(JsonElement why) =>
        [.. why.GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("what").GetString()!)];

    /// <summary>Until the facts of the run that is up are all on record: they are read beside its start.</summary>
    static async Task<JsonElement> UntilKnown(TspmBox box)
    {
        JsonElement why = default;
        await box.Until<object>(async () =>
        {
            why = await Why(box);
            var isKnown = why.GetProperty("changedSince").ValueKind == JsonValueKind.Object
                && why.GetProperty("changesNotKnown").GetArrayLength() == 0;
            return isKnown ? box : null;
        }, "all is known of the run");
        return why;
    }

    static Task UntilEvent(TspmBox box, string kind) => box.Until<object>(
        async () => (await box.Ok("events")).Out.Contains($"\t{kind}\t", StringComparison.Ordinal) ? box : null,
        $"{kind} is an event");

    [Test]
    [Arguments("python3", "app.py"), Arguments("node", "app.js"), Arguments("sh", "./app.sh")]
    public async Task An_edited_script_is_named_also_by_the_next_daemon(string interpreter, string script,
        CancellationToken cancellation)
    {
        Tools.Require(interpreter);
        await using var box = new TspmBox(cancellation);
        box.Write(script, interpreter switch
        {
            "node" => "console.log('up'); setInterval(() => {}, 1000);\n",
            "sh" => "echo up; exec sleep 1000\n",
            _ => Up,
        });
        await Start(box, interpreter, script);
        var pid = await box.PidOf("web");
        var why = await UntilKnown(box);
        await Assert.That(Whats(why)).IsEmpty();
        await Assert.That(why.GetProperty("changedSince").GetProperty("pid").GetInt32()).IsEqualTo(pid);
        await Assert.That((await box.Ok("why", "web")).Out)
            .DoesNotContain("since the last run that stayed up");

        box.Write(script,
            interpreter switch { "node" => "process.exit(3);\n", "sh" => "exit 3\n", _ => "raise SystemExit(3)\n" });
        (await box.Run("restart", "web")).Exits(1);
        var text = (await box.Ok("why", "web")).Out;
        await Assert.That(text).Contains($"changed since the last run that stayed up (pid {pid}, started ");
        await Assert.That(text)
            .Contains($"  script: {Path.GetFullPath(Path.Combine(box.Folder, script))} has changed: ");
        // Repaired, not started yet: it is the run that failed that is explained. And by a daemon that saw none of it.
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await box.Until<object>(
            async () => (await box.Run("ping")).ExitCode == 0 ? box : null, "a daemon answers");
        why = await Why(box);
        await Assert.That(Whats(why)).IsEquivalentTo(["script"]);
        await Assert.That(why.GetProperty("changedUntil").GetProperty("pid").GetInt32()).IsNotEqualTo(pid);
        // Down, and asked without a daemon: nothing is said.
        await box.Ok("daemon", "stop");
        why = await Why(box);
        await Assert.That(why.GetProperty("changes").ValueKind).IsEqualTo(JsonValueKind.Null);
        await Assert.That(why.GetProperty("changedSince").ValueKind).IsEqualTo(JsonValueKind.Null);
    }

    [Test]
    public async Task Variables_are_named_and_no_value_is_shown_or_kept(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("app.py", Up);
        box.Variables["OF_SHELL"] = "correct-horse-battery";
        await Start(box, "python3", "app.py");
        await UntilKnown(box);
        await box.Ok("set", "web", "env.TOKEN=staple-of-horses", "nice=5");
        var ran = await box.Ok("why", "web", "--json");
        await Assert.That(Whats(ran.Json)).IsEquivalentTo(["config", "environment"]);
        await Assert.That((await box.Ok("why", "web")).Out).Contains("  environment: new: TOKEN\n");
        box.Variables["OF_SHELL"] = "another-horse";
        box.Write("app.py", "raise SystemExit(3)\n");
        (await box.Run("restart", "web", "--update-env")).Exits(1);
        ran = await box.Ok("why", "web");
        await Assert.That(ran.Out).Contains("  environment: changed: OF_SHELL; new: TOKEN\n");
        foreach (var value in new[] { "correct-horse-battery", "staple-of-horses", "another-horse" })
        {
            await Assert.That(ran.Out).DoesNotContain(value);
            foreach (var facts in FactsOnDisk(box)) await Assert.That(facts).DoesNotContain(value);
        }
        await Assert.That(FactsOnDisk(box)).IsNotEmpty();
    }

    /// <summary>
    /// What this is about of the run records: they have the config and, for a moment, the environment as well.
    /// </summary>
    static List<string> FactsOnDisk(TspmBox box)
    {
        var found = new List<string>();
        foreach (var path in Directory.GetFiles(Path.Combine(box.Home, "run"), "*.json"))
        {
            var bytes = File.ReadAllBytes(path);
            var length = (int)BitConverter.ToUInt64(bytes, 16);
            using var record = JsonDocument.Parse(bytes.AsMemory(24, length));
            foreach (var (part, name) in new[] { ("current", "facts"), ("common", "goodFacts"),
                ("common", "failedFacts") })
                if (record.RootElement.TryGetProperty(part, out var holder)
                    && holder.TryGetProperty(name, out var facts)) found.Add(facts.GetRawText());
        }
        return found;
    }

    [Test]
    public async Task A_new_commit_and_changed_files_are_told(CancellationToken cancellation)
    {
        Tools.Require("git");
        await using var box = new TspmBox(cancellation);
        const string git = "git -c user.name=a -c user.email=a@b ";
        Directory.CreateDirectory(Path.Combine(box.Folder, "site/lib"));
        box.Write("site/app.py", Up);
        box.Write("site/lib/part.py", "x = 1\n");
        (await box.Shell($"cd site && git init -q -b main && git add . && {git} commit -q -m first")).Exits(0);
        await box.Ok(["start", "--name", "web", .. s_flags, "--cwd", "site", "--", "python3", "app.py"]);
        await UntilKnown(box);
        box.Write("site/lib/part.py", "x = 1; y = 2\n");
        await Assert.That((await box.Ok("why", "web")).Out).Contains("  git: changed files: lib/part.py\n");
        (await box.Shell($"cd site && {git} commit -q -a -m second")).Exits(0);
        var first = (await box.Shell("git -C site rev-parse HEAD~")).Out.Trim();
        var second = (await box.Shell("git -C site rev-parse HEAD")).Out.Trim();
        var why = await Why(box);
        await Assert.That(Whats(why)).IsEquivalentTo(["git"]);
        var change = why.GetProperty("changes")[0];
        await Assert.That(change.GetProperty("before").GetString()).IsEqualTo(first);
        await Assert.That(change.GetProperty("after").GetString()).IsEqualTo(second);
        await Assert.That(change.GetProperty("sentence").GetString())
            .IsEqualTo($"commit {second[..7]} on main (was {first[..7]} on main)");
    }

    [Test]
    public async Task A_program_that_was_never_up_has_nothing_to_be_compared_with(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run(["start", "--name", "web", .. s_flags, "--", "sh", "-c", "exit 3"])).Exits(1);
        await Assert.That((await box.Ok("why", "web")).Out).DoesNotContain("since the last run that stayed up");
        await Assert.That((await Why(box)).GetProperty("changes").ValueKind).IsEqualTo(JsonValueKind.Null);
    }

    [Test]
    public async Task A_full_disk_is_on_record_and_told_by_why(CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        await using var box = new TspmBox(cancellation);
        var log = Path.Combine(disk.Folder, "out.log");
        box.Write("app.py",
            "import time\nprint('up', flush=True)\nfor i in range(20000): print(i)\ntime.sleep(1000)\n");
        await box.Ok(["start", "--name", "web", .. s_flags, "--out-file", log, "--", "python3", "app.py"]);
        await UntilEvent(box, "trouble");
        var sentence = $"output cannot be written to {log}: No space left on device; "
            + "the programs that write there are blocked until there is room";
        await Assert.That((await box.Ok("why", "web")).Out).Contains(sentence);
        File.Delete(log);
        await box.Ok("reopen", "web");
        await UntilEvent(box, "troubleOver");
        var machine =
            (await Why(box)).GetProperty("changes").EnumerateArray()
                .Where(change => change.GetProperty("what").GetString() == "machine").ToList();
        await Assert.That(machine.Count).IsEqualTo(2);
        await Assert.That(machine[1].GetProperty("sentence").GetString()!).Contains($": resolved: {sentence} (since ");
        await Assert.That((await box.Ok("events", "--json", "--lines", "1000")).Out.Split('\n')
            .Count(line => line.Contains("\"trouble\"", StringComparison.Ordinal))).IsEqualTo(1);
    }
}
