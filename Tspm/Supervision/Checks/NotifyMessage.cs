using System.Globalization;

namespace Tspm.Supervision.Checks;

/// <summary>
/// What a datagram of man 3 sd_notify says, as far as it is acted upon. MAINPID, FDSTORE and all others are passed
/// over.
/// </summary>
internal sealed class NotifyMessage
{
    /// <summary>Longer ones are cut: it is shown in one line, and kept on disk.</summary>
    const int LongestStatus = 300;

    /// <summary>Not even an hour of patience is anything but a mistake beyond this.</summary>
    static readonly TimeSpan LongestExtension = TimeSpan.FromDays(1);

    public NotifyMessage(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line == "READY=1") IsReady = true;
            else if (line == "STOPPING=1") IsStopping = true;
            else if (line == "WATCHDOG=1") IsSignOfLife = true;
            else if (line == "WATCHDOG=trigger") IsCallForHelp = true;
            else if (line.StartsWith("STATUS=", StringComparison.Ordinal))
                Status = line.Length > LongestStatus ? line[7..LongestStatus] : line[7..];
            else if (line.StartsWith("EXTEND_TIMEOUT_USEC=", StringComparison.Ordinal)
                && ulong.TryParse(line.AsSpan(20), NumberStyles.None, CultureInfo.InvariantCulture,
                    out var microseconds))
                Extension = microseconds < LongestExtension.TotalMicroseconds
                    ? TimeSpan.FromMicroseconds(microseconds)
                    : LongestExtension;
        }
    }

    public bool IsReady { get; }

    /// <summary>It goes down by itself: no questions any more.</summary>
    public bool IsStopping { get; }

    public bool IsSignOfLife { get; }

    /// <summary>It says itself that it is of no use.</summary>
    public bool IsCallForHelp { get; }

    public string? Status { get; }

    /// <summary>It asks for so much more time, from now.</summary>
    public TimeSpan? Extension { get; }
}
