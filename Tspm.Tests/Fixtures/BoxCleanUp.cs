using System.Text.Json;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// The end of a <see cref="TspmBox"/>: asks the daemon to stop, then makes sure by what the kernel knows.
/// </summary>
internal static class BoxCleanUp
{
    /// <summary>The daemon's own stop, with children that have to be killed first.</summary>
    static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(25);

    /// <summary>From the answer of the stop to the last process of this home being gone.</summary>
    static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    /// <summary>Empty when all ended by itself; else what had to be killed.</summary>
    public static async Task<string> Run(TspmBox box)
    {
        // Frozen ones (a test that stopped in the middle) could not answer.
        foreach (var pid in Pids(box)) LiveProcess.Kill(pid, LiveProcess.SIGCONT);
        using var limit = new CancellationTokenSource(StopLimit);
        var trouble = await Stop(box, limit.Token);
        var left = await UntilNone(box);
        var names = string.Join(", ", left.Select(pid => $"{pid} ({LiveProcess.CommandOf(pid)})"));
        foreach (var pid in left) LiveProcess.Kill(pid);
        await UntilNone(box);
        Remove(box.Folder);
        return left.Count == 0 ? "" : $"{names} {trouble}";
    }

    static async Task<string> Stop(TspmBox box, CancellationToken cancellation)
    {
        if (!File.Exists(box.SocketPath)) return "";
        try
        {
            var stop = await Programs
                .Run(PublishedExecutable.Path, ["daemon", "stop"], box.Variables, box.Folder, cancellation);
            return stop.ExitCode == 0 ? "" : stop.ToString();
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return "tspm daemon stop: " + e.Message;
        }
    }

    static async Task<IReadOnlyList<int>> UntilNone(TspmBox box)
    {
        var until = Environment.TickCount64 + (long)EndLimit.TotalMilliseconds;
        while (true)
        {
            var left = Pids(box);
            if (left.Count == 0 || Environment.TickCount64 > until) return left;
            await Task.Delay(20);
        }
    }

    /// <summary>
    /// By the environment, which guardian, daemon, children and clients all have, and by what the run's files say.
    /// </summary>
    static IReadOnlyList<int> Pids(TspmBox box) =>
        [.. LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Concat(RecordedPids(box)).Distinct()];

    static IEnumerable<int> RecordedPids(TspmBox box)
    {
        var state = Path.Combine(box.Home, "daemon.state");
        if (!File.Exists(state)) yield break;
        using var json = Parse(state);
        foreach (var name in new[] { "pid", "guardianPid" })
            if (json is not null && json.RootElement.TryGetProperty(name, out var value)
                && LiveProcess.CommandOf(value.GetInt32()).Contains("tspm", StringComparison.Ordinal)
                    && LiveProcess.IsAlive(value.GetInt32()))
                yield return value.GetInt32();
    }

    static JsonDocument? Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return null; // A test may have broken it on purpose.
        }
    }

    static void Remove(string folder)
    {
        try
        {
            foreach (var path in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories))
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // Somebody may still be writing: what is left is one folder below the temporary one.
        }
    }
}
