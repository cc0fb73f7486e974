using System.Buffers.Text;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// One line of /proc/PID/stat (man 5 proc). Times are in clock ticks of 10 ms (USER_HZ is 100 on every 64-bit system).
/// </summary>
internal readonly record struct ProcStat(int Pid, char State, int ParentPid, int Group, int Session, int Threads,
    long StartTicks, long CpuTicks, long ResidentPages)
{
    const int TicksPerSecond = 100;

    /// <summary>
    /// False for a zombie, which has ended and waits to be reaped. A process whose main thread has ended looks like a
    /// zombie, but lives as long as it has another thread.
    /// </summary>
    public bool IsLiving => State is not ('Z' or 'X' or 'x') || Threads > 1;

    public TimeSpan CpuTime => TimeSpan.FromTicks(CpuTicks * (TimeSpan.TicksPerSecond / TicksPerSecond));

    // Field numbers from man 5 proc; field 3 is the first one after the name.
    const int StateField = 3, ParentField = 4, GroupField = 5, SessionField = 6, UserTimeField = 14,
        SystemTimeField = 15, ThreadsField = 20,
        StartField = 22, ResidentField = 24;

    /// <summary>
    /// Parses a line; false if it is not valid. The name may contain spaces and parentheses, so fields are counted from
    /// the last ')'.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out ProcStat stat)
    {
        stat = default;
        var end = line.LastIndexOf((byte)')');
        if (end < 0 || end + 2 >= line.Length || !Utf8Parser.TryParse(line, out int pid, out _)) return false;
        var rest = line[(end + 2)..];
        var state = (char)rest[0];
        Span<long> fields = stackalloc long[ResidentField + 1];
        var field = StateField;
        while (field < ResidentField)
        {
            var space = rest.IndexOf((byte)' ');
            if (space < 0) return false;
            rest = rest[(space + 1)..];
            field++;
            // Fails for an unsigned "no limit", which none of the fields used here can be.
            if (!Utf8Parser.TryParse(rest, out fields[field], out _)) fields[field] = 0;
        }
        stat = new ProcStat(pid, state, (int)fields[ParentField], (int)fields[GroupField], (int)fields[SessionField],
            (int)fields[ThreadsField],
            fields[StartField], fields[UserTimeField] + fields[SystemTimeField], fields[ResidentField]);
        return true;
    }
}
