using System.Text.Json;
using Tspm.Platform.Linux.Tree;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// Distinguishes a daemon that is alive but does not answer from one that is gone: they need different remedies. Reads
/// daemon.state and /proc, and starts nothing.
/// </summary>
internal static class DaemonLiveness
{
    /// <summary>How long a busy daemon may take to answer a ping.</summary>
    static readonly TimeSpan PingDeadline = TimeSpan.FromSeconds(10);

    const int MaxStateBytes = 64 << 10;

    /// <summary>Explains why a daemon has not answered, and what to do about it.</summary>
    public static string Sentence(TspmHome home)
    {
        var stat = default(ProcStat);
        var pid = PidOf(home);
        var lives = pid is { } noted && ProcFiles.TryReadStat(noted, out stat) && stat.IsLiving;
        // A daemon that keeps dying may be alive at this very moment.
        if (DaemonDeathText.Recent(home, lives ? 2 : 1) is { } deaths) return deaths;
        if (!lives)
            return $"the daemon is gone, and its guardian has not started a new one yet; see: {home.Path}/daemon.log";
        var number = Output.Display.Number(pid);
        return stat.State is 'T' or 't'
            ? $"the daemon (pid {number}) was suspended by a signal; to resume it: kill -CONT {number}"
            : $"the daemon (pid {number}) is alive but does not answer; see daemon.log, or let its guardian "
                + $"start another one: kill -9 {number} (the processes keep running)";
    }

    /// <summary>
    /// Call this during a long request: the daemon may still be working on the request, or may never answer.
    /// </summary>
    /// <exception cref="DaemonException">NoAnswerInTime: the daemon does not answer any request.</exception>
    public static void ThrowIfStuck(TspmHome home, string method)
    {
        if (Problem(home) is { } problem)
            throw new DaemonException(LocalError.NoAnswerInTime, $"{Wait.NoAnswer(method)}: {problem}");
    }

    /// <summary>
    /// Pings the daemon over a second connection.
    /// </summary>
    /// <returns>Null if it answers, or is gone, which the first connection will report.</returns>
    public static string? Problem(TspmHome home)
    {
        try
        {
            using var another = DaemonClient.Connect(home);
            another.Call(Methods.Ping, new PingRequest(), PingDeadline);
            return null;
        }
        catch (DaemonException failure)
        {
            return failure.Code == LocalError.NoAnswerInTime ? Sentence(home) : null;
        }
    }

    /// <returns>The pid in daemon.state, or null if there is none.</returns>
    static int? PidOf(TspmHome home)
    {
        try
        {
            if (Platform.RegularFile.Read(home.StateFile, MaxStateBytes, out _) is not { } bytes) return null;
            using var state = JsonDocument.Parse(bytes);
            return state.RootElement.GetProperty("pid").GetInt32();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
