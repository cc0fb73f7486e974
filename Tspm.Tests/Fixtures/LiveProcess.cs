using System.Text;
using Tspm.Libc;

namespace Tspm.Tests.Fixtures;

/// <summary>What the tests ask the kernel about processes, independently of the product: /proc and kill(2).</summary>
internal static class LiveProcess
{
    public const int SIGINT = 2, SIGKILL = 9, SIGTERM = 15, SIGCONT = 18, SIGSTOP = 19;

    /// <summary>
    /// There and not a zombie; as long as one of its threads is still ending, its files and sockets are open.
    /// </summary>
    public static bool IsAlive(int pid) =>
        StatOf(pid) is { } fields && (fields[0] is not ("Z" or "X") || int.Parse(fields[17]) > 1);

    /// <summary>Field 6 of /proc/PID/stat (man 5 proc): the session.</summary>
    public static int SessionOf(int pid) => int.Parse(StatOf(pid)![3]);

    public static int ParentOf(int pid) => StatOf(pid) is { } fields ? int.Parse(fields[1]) : 0;

    public static void Kill(int pid, int signal = SIGKILL)
    {
        if (pid <= 1) throw new ArgumentOutOfRangeException(nameof(pid), pid, "not one of ours");
        _ = SysSignal.kill(pid, signal);
    }

    /// <summary>
    /// Whether SIGSTOP has reached every thread. Only one thread takes the signal, and until it gets a processor the
    /// others go on: on a busy machine a stopped daemon still answers for a while.
    /// </summary>
    public static bool IsFrozen(int pid) =>
        Directory.GetDirectories($"/proc/{pid}/task").All(thread =>
            ReadOrEmpty($"{thread}/stat") is var stat && (stat.Length == 0 || stat[stat.LastIndexOf(')') + 2] == 'T'));

    public static IReadOnlyDictionary<string, string> EnvironmentOf(int pid) =>
        RawEnvironmentOf(pid).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => entry.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>Value of a line of /proc/PID/status.</summary>
    public static string StatusOf(int pid, string field) =>
        File.ReadLines($"/proc/{pid}/status")
            .First(line => line.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..].Trim();

    /// <summary>The arguments, parted by blanks; empty: it does not live, or is a kernel thread.</summary>
    public static string CommandOf(int pid)
    {
        for (var tries = 0; ; tries++)
        {
            var text = ReadOrEmpty($"/proc/{pid}/cmdline").Replace('\0', ' ').Trim();
            // In the middle of an execve a process has no arguments for an instant.
            if (text.Length > 0 || tries == 100 || ParentOf(pid) is 0 or 2 || !IsAlive(pid)) return text;
            Thread.Yield();
        }
    }

    /// <summary>
    /// Every pid that /proc lists, of zombies too. Not by Directory.EnumerateDirectories: it takes any error number
    /// that it finds at the end of the list for a failure, and was seen to say that there is no /proc.
    /// </summary>
    public static IReadOnlyList<int> All()
    {
        var pids = new List<int>();
        if (!Dirent.ReadNumbers("/proc\0"u8, pids)) throw new IOException($"/proc: {Errno.Describe(Errno.Last)}");
        return pids;
    }

    /// <summary>Living processes whose environment holds this entry.</summary>
    public static IReadOnlyList<int> WithEnvironment(string entry) =>
        [.. All().Where(pid => IsAlive(pid) && RawEnvironmentOf(pid).Split('\0').Contains(entry))];

    /// <summary>
    /// In the middle of an execve a process has neither environment nor arguments for an instant; kernel threads never
    /// have.
    /// </summary>
    static string RawEnvironmentOf(int pid)
    {
        // Arguments and no environment: it has none, or became another program between the two readings. Once is no
        // proof, and a busy machine may stop it in the middle of that for some milliseconds.
        for (var (tries, withoutAny) = (0, 0); ; tries++)
        {
            var text = ReadOrEmpty($"/proc/{pid}/environ");
            if (text.Length > 0 || tries == 100 || ParentOf(pid) is 0 or 2 || !IsAlive(pid)) return text;
            if (ReadOrEmpty($"/proc/{pid}/cmdline").Length > 0 && ++withoutAny == 30) return text;
            Thread.Sleep(1);
        }
    }

    /// <summary>The fields behind the command's name, which may itself hold blanks and parentheses.</summary>
    static string[]? StatOf(int pid)
    {
        var text = ReadOrEmpty($"/proc/{pid}/stat");
        return text.Length == 0 ? null : text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
