using Tspm.Client.CommandLine;
using Tspm.Text;

namespace Tspm.Client.Running;

/// <summary>How long a verb that starts processes checks that they stay up (<c>--settle</c>).</summary>
internal static class SettleTime
{
    /// <summary>The time on a terminal, where somebody reads the answer.</summary>
    const int OnTerminalMs = 500;

    /// <summary>The daemon's own limit.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <param name="session">Its standard output may be a terminal.</param>
    /// <param name="line">The command line.</param>
    /// <param name="isWatched">The user watches the processes anyway, so only a time that was given counts.</param>
    /// <returns>Milliseconds; null not to check.</returns>
    /// <exception cref="UsageException">The time is too long, or the verb does not wait.</exception>
    public static int? Read(ClientSession session, ParsedLine line, bool isWatched = false)
    {
        var waits = !line.IsOff("wait");
        if (line.ValueOf("settle") is not { } typed)
            return session.Out.IsTerminal && waits && !isWatched ? OnTerminalMs : null;
        if (!waits) throw new UsageException("--settle and --no-wait exclude each other; leave out one of them");
        if (Duration.TryParse(typed, out var time) && time <= Longest) return (int)time.TotalMilliseconds;
        throw new UsageException("--settle can be at most 1m; to wait longer, add a readiness probe with --ready");
    }
}
