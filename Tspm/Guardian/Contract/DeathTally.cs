using System.Globalization;
using Tspm.Model.State;

namespace Tspm.Guardian.Contract;

/// <summary>
/// The guardian's count of unplanned daemon deaths. It is written as six or seven numbers, in the same form in a
/// handover and on a daemon's command line, so that it survives in-place upgrades and takeovers.
/// </summary>
/// <param name="SinceMs">When counting began, in milliseconds since 1970.</param>
/// <param name="Count">Deaths since then.</param>
/// <param name="Told">How many of them a daemon has recorded in the event log.</param>
/// <param name="LastAtMs">When the last one died, in milliseconds since 1970.</param>
/// <param name="LastPid">Pid of the daemon that died last; 0: none has died.</param>
/// <param name="LastStatus">Its wait status (man 2 wait4).</param>
/// <param name="Consecutive">Length of the run of failures that it ended with, itself included; 0: unknown.</param>
internal sealed record DeathTally(
    long SinceMs, int Count = 0, int Told = 0, long LastAtMs = 0, int LastPid = 0, int LastStatus = 0,
    int Consecutive = 0)
{
    /// <summary>A daemon that has run this long starts a new count of failures, and is restarted at once.</summary>
    public static readonly TimeSpan LivedLong = TimeSpan.FromSeconds(10);

    /// <summary>A tally without deaths that counts from now.</summary>
    public static DeathTally StartingNow => new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Deaths that no daemon has recorded in the event log yet.</summary>
    public int Untold => Count - Told;

    public DeathTally WithDeath(int pid, int waitStatus, int consecutive = 0) => this with
    {
        Count = Count + 1,
        LastAtMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
        LastPid = pid,
        LastStatus = waitStatus,
        Consecutive = consecutive,
    };

    /// <summary>The form for <c>tspm status</c> and for the note in <c>run/</c>.</summary>
    public DaemonDeaths ForStatus() => new()
    {
        Count = Count,
        Since = DateTimeOffset.FromUnixTimeMilliseconds(SinceMs),
        Last = LastPid == 0 ? null : new DaemonDeath
        {
            At = DateTimeOffset.FromUnixTimeMilliseconds(LastAtMs),
            Pid = LastPid,
            Cause = CauseOf(LastStatus),
            Consecutive = Consecutive == 0 ? null : Consecutive,
        },
    };

    /// <summary>How a daemon ended: "killed by SIGKILL", "exited with code 134".</summary>
    public static string CauseOf(int waitStatus) => ExitStatus.FromWaitStatus(waitStatus) switch
    {
        { Code: { } code } => string.Create(CultureInfo.InvariantCulture, $"exited with code {code}"),
        var status => status.ToString(),
    };

    /// <summary>The numbers, joined by a separator; the last one is omitted if it is unknown.</summary>
    public string ToText(char separator)
    {
        long[] numbers = Consecutive == 0
            ? [SinceMs, Count, Told, LastAtMs, LastPid, LastStatus]
            : [SinceMs, Count, Told, LastAtMs, LastPid, LastStatus, Consecutive];
        var texts = Array.ConvertAll(numbers, static number => number.ToString(CultureInfo.InvariantCulture));
        return string.Join(separator, texts);
    }

    /// <summary>Parses the numbers, and ignores further ones of later versions.</summary>
    /// <returns>Null if the words are not the numbers of a tally, or not those of one that could be shown.</returns>
    public static DeathTally? Parse(ReadOnlySpan<string> words)
    {
        const int least = 6, most = 7;
        if (words.Length < least) return null;
        var numbers = new long[most];
        for (var i = 0; i < Math.Min(words.Length, most); i++)
            if (!long.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return null;
        // A guardian must not fail because of its note.
        var latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        if (numbers[0] > latest || numbers[3] > latest) return null;
        foreach (var number in (ReadOnlySpan<long>)[numbers[1], numbers[2], .. numbers[4..]])
            if (number > int.MaxValue) return null;
        return new DeathTally(
            numbers[0], (int)numbers[1], (int)numbers[2], numbers[3], (int)numbers[4], (int)numbers[5],
            (int)numbers[6]);
    }
}
