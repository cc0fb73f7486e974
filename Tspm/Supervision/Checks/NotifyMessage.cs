using System.Globalization;

namespace Tspm.Supervision.Checks;

/// <summary>
/// The parts of a notify datagram (man 3 sd_notify) that Tspm acts on. MAINPID, FDSTORE and all other variables are
/// ignored.
/// </summary>
internal sealed class NotifyMessage
{
    /// <summary>Longer texts are cut, because the status is shown on one line and saved to disk.</summary>
    const int LongestStatus = 300;

    /// <summary>A longer extension can only be a mistake.</summary>
    static readonly TimeSpan LongestExtension = TimeSpan.FromDays(1);

    public NotifyMessage(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line == "READY=1") IsReady = true;
            else if (line == "STOPPING=1") IsStopping = true;
            else if (line == "WATCHDOG=1") IsWatchdogPing = true;
            else if (line == "WATCHDOG=trigger") IsWatchdogTrigger = true;
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

    /// <summary>The child is shutting down by itself, so it is no longer probed.</summary>
    public bool IsStopping { get; }

    public bool IsWatchdogPing { get; }

    /// <summary>The child reports that it has failed (WATCHDOG=trigger).</summary>
    public bool IsWatchdogTrigger { get; }

    public string? Status { get; }

    /// <summary>How much more time the child asks for, from now; null if it does not.</summary>
    public TimeSpan? Extension { get; }
}
