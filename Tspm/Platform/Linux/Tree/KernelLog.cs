using System.Globalization;
using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Reads the kernel's messages about processes that it killed because a control group or the machine ran out of memory
/// (Documentation/ABI/testing/dev-kmsg: one record per read; mm/oom_kill.c writes "Killed process PID (NAME)"). This
/// works only if the log may be read, and only in the initial pid namespace: elsewhere its pids do not match.
/// </summary>
internal static unsafe class KernelLog
{
    /// <summary>PROC_PID_INIT_INO of include/linux/proc_ns.h.</summary>
    const string FirstPidNamespace = "pid:[4026531836]";

    /// <summary>The largest record, with its dictionary (CONSOLE_EXT_LOG_MAX).</summary>
    const int MostRecordBytes = 8 << 10;

    /// <summary>
    /// Tolerance between the time of the message and the time of the death, because the clocks differ slightly.
    /// </summary>
    static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>Finds the message about a process; null if there is none, or the log may not be read.</summary>
    /// <param name="pid">The process that died.</param>
    /// <param name="ago">How old a message may be; older ones are about another process with this pid.</param>
    public static string? FindKill(int pid, TimeSpan ago)
    {
        if (new FileInfo("/proc/self/ns/pid").LinkTarget != FirstPidNamespace) return null;
        using var log = Descriptors.Open("/dev/kmsg", Fcntl.O_RDONLY | Fcntl.O_NONBLOCK);
        if (!log.IsOpen) return null;
        var words = string.Create(CultureInfo.InvariantCulture, $"Killed process {pid} (");
        return Find(log.Number, words, Now() - ago - Slack);
    }

    static string? Find(int log, string words, TimeSpan since)
    {
        var wanted = Encoding.ASCII.GetBytes(words);
        var record = stackalloc byte[MostRecordBytes];
        while (true)
        {
            var length = Unistd.read(log, record, MostRecordBytes);
            // The record was overwritten before it was read; the next read returns the oldest one that still exists.
            if (length < 0 && Errno.Last is Errno.EPIPE or Errno.EINTR) continue;
            if (length <= 0) return null;
            var text = new ReadOnlySpan<byte>(record, (int)length);
            if (text.IndexOf(wanted) >= 0 && Message(text, since) is { } found) return found;
        }
    }

    /// <summary>The message of a record "priority,sequence,microseconds,flags;message\n…"; null if too old.</summary>
    static string? Message(ReadOnlySpan<byte> record, TimeSpan since)
    {
        var message = record.IndexOf((byte)';') + 1;
        var fields = Encoding.ASCII.GetString(record[..Math.Max(0, message - 1)]).Split(',');
        if (fields.Length < 3
            || !long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
                || TimeSpan.FromMicroseconds(microseconds) < since) return null;
        var text = record[message..];
        var end = text.IndexOf((byte)'\n');
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    static TimeSpan Now() => System.Diagnostics.Stopwatch.GetElapsedTime(0);
}
