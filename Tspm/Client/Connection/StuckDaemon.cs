using System.Text.Json;
using Tspm.Platform.Linux.Tree;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// Tells a daemon that is alive and does not answer from one that is gone: the first needs another remedy. Reads
/// daemon.state and /proc, and starts nothing.
/// </summary>
internal static class StuckDaemon
{
    /// <summary>How long a daemon that is busy may take for a question that needs no work.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    const int MaxStateBytes = 64 << 10;

    /// <summary>What is the matter with a daemon that has not answered.</summary>
    public static string Sentence(TspmHome home)
    {
        var stat = default(ProcStat);
        var pid = PidOf(home);
        var lives = pid is { } noted && ProcFiles.TryReadStat(noted, out stat) && stat.IsLiving;
        // One that dies again and again may be alive at this very moment.
        if (DaemonDeathWords.Sentence(home, lives ? 2 : 1) is { } deaths) return deaths;
        if (!lives)
            return $"the daemon is gone, and its guardian has not started a new one yet; see {home.Path}/daemon.log";
        var number = Output.Display.Number(pid);
        return stat.State is 'T' or 't'
            ? $"the daemon (pid {number}) is alive, but stopped by a signal; continue it: kill -CONT {number}"
            : $"the daemon (pid {number}) is alive, but does not answer; look into daemon.log, or have its guardian "
                + $"start another one: kill -9 {number} (the processes live on)";
    }

    /// <summary>
    /// To be called when the answer to a long request takes its time: the daemon may be at work, or may never answer.
    /// </summary>
    /// <exception cref="DaemonException">NoAnswerInTime: the daemon does not answer anything.</exception>
    public static void ThrowIfStuck(TspmHome home, string method)
    {
        if (Problem(home) is { } problem)
            throw new DaemonException(LocalError.NoAnswerInTime, $"{Wait.NoAnswer(method)}: {problem}");
    }

    /// <summary>
    /// Asks over a connection of its own. Null: it answers, or is gone, which the other connection will show.
    /// </summary>
    public static string? Problem(TspmHome home)
    {
        try
        {
            using var another = DaemonClient.Connect(home);
            another.Call(Methods.Ping, new PingRequest(), Patience);
            return null;
        }
        catch (DaemonException failure)
        {
            return failure.Code == LocalError.NoAnswerInTime ? Sentence(home) : null;
        }
    }

    /// <summary>Null: nobody left a note.</summary>
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
