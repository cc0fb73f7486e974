using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// A process of every kind, started by 2.0.0-alpha.1: what was true of them before another version took over must be
/// true afterwards, and that version must be able to do everything with them.
/// </summary>
internal sealed class Alpha1Children
{
    const int SIGUSR1 = 10;

    readonly TspmBox _box;

    /// <summary>As they were when everything was in its place.</summary>
    IReadOnlyList<Entry> _before = [];

    /// <summary>What was known of their runs then.</summary>
    string[] _runsBefore = [];

    int _grandchild;

    Alpha1Children(TspmBox box) => _box = box;

    string ListenPath => Path.Combine(_box.Folder, "l.sock");

    /// <summary>Starts them with the executable that the box has, and waits until each is what it is to be.</summary>
    public static async Task<Alpha1Children> Start(TspmBox box)
    {
        var children = new Alpha1Children(box);
        await box.Ok("daemon", "start");
        await children.StartSpeakers();
        await Sleeper("stopped");
        await box.Ok("stop", "stopped");
        await Script("backoff", "exit 3", "--no-wait", "--restart-delay", "10m");
        await Script("gaveUp", "exit 4", "--no-wait", "--restart-delay", "0", "--max-restarts", "2");
        await Script("once", "echo done", "--no-wait", "--restart", "never");
        await Sleeper("many", "-i", "3");
        // Nothing but the mark of its run tells whose the grandchild is.
        await Script("family", "env -i setsid sleep 1000 & echo $! > grandchild; wait");
        await Sleeper("nightly", "--cron", "0 3 1 1 *");
        await Sleeper("restarted", "--restart-delay", "0", "--min-uptime", "1h");
        LiveProcess.Kill(await box.PidOf("restarted"));
        await children.Settle();
        return children;

        Task Sleeper(string name, params string[] flags) =>
            box.Ok(["start", "--name", name, .. flags, "--", "sleep", "1000"]);

        Task Script(string name, string script, params string[] flags) =>
            box.Ok(["start", "--name", name, .. flags, "--", "sh", "-c", script]);
    }

    /// <summary>Those that somebody hears.</summary>
    async Task StartSpeakers()
    {
        _box.Variables["KEPT"] = "by the process";
        await _box.Ok("start", "--name", "writer", "--log-max-size", "0", "--", "sh", "-c", """
            trap 'echo the end; exec sleep 1000' USR1
            i=0; while :; do echo line $i; i=$((i+1)); [ $i -lt 2000 ] || sleep 0.005; done
            """);
        _box.Variables.Remove("KEPT");
        var notifies = _box.Write("notify.py", """
            import os, socket, time
            place = os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1)
            def say(words):
                with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to: to.sendto(words, place)
            say(b"READY=1\nSTATUS=at first")
            while not os.path.exists("say"): time.sleep(0.02)
            say(b"STATUS=after all")
            time.sleep(1000)
            """);
        await _box.Ok("start", "--name", "notifies", "--ready", "notify", "--", Tools.Python, notifies);
        var listens = _box.Write("listen.py", """
            import os, socket
            listener = socket.socket(fileno=3)
            while True:
                client, _ = listener.accept()
                client.sendall(b"%d\n" % os.getpid())
                client.close()
            """);
        await _box.Ok("start", "--name", "listens", "--listen", $"unix:{ListenPath}", "--", Tools.Python, listens);
    }

    async Task Settle()
    {
        await _box.UntilState("backoff", "waiting");
        await _box.UntilState("gaveUp", "errored");
        await _box.UntilState("once", "stopped");
        await _box.Until("restarted", entry => entry is { IsOnline: true, Restarts: 1 }, "it was started again");
        await _box.UntilOut("writer", "line 2010\n");
        await _box.UntilOut("once", "done\n");
        _grandchild = int.Parse(await _box.UntilFile("grandchild", "\n"), CultureInfo.InvariantCulture);
        _before = await _box.List();
        _runsBefore = await Runs();
    }

    /// <summary>What must not change: numbers, names, children, states, counters and the last end.</summary>
    static string Facts(Entry entry) => string.Join(
        ' ', entry.Id, entry.Name, entry.Instance, entry.State, entry.Desired, entry.Pid, entry.Restarts,
        entry.Failures, entry.ExitCode, entry.Signal, entry.Reason, entry.OutLog, entry.ErrLog);

    /// <summary>How they differ from what they were; empty: not at all.</summary>
    public async Task<string> Differences()
    {
        var wrong = new StringBuilder();
        var after = await _box.List();
        Compare([.. _before.Select(Facts)], [.. after.Select(Facts)]);
        Compare(_runsBefore, await Runs());
        foreach (var entry in after)
            if (entry.Pid is { } pid && !LiveProcess.IsAlive(pid)) wrong.AppendLine($"{entry.Name}: pid {pid} is dead");
        if (!LiveProcess.IsAlive(_grandchild)) wrong.AppendLine("the grandchild is dead");
        var next = after.Single(static entry => entry.Name == "backoff").NextStartInMs;
        if (next is null || next > _before.Single(static entry => entry.Name == "backoff").NextStartInMs)
            wrong.AppendLine($"backoff is tried again in {next} ms");
        return wrong.ToString();

        void Compare(string[] former, string[] present)
        {
            foreach (var gone in former.Except(present)) wrong.AppendLine($"- {gone}");
            foreach (var other in present.Except(former)) wrong.AppendLine($"+ {other}");
        }
    }

