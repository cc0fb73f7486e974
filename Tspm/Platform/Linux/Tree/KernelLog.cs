using System.Globalization;
using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// What the kernel says of processes that it killed because memory ran out, of a control group or of the machine
/// (Documentation/ABI/testing/dev-kmsg: a record a read; mm/oom_kill.c writes "Killed process PID (NAME)"). Only where
/// it may be read, and only in the first pid namespace: elsewhere its numbers are not ours.
/// </summary>
internal static unsafe class KernelLog
{
    /// <summary>PROC_PID_INIT_INO of include/linux/proc_ns.h.</summary>
    const string FirstPidNamespace = "pid:[4026531836]";

    /// <summary>A record with its dictionary (CONSOLE_EXT_LOG_MAX).</summary>
    const int MostRecordBytes = 8 << 10;

    /// <summary>
    /// Between the word of the kernel and the death that follows it, and back: its clock and ours differ a little.
    /// </summary>
    static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>The kernel's sentence; null: it says nothing, or not to us.</summary>
    /// <param name="pid">Who died.</param>
    /// <param name="ago">Older records are about another one with that number.</param>
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
            // Overwritten before it was read: the next read gets the oldest that there is.
            if (length < 0 && Errno.Last is Errno.EPIPE or Errno.EINTR) continue;
            if (length <= 0) return null;
            var text = new ReadOnlySpan<byte>(record, (int)length);
            if (text.IndexOf(wanted) >= 0 && Message(text, since) is { } found) return found;
        }
    }

    /// <summary>Of "priority,sequence,microseconds,flags;message\n…".</summary>
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
