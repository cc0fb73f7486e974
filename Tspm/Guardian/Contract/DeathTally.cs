using System.Globalization;
using Tspm.Model.State;

namespace Tspm.Guardian.Contract;

/// <summary>
/// The guardian's count of unplanned daemon deaths. Six or seven numbers, written the same way in a handover and in the
/// words of a daemon, so that the count survives an upgrade in place and a change of guardians.
/// </summary>
/// <param name="SinceMs">When counting began, in milliseconds since 1970.</param>
/// <param name="Count">Deaths since then.</param>
/// <param name="Told">How many of them a daemon has written into its events.</param>
/// <param name="LastAtMs">When the last one died, in milliseconds since 1970.</param>
/// <param name="LastPid">Its pid; 0: none has died.</param>
/// <param name="LastStatus">How it ended, as wait4 reports it.</param>
/// <param name="Consecutive">How many in a row had failed when it died, itself included; 0: not known.</param>
internal sealed record DeathTally(
    long SinceMs, int Count = 0, int Told = 0, long LastAtMs = 0, int LastPid = 0, int LastStatus = 0,
    int Consecutive = 0)
{
    /// <summary>A daemon that lived this long died of something new: the next one is started at once again.</summary>
    public static readonly TimeSpan LivedLong = TimeSpan.FromSeconds(10);

    public static DeathTally StartingNow => new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    public int Untold => Count - Told;

    public DeathTally WithDeath(int pid, int waitStatus, int consecutive = 0) => this with
    {
        Count = Count + 1,
        LastAtMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
        LastPid = pid,
        LastStatus = waitStatus,
        Consecutive = consecutive,
    };

    /// <summary>What status shows and the note in <c>run/</c> holds.</summary>
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

    /// <summary>"killed by SIGKILL", "exited with code 134".</summary>
    public static string CauseOf(int waitStatus) => ExitStatus.FromWaitStatus(waitStatus) switch
    {
        { Code: { } code } => string.Create(CultureInfo.InvariantCulture, $"exited with code {code}"),
        var status => status.ToString(),
    };

    /// <summary>The numbers, with a separator between them; the last one only when it is known.</summary>
    public string ToText(char separator)
    {
        long[] numbers = Consecutive == 0
            ? [SinceMs, Count, Told, LastAtMs, LastPid, LastStatus]
            : [SinceMs, Count, Told, LastAtMs, LastPid, LastStatus, Consecutive];
        var texts = Array.ConvertAll(numbers, static number => number.ToString(CultureInfo.InvariantCulture));
        return string.Join(separator, texts);
    }

    /// <summary>Null: these are not such numbers. Further ones, of a later version, are passed over.</summary>
    public static DeathTally? Parse(ReadOnlySpan<string> words)
    {
        const int least = 6, most = 7;
        if (words.Length < least) return null;
        var numbers = new long[most];
        for (var i = 0; i < Math.Min(words.Length, most); i++)
            if (!long.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return null;
        return new DeathTally(
            numbers[0], (int)numbers[1], (int)numbers[2], numbers[3], (int)numbers[4], (int)numbers[5],
            (int)numbers[6]);
    }
}
