using System.Buffers.Text;
using System.Text;
using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Reads /proc with open, read and close, without an allocation per file, because a list of a thousand processes must
/// not take a second. A process may end between any two reads, so members report that it is gone and do not throw. One
/// instance serves one thread.
/// </summary>
internal sealed unsafe class ProcFiles
{
    /// <summary>Enough for the longest line of stat: 52 numbers and a name.</summary>
    const int StatBytes = 1024;

    /// <summary>
    /// How often a process in the middle of execve is read again. After the first attempts there is a pause of 0.1 ms
    /// between them, because the process may have to wait for a processor.
    /// </summary>
    const int MostTries = 200, TriesAtOnce = 20;

    byte[] _buffer = new byte[16 * 1024];

    /// <summary>Returns the id of this boot; empty if the kernel does not report it.</summary>
    public string ReadBootId() => Encoding.ASCII.GetString(ReadAll("/proc/sys/kernel/random/boot_id\0"u8)).Trim();

    /// <summary>
    /// Returns the upper limit of pids, which none reaches (man 5 proc, /proc/sys/kernel/pid_max); 0 if not known.
    /// </summary>
    public static int ReadPidLimit()
    {
        Span<byte> text = stackalloc byte[32];
        var length = ReadOnce("/proc/sys/kernel/pid_max\0"u8, text);
        return length > 0 && Utf8Parser.TryParse(text[..length], out int limit, out _) ? limit : 0;
    }

    /// <returns>False if there is no such process.</returns>
    public static bool TryReadStat(int pid, out ProcStat stat)
    {
        stat = default;
        Span<byte> path = stackalloc byte[32];
        Path(path, pid, "stat"u8);
        Span<byte> line = stackalloc byte[StatBytes];
        var length = ReadOnce(path, line);
        return length > 0 && ProcStat.TryParse(line[..length], out stat);
    }

