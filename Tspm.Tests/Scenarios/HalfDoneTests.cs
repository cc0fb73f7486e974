using System.Diagnostics;
using System.Text.Json;
using Tspm.Tests.Fixtures;
using Calls = Tspm.Tests.Fixtures.FaultInjector.Calls;
using Fault = Tspm.Tests.Fixtures.FaultInjector.Fault;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// An operation of several steps, cut at the N-th system call of the daemon that carries it out, for as many N as there
/// is time for (TSPM_FAULT_SECONDS an operation): afterwards it is done, or nothing of it has happened. Looked at are
/// processes, wishes, pids, run records, and every line of every log.
/// </summary>
[Timeout(600_000), ParallelLimiter<ScenarioLimit>]
public class HalfDoneTests
{
    static readonly TimeSpan Budget =
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("TSPM_FAULT_SECONDS"), out var seconds)
            ? seconds : 6);

    /// <summary>
    /// So many lines does each instance print; with the log's limit of 2 KiB some lie in rotated files.
    /// </summary>
    const int Lines = 150;

    static readonly string Script =
        $"i=0; while [ $i -lt {Lines} ]; do echo \"$2 $TSPM_INSTANCE line $i of the output\"; i=$((i+1)); done; echo "
            + "to err >&2; while :; do sleep 100; done";

    static readonly Dictionary<string, (string Base, string[] Command)> Operations = new()
    {
        ["scale up"] = ("web", ["scale", "web", "3"]),
        ["scale down"] = ("web*3", ["scale", "web", "1"]),
        ["scale beyond one"] = ("web*2 other", ["scale", "web", "4"]),
        ["rename"] = ("web other", ["rename", "web", "site"]),
        ["rename several"] = ("web*2", ["rename", "web", "site"]),
        ["delete"] = ("web*2 other", ["delete", "web"]),
        ["delete with logs"] = ("web*2 other", ["delete", "web", "--logs"]),
        ["delete all"] = ("web other*2 third", ["delete", "all"]),
        ["apply"] = ("web old more", ["apply", "next.json", "--prune"]),
    };

    [Test]
    [Arguments("scale up"), Arguments("scale down"), Arguments("scale beyond one"), Arguments("rename"),
        Arguments("rename several"), Arguments("delete"), Arguments("delete with logs"),
     Arguments("delete all"), Arguments("apply")]
    public async Task A_killed_daemon_leaves_it_done_or_not_begun(string operation, CancellationToken cancellation) =>
        await Sweep(operation, Fault.KillDaemon, Calls.All, cancellation);

    [Test]
    [Arguments("scale up"), Arguments("rename"), Arguments("delete with logs"), Arguments("apply")]
    public async Task A_guardian_killed_with_its_daemon_leaves_it_done_or_not_begun(string operation,
        CancellationToken cancellation) =>
        await Sweep(operation, Fault.KillBoth, Calls.All, cancellation);

    [Test]
    [Arguments(Fault.InputOutputError), Arguments(Fault.NoSpace)]
    public async Task A_call_that_fails_leaves_a_renaming_done_or_not_begun(int fault,
        CancellationToken cancellation) =>
        await Sweep("rename", (Fault)fault, Calls.Names | Calls.Syncs, cancellation);

    /// <summary>What is seen from outside.</summary>
    sealed record Seen(string Text, bool IsOwing);

    static async Task Sweep(string name, Fault fault, Calls calls, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var injector = await FaultInjector.Build(box);
        var (processes, command) = Operations[name];
        box.Write("t.sh", Script);
        box.Write("base.json", Config(box, processes.Split(' ')));
        box.Write("next.json", Config(box, "web", "more*2", "new").Replace("\"web\",\"first\"", "\"web\",\"second\""));
        await Begin(box, injector);
        var before = await Prepare(box, injector);
        injector.Arm(fault, calls, number: 0);
        await box.Ok(command);
        var count = injector.Disarm().Count;
        var after = (await Settled(box, before.Pids, static seen => !seen.IsOwing, "undisturbed")).Text;
        await Assert.That(after).IsNotEqualTo(before.Text);
        await Assert.That(count).IsGreaterThan(5);
        var (watch, done, hits) = (Stopwatch.StartNew(), 0, new SortedDictionary<string, int>());
        foreach (var number in Spread(count))
        {
            if (watch.Elapsed > Budget) break;
            await CleanUp(box, injector);
            before = await Prepare(box, injector);
            injector.Arm(fault, calls, number);
            var ran = await box.Run(command);
            if (!injector.Disarm().IsHit) continue;
            var what = $"{name}, {fault} at call {number} of {count} ({injector.Hit}): {ran}";
            hits[injector.Hit] = hits.GetValueOrDefault(injector.Hit) + 1;
            if (fault == Fault.KillBoth) await Begin(box, injector);
            // A log that could not be renamed keeps its name until the next change.
            if (fault > Fault.KillBoth) await box.Run("add", "true", "--name", "another");
            if (fault > Fault.KillBoth) await box.Run("delete", "another");
            var seen =
                await Settled(box, before.Pids, seen =>
                !seen.IsOwing && (seen.Text == before.Text || seen.Text == after),
                what + "\n\nbefore:\n" + before.Text + "\n\nafter:\n" + after);
            if (ran.ExitCode == 0) await Assert.That(seen.Text).IsEqualTo(after).Because(what);
            done++;
        }
        Console.WriteLine($"{name}, {fault}: {done} of {count} calls in {watch.Elapsed.TotalSeconds:0.0} s: "
            + $"{string.Join(", ", hits.Select(hit => $"{hit.Key} {hit.Value}"))}");
        await Assert.That(done).IsGreaterThan(3);
    }

    /// <summary>All of 1 to count, in an order whose beginning is spread evenly.</summary>
    static IEnumerable<int> Spread(int count)
    {
        var seen = new HashSet<int>();
        for (var i = 0; seen.Count < count && i < 50 * count; i++)
        {
            var number = 1 + (int)(i * 0.6180339887 % 1 * count);
            if (seen.Add(number)) yield return number;
        }
    }

    /// <param name="box">Where the script lies.</param>
    /// <param name="processes">Each a name, or <c>name*instances</c>.</param>
    static string Config(TspmBox box, params string[] processes) => $$"""{ "processes": [{{string.Join(", ", processes.Select(process => process.Split('*')).Select(parts => $$"""
        { "name": "{{parts[0]}}", "command": "sh", "args": ["{{box.Folder}}/t.sh","{{parts[0]}}","first"],
            "instances": {{(parts.Length > 1 ? parts[1] : "1")}},
          "log": { "maxSizeBytes": 2048, "keep": 20, "compress": false } }
        """))}}] }""";

    /// <summary>The guardian with the injector, unless one is there.</summary>
    static async Task Begin(TspmBox box, FaultInjector injector) =>
        (await Programs.Run(PublishedExecutable.Path, ["daemon", "start"], injector.Variables, box.Folder,
            CancellationToken.None)).Exits(0);

    static async Task<(string Text, HashSet<int> Pids)> Prepare(TspmBox box, FaultInjector injector)
    {
        await box.Ok("start", "base.json");
        var entries = await box.List();
        foreach (var entry in entries)
            await box.Until(() =>
                File.Exists(entry.OutLog)
                && TspmBox.Text(entry.OutLog).Contains($"line {Lines - 1} ", StringComparison.Ordinal)
                && File.Exists(entry.ErrLog) && TspmBox.Text(entry.ErrLog).Length > 0, $"{entry.OutLog} is complete");
        HashSet<int> pids = [.. entries.Select(entry => entry.Pid!.Value)];
        return ((await Look(box, pids))!.Text, pids);
    }

    static async Task CleanUp(TspmBox box, FaultInjector injector)
    {
        await box.Run("delete", "all", "--logs");
        // Of what was deleted without them.
        foreach (var file in Directory.GetFiles(Path.Combine(box.Home, "logs"))) File.Delete(file);
        var (daemon, _) = await box.DaemonPids();
        if (LiveProcess.EnvironmentOf(daemon).ContainsKey("LD_PRELOAD")) return;
        await box.Ok("daemon", "stop");
        await Begin(box, injector);
    }

    static async Task<Seen> Settled(TspmBox box, HashSet<int> pids, Func<Seen, bool> isWhole, string what)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var seen = await Look(box, pids);
            if (seen is not null && isWhole(seen)) return seen;
            if (watch.Elapsed > TimeSpan.FromSeconds(15))
                throw new InvalidOperationException($"not whole: {what}\n\nseen (owing: "
                    + $"{seen?.IsOwing}):\n{seen?.Text}");
            await Task.Delay(20);
        }
    }

    /// <summary>Null: no daemon answers, or what there is changes while it is looked at.</summary>
    static async Task<Seen?> Look(TspmBox box, HashSet<int> pids)
    {
        try
        {
            var listed = await box.Run("list", "--json");
            if (listed.ExitCode != 0) return null;
            var text = new List<string>();
            var entries =
                listed.Json.EnumerateArray().Select(entry => new Entry(entry)).OrderBy(entry =>
                $"{entry.Name}:{entry.Instance}", StringComparer.Ordinal).ToList();
            var known = new Dictionary<string, string>();
            foreach (var entry in entries)
            {
                var process = entry.Pid is { } pid
                    ? $"{(pids.Contains(pid) ? "same" : "new")} {LiveProcess.CommandOf(pid).Split('/')[^1]}" : "none";
                text.Add($"{entry.Name}:{entry.Instance} {entry.State} {entry.Desired} child: {process} log: "
                    + $"{Path.GetFileName(entry.OutLog)} {await LinesOf(box, entry)}");
                known[$"{entry.Id}.{entry.Instance}"] = $"{entry.Name}:{entry.Instance}";
            }
            var running = LiveProcess.All().Count(pid => IsChild(box, pid) && !IsChild(box, LiveProcess.ParentOf(pid)));
            text.Add($"running: {running}");
            var saved = File.ReadAllText(Path.Combine(box.Home, "processes.json"));
            using var json = JsonDocument.Parse(saved);
            var names = json.RootElement.GetProperty("processes").EnumerateArray()
                .Select(one => one.GetProperty("config").GetProperty("name").GetString()).Order();
            text.Add($"saved: {string.Join(' ', names)}");
            var records = Files(box, "run", "*.json").Where(file => file != "daemon-deaths.json")
                .Select(file => string.Join('.', file.Split('.')[..2])).Distinct()
                .Select(key => known.GetValueOrDefault(key, "stray")).Order();
            text.Add($"records: {string.Join(' ', records)}");
            // How many old files there are depends on how the output came in; what a rotation had begun is used by the
            // next one.
            var logs = Files(box, "logs", "*")
                .Where(file => !file.EndsWith(".new", StringComparison.Ordinal) || !entries.Exists(entry =>
                    file.StartsWith(Path.GetFileName(entry.OutLog), StringComparison.Ordinal)))
                .Select(file => file.TrimEnd("0123456789".ToCharArray()).TrimEnd('.')).Distinct();
            text.Add($"logs: {string.Join(' ', logs)}");
            string[] owed = ["\"logsUnder\"", "\"deletion\"", "\"restartBefore\""];
            return new Seen(string.Join('\n', text), owed.Any(saved.Contains));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>A shell that has just forked looks like itself.</summary>
    static bool IsChild(TspmBox box, int pid) =>
        LiveProcess.CommandOf(pid).StartsWith($"sh {box.Folder}/t.sh", StringComparison.Ordinal);

    static IEnumerable<string> Files(TspmBox box, string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(box.Home, folder), pattern).Select(path =>
            Path.GetFileName(path)).Order(StringComparer.Ordinal);

    /// <summary>What <c>tspm logs</c> shows of its run.</summary>
    static async Task<string> LinesOf(TspmBox box, Entry entry)
    {
        if (entry.Pid is null) return "";
        var shown =
            await box.Run("logs", $"{entry.Name}:{entry.Instance}", "--run", "last", "--out", "--raw", "--lines",
            "1000");
        var lines = shown.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var isWhole = lines.Length == Lines
            && lines.Select((line, i) =>
            line.Contains($" {entry.Instance} line {i} of", StringComparison.Ordinal)).All(static holds => holds);
        return isWhole ? "whole" : $"{lines.Length} lines, from '{lines.FirstOrDefault()}'";
    }
}