    /// <summary>The exits that describe shows, by pid and status, and when the schedule comes next.</summary>
    async Task<string[]> Runs()
    {
        var lines = new List<string>();
        foreach (var process in (await _box.Ok("describe", "all", "--json")).Json.EnumerateArray())
        {
            var name = process.GetProperty("name").GetString();
            foreach (var exit in process.GetProperty("recentExits").EnumerateArray())
            {
                var (pid, time) = (exit.GetProperty("pid"), exit.GetProperty("endedAt"));
                lines.Add($"{name} {pid} {time} {exit.GetProperty("reason")}");
            }
            if (process.TryGetProperty("nextRunAt", out var next) && next.ValueKind != JsonValueKind.Null)
                lines.Add($"{name} {next}");
        }
        return [.. lines];
    }

    /// <summary>Which of the children lost its output, notify socket or listener; empty: none.</summary>
    public async Task<string> LostEnds()
    {
        var wrong = new StringBuilder();
        using (var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            client.Connect(new UnixDomainSocketEndPoint(ListenPath));
            using var reader = new StreamReader(new NetworkStream(client));
            var answer = await reader.ReadLineAsync();
            if (answer != $"{await _box.PidOf("listens")}") wrong.AppendLine($"the listener answered {answer}");
        }
        _box.Write("say", "");
        await _box.Until(async () => await _box.Ok("describe", "notifies") is var described
            && described.Out.Contains("after all", StringComparison.Ordinal) ? described : null, "its status is heard");
        LiveProcess.Kill(await _box.PidOf("writer"), SIGUSR1);
        var written = await _box.UntilOut("writer", "the end\n");
        var lines = written.Split('\n')[..^2];
        for (var number = 0; number < lines.Length; number++)
        {
            if (lines[number] == $"line {number}") continue;
            wrong.AppendLine($"'{lines[number]}' where line {number} belongs");
            break;
        }
        var shown = await _box.Ok("logs", "writer", "--raw", "--lines", "1000000");
        if (shown.Out != written) wrong.AppendLine("logs shows something else");
        return wrong.ToString();
    }

    /// <summary>
    /// Restarts, stops, starts and deletes each, with what it was defined with. What does not obey; empty: all do.
    /// </summary>
    public async Task<string> Disobedience()
    {
        var wrong = new StringBuilder();
        await Restart(wrong);
        await _box.Ok("start", "stopped");
        foreach (var name in new[] { "backoff", "gaveUp" })
        {
            await _box.Ok("restart", name, "--no-wait");
            await _box.Until(name, entry => entry.Restarts > 0, $"{name} was tried again");
        }
        await _box.Ok("start", "once", "--no-wait");
        await _box.UntilOut("once", "done\ndone\n");
        var added = (await _box.Ok("start", "--name", "added", "--json", "--", "sleep", "1000")).Json;
        if (added.GetProperty("processId").GetInt32() != _before.Max(static entry => entry.Id) + 1)
            wrong.AppendLine($"not the next number: {added}");
        await _box.Ok("stop-all");
        foreach (var entry in await _box.List())
            if (entry.Pid is not null || entry.Desired != "down") wrong.AppendLine($"not stopped: {entry}");
        await _box.Ok("delete", "all");
        foreach (var record in Directory.GetFiles(Path.Combine(_box.Home, "run"), "*.json"))
            wrong.AppendLine($"not removed: {record}");
        return wrong.ToString();
    }

    async Task Restart(StringBuilder wrong)
    {
        var running = _before.Where(static entry => entry.Pid is not null).ToList();
        await _box.Ok(["restart", .. running.Select(static entry => entry.Name).Distinct()]);
        var restarted = await _box.List();
        foreach (var entry in running)
        {
            var now = restarted.Single(other => (other.Id, other.Instance) == (entry.Id, entry.Instance));
            if (!now.IsOnline || now.Pid == entry.Pid || now.Restarts != entry.Restarts + 1)
                wrong.AppendLine($"not restarted: {now}");
            if (LiveProcess.IsAlive(entry.Pid!.Value)) wrong.AppendLine($"{entry.Name}: pid {entry.Pid} lives on");
        }
        if (LiveProcess.IsAlive(_grandchild)) wrong.AppendLine("the grandchild lives on");
        var environment = LiveProcess.EnvironmentOf(await _box.PidOf("writer"));
        if (!environment.TryGetValue("KEPT", out var kept) || kept != "by the process")
            wrong.AppendLine("the environment was lost");
    }
}