    /// <summary>
    /// Returns how a process ended that has not been reaped yet (man 5 proc, the last field of stat). Null if it is
    /// alive, is another process, or the kernel reports 0, which means either success or a lack of permission.
    /// </summary>
    public static ExitStatus? ReadFailureOfZombie(int pid, long startTicks)
    {
        Span<byte> path = stackalloc byte[32];
        Path(path, pid, "stat"u8);
        Span<byte> line = stackalloc byte[StatBytes];
        var length = ReadOnce(path, line);
        if (length <= 0 || !ProcStat.TryParse(line[..length], out var stat) || stat.IsLiving
            || stat.StartTicks != startTicks) return null;
        var last = line[..length][(line[..length].LastIndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(last, out int status, out _) && status != 0
            ? ExitStatus.FromWaitStatus(status)
            : null;
    }

    /// <summary>
    /// Adds the children of all threads of a process (the kernel lists a child under the thread that created it). False
    /// if the process is gone or the kernel has no such lists (CONFIG_PROC_CHILDREN).
    /// </summary>
    public bool TryReadChildren(int pid, int threads, List<int> children)
    {
        if (threads <= 1) return TryReadChildrenOfThread(pid, pid, children);
        Span<byte> path = stackalloc byte[32];
        Path(path, pid, "task"u8);
        var tasks = new List<int>(threads);
        if (!Dirent.ReadNumbers(path, tasks)) return false;
        // Fails for a thread that has ended, which has no children.
        foreach (var task in tasks) _ = TryReadChildrenOfThread(pid, task, children);
        return true;
    }

    /// <summary>
    /// Adds the children of one thread. Orphans become children of the main thread of a subreaper.
    /// </summary>
    public bool TryReadChildrenOfThread(int pid, int thread, List<int> children)
    {
        Span<byte> path = stackalloc byte[64];
        var length = Path(path, pid, "task/"u8);
        _ = Utf8Formatter.TryFormat(thread, path[length..], out var digits);
        "/children\0"u8.CopyTo(path[(length + digits)..]);
        if (!TryReadAll(path, out var rest)) return false;
        while (Utf8Parser.TryParse(rest, out int child, out var used))
        {
            children.Add(child);
            rest = rest[Math.Min(used + 1, rest.Length)..];
        }
        return true;
    }

    /// <summary>Adds every process of the machine; none if /proc is missing.</summary>
    public static void ReadAllPids(List<int> pids) => _ = Dirent.ReadNumbers("/proc\0"u8, pids);

    /// <summary>
    /// Returns the proportional memory of a process (Pss) in bytes; null if not readable (gone, or another user's).
    /// </summary>
    public long? ReadPss(int pid)
    {
        Span<byte> path = stackalloc byte[32];
        Path(path, pid, "smaps_rollup"u8);
        if (!TryReadAll(path, out var text)) return null;
        var at = text.IndexOf("\nPss:"u8);
        if (at < 0) return null;
        var number = text[(at + 5)..].TrimStart((byte)' ');
        return Utf8Parser.TryParse(number, out long kibibytes, out _) ? kibibytes * 1024 : null;
    }

    /// <summary>Returns the command line as one text, or the kernel's name in brackets if there is none.</summary>
    public string ReadCommand(int pid)
    {
        Span<byte> path = stackalloc byte[32];
        Path(path, pid, "cmdline"u8);
        if (TryReadAll(path, out var text) && !text.IsEmpty)
            return Encoding.UTF8.GetString(text.TrimEnd((byte)0)).Replace('\0', ' ');
        Path(path, pid, "comm"u8);
        return TryReadAll(path, out text) ? $"[{Encoding.UTF8.GetString(text.TrimEnd((byte)'\n'))}]" : "[?]";
    }

    /// <summary>Returns the kernel's name of a process (man 5 proc, comm); empty if it is gone.</summary>
    public string ReadName(int pid)
    {
        Span<byte> path = stackalloc byte[32];
        Path(path, pid, "comm"u8);
        return TryReadAll(path, out var text) ? Encoding.UTF8.GetString(text.TrimEnd((byte)'\n')) : "";
    }

    /// <summary>
    /// Returns the mark of the run that a process descends from, of any home; <see cref="RunMark.None"/> if it carries
    /// none or is gone. Readable for processes of all users (man 5 proc, limits).
    /// </summary>
    public ulong ReadRunMark(int pid)
    {
        Span<byte> path = stackalloc byte[32];
        Path(path, pid, "limits"u8);
        if (!TryReadAll(path, out var text)) return RunMark.None;
        var name = "Max realtime timeout"u8;
        var at = text.IndexOf(name);
        if (at < 0) return RunMark.None;
        var isNumber = Utf8Parser.TryParse(text[(at + name.Length)..].TrimStart((byte)' '), out ulong soft, out _);
        return isNumber && RunMark.IsMark(soft) ? soft : RunMark.None;
    }

    /// <summary>
    /// Returns argv as the process received or rewrote it (man 5 proc, cmdline); empty for a kernel thread or a zombie,
    /// or if it is not readable.
    /// </summary>
    public string[] ReadArguments(int pid)
    {
        Span<byte> path = stackalloc byte[32];
        Path(path, pid, "cmdline"u8);
        if (!TryReadAll(path, out var text) || text.IsEmpty) return [];
        return Encoding.UTF8.GetString(text[^1] == 0 ? text[..^1] : text).Split('\0');
    }

    /// <summary>
    /// Returns the environment that a process was started with (man 5 proc, environ); empty if it is not readable. A
    /// program may have overwritten it, so text that is not an entry is ignored.
    /// </summary>
    public IReadOnlyDictionary<string, string> ReadEnvironment(int pid)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!TryReadEnvironment(pid, out var text)) return result;
        foreach (var entry in Encoding.UTF8.GetString(text).Split('\0'))
            if (entry.IndexOf('=') is var equals and > 0) result[entry[..equals]] = entry[(equals + 1)..];
        return result;
    }

    /// <summary>
    /// Whether the environment that a process was started with has both entries ("NAME=value"). Also false if it is not
    /// readable.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="entry">The first entry.</param>
    /// <param name="another">The second entry.</param>
    /// <param name="beginsWith">Whether the second entry only needs to begin like this.</param>
    public bool EnvironmentHas(int pid, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> another, bool beginsWith = false)
    {
        return TryReadEnvironment(pid, out var text) && HasEntry(text, entry) && HasEntry(text, another, beginsWith);
    }

