using System.Globalization;
using System.Text;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// A reload that 2.0.0-alpha.1 has begun and not finished: either the new child is not ready yet, or it has taken over
/// and the old child, which ignores its stop signal, has not ended yet.
/// </summary>
internal sealed class Alpha1Reload
{
    readonly TspmBox _box;

    Alpha1Reload(TspmBox box, int old, int young) => (_box, Old, Young) = (box, old, young);

    public int Old { get; }

    public int Young { get; }

    /// <param name="box">The home.</param>
    /// <param name="hasTakenOver">The new child is ready.</param>
    public static async Task<Alpha1Reload> Begin(TspmBox box, bool hasTakenOver)
    {
        if (hasTakenOver) box.Write("go", "");
        await box.Ok("start", "--name", "web", "--ready", "log:ready", "--kill-timeout", "10m", "--", "sh", "-c", """
            echo $$ >> pids
            if [ -e first ]; then while [ ! -e go ]; do sleep 0.02; done; else trap '' TERM; : > first; fi
            echo ready
            exec sleep 1000
            """);
        var old = await box.PidOf("web");
        await box.Ok("reload", "web", "--no-wait");
        await box.Until(() => PidsIn(box).Length == 2, "the new child runs");
        var pids = PidsIn(box);
        if (hasTakenOver) await box.Until("web", entry => entry.Pid == pids[1], "the new child has taken over");
        return new Alpha1Reload(box, old, pids[1]);
    }

    static int[] PidsIn(TspmBox box)
    {
        var lines = TspmBox.Text(Path.Combine(box.Folder, "pids")).Split('\n')[..^1];
        return [.. lines.Select(static line => int.Parse(line, CultureInfo.InvariantCulture))];
    }

    /// <summary>
    /// The new child was ended, the old one is the process, and the next reload works. What is not so; empty: all is.
    /// </summary>
    public async Task<string> GivenUp()
    {
        await _box.UntilGone(Young);
        var wrong = new StringBuilder();
        var web = await _box.Get("web");
        if (!web.IsOnline || web.Pid != Old || web.Restarts != 0) wrong.AppendLine($"{web}");
        await _box.Until(async () => await _box.Ok("events", "web", "--kind", "reloadFailed") is var failed
            && failed.Out.Contains($"(pid {Old})", StringComparison.Ordinal) ? failed : null,
                "it failed");
        _box.Write("go", "");
        await _box.Ok("reload", "web", "--no-wait");
        await _box.Until("web", entry => entry.IsOnline && entry.Pid == PidsIn(_box)[^1], "the next one is ready");
        LiveProcess.Kill(Old);
        return wrong.ToString();
    }

    /// <summary>The new child is the process, and the old one's end is seen. What is not so; empty: all is.</summary>
    public async Task<string> Finished()
    {
        var wrong = new StringBuilder();
        if (!LiveProcess.IsAlive(Old)) wrong.AppendLine("the old child was killed before its time");
        var web = await _box.Get("web");
        if (!web.IsOnline || web.Pid != Young || web.Restarts != 1) wrong.AppendLine($"{web}");
        LiveProcess.Kill(Old);
        await _box.Until(async () => await _box.Ok("events", "web") is var events
            && events.Out.Contains($"the old child, pid {Old}, ", StringComparison.Ordinal) ? events : null, "its end");
        if (PidsIn(_box).Length != 2) wrong.AppendLine("it was started more often");
        await _box.Ok("stop", "web");
        if (LiveProcess.IsAlive(Young)) wrong.AppendLine("it cannot be stopped");
        return wrong.ToString();
    }
}