    /// <summary>
    /// Whether a process has this descriptor open for writing (man 5 proc, /proc/PID/fdinfo/FD: flags, octal).
    /// </summary>
    public bool IsOpenForWriting(int pid, int fd)
    {
        Span<byte> path = stackalloc byte[48];
        var length = Path(path, pid, "fdinfo/"u8);
        _ = Utf8Formatter.TryFormat(fd, path[length..], out var digits);
        path[length + digits] = 0;
        if (!TryReadAll(path, out var text)) return false;
        var at = text.IndexOf("flags:"u8);
        if (at < 0) return false;
        var lastDigit = text[at..].IndexOf((byte)'\n') is var line and > 0 ? text[at + line - 1] - '0' : 0;
        return (lastDigit & Fcntl.O_ACCMODE) is Fcntl.O_WRONLY or Fcntl.O_RDWR;
    }

    /// <summary>Writes "/proc/PID/REST" and a NUL; returns the length without it.</summary>
    public static int Path(Span<byte> path, int pid, ReadOnlySpan<byte> rest)
    {
        "/proc/"u8.CopyTo(path);
        _ = Utf8Formatter.TryFormat(pid, path[6..], out var digits);
        var length = 6 + digits;
        path[length++] = (byte)'/';
        rest.CopyTo(path[length..]);
        length += rest.Length;
        path[length] = 0;
        return length;
    }

    /// <summary>
    /// Reads the environment. In the middle of execve(2) a process has neither environment nor arguments
    /// (fs/proc/base.c reads memory that begin_new_exec has replaced and create_elf_tables has not filled yet). A
    /// living process without both is therefore read again, but only a limited number of times, because a program may
    /// have wiped both itself.
    /// </summary>
    bool TryReadEnvironment(int pid, out ReadOnlySpan<byte> text)
    {
        Span<byte> environment = stackalloc byte[32], arguments = stackalloc byte[32];
        Path(environment, pid, "environ"u8);
        Path(arguments, pid, "cmdline"u8);
        for (var tries = 0; TryReadAll(environment, out text); tries++)
        {
            if (!text.IsEmpty || tries >= MostTries || !TryReadStat(pid, out var stat) || !stat.IsLiving) return true;
            // A process that has arguments either has no environment, or has just finished execve.
            if (TryReadAll(arguments, out var command) && !command.IsEmpty) tries += 10;
            if (tries < TriesAtOnce) Thread.Yield();
            else Time.Pause(TimeSpan.FromMicroseconds(100));
        }
        return false;
    }

    static bool HasEntry(ReadOnlySpan<byte> block, ReadOnlySpan<byte> entry, bool beginsWith = false)
    {
        while (!block.IsEmpty)
        {
            var end = block.IndexOf((byte)0);
            if (end < 0) end = block.Length;
            if (beginsWith ? block[..end].StartsWith(entry) : block[..end].SequenceEqual(entry)) return true;
            block = block[Math.Min(end + 1, block.Length)..];
        }
        return false;
    }

    static int ReadOnce(ReadOnlySpan<byte> path, Span<byte> into)
    {
        using var file = Descriptors.Open(path, Fcntl.O_RDONLY);
        if (!file.IsOpen) return -1;
        fixed (byte* raw = into) return (int)Unistd.read(file.Number, raw, (nuint)into.Length);
    }

    ReadOnlySpan<byte> ReadAll(ReadOnlySpan<byte> path) => TryReadAll(path, out var text) ? text : default;

    /// <summary>Reads a whole file into the buffer, which the next read overwrites.</summary>
    bool TryReadAll(scoped ReadOnlySpan<byte> path, out ReadOnlySpan<byte> text)
    {
        text = default;
        using var file = Descriptors.Open(path, Fcntl.O_RDONLY);
        if (!file.IsOpen) return false;
        var length = 0;
        nint got;
        do
        {
            if (length == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
            fixed (byte* raw = _buffer) got = Unistd.read(file.Number, raw + length, (nuint)(_buffer.Length - length));
            if (got > 0) length += (int)got;
        }
        while (got > 0);
        text = _buffer.AsSpan(0, length);
        return got == 0;
    }
}
